/**
 * Thrown by a feed that is shared: another way leads on from the last mark, at once. Nothing has failed, and nothing of what
 * was told is in doubt.
 */
export class Handover extends Error {
  override readonly name = 'Handover';
  /** Everybody is listed by it, whatever is known. */
  readonly isAnew: boolean;

  constructor(reason: string, how?: 'anew') {
    super(reason);
    this.isAnew = how === 'anew';
  }
}
