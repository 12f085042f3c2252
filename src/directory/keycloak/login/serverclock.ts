import type { Clock } from '../../../clock.ts';
import { issuedAt } from './claims.ts';

/** Keycloak's own calendar, as its tokens tell it. */
export interface ServerClock extends Clock {
  /** Takes note of a token that came just now. */
  note(token: string): void;
}

/**
 * Creates the clock that a realm's times are compared with: ours may be another one, and be set at any moment. It lags by
 * up to a second, and by what the token took to come.
 * @param monotonic tells how long ago that was
 * @param calendar stands in until a token has told the time
 */
export function createServerClock(monotonic: Clock, calendar: Clock): ServerClock {
  let aheadMs: number | undefined;
  return {
    note(token) {
      const at = issuedAt(token);
      if (at !== undefined) aheadMs = at - monotonic.now();
    },
    now: () => (aheadMs === undefined ? calendar.now() : monotonic.now() + aheadMs),
  };
}
