import { originOf } from './claims.ts';

/**
 * Tells a realm from one that was made anew under its name: its id can be read by those only who may view its settings, but the
 * account that tokens are made for is another one there.
 */
export interface Origin {
  /** Takes note of a token that came just now. */
  note(token: string): void;
  /** Where the last token that tells it came from; absent: none did. */
  readonly now: () => string | undefined;
}

/** Creates it; no token came yet. */
export function createOrigin(): Origin {
  let last: string | undefined;
  return {
    note(token) {
      last = originOf(token) ?? last;
    },
    now: () => last,
  };
}
