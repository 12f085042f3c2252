/** Thrown by a feed that is shared: another way leads on from the last mark, at once. Nothing has failed. */
export class Handover extends Error {
  override readonly name = 'Handover';
  /** Everybody is listed by it, whatever is known. */
  readonly isAnew: boolean;
  /** What it tells begins before the last mark, or nobody knows what has changed since: until its next mark that one is no promise. */
  readonly losesStep: boolean;

  constructor(reason: string, how?: 'anew' | 'behind') {
    super(reason);
    this.isAnew = how === 'anew';
    this.losesStep = how !== undefined;
  }
}
