/** Thrown by a feed that is shared: another way leads on from the last mark, at once. Nothing has failed. */
export class Handover extends Error {
  override readonly name = 'Handover';
  /** Everybody is listed by it, whatever is known. */
  readonly isAnew: boolean;
  /** It tells what was before the last mark, too: until its next one nobody is as that mark said. */
  readonly isBehind: boolean;

  constructor(reason: string, how?: 'anew' | 'behind') {
    super(reason);
    this.isAnew = how === 'anew';
    this.isBehind = how === 'behind';
  }
}
