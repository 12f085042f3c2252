/** What somebody wrote as one value; empty where it is a list or settings under names. */
export const textOf = (written: unknown): string =>
  typeof written === 'string' || typeof written === 'number' || typeof written === 'boolean'
    ? String(written).trim()
    : '';
