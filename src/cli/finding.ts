/** One thing that was checked. A `warning` works, but should be looked at. */
export interface Finding {
  readonly level: 'ok' | 'warning' | 'failed';
  /** Where it is. */
  readonly about: string;
  /** What it is. */
  readonly text: string;
  /** What to do, where that does not stand in the text. */
  readonly mend?: string;
}
