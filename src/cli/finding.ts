/** One thing that was checked. A `warning` works, but should be looked at. */
export interface Finding {
  readonly level: 'ok' | 'warning' | 'failed';
  readonly about: string;
  readonly text: string;
}
