import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.ts';
import type { Log, ShowAddress } from '../log.ts';
import type { Unknown } from './outcome.ts';

/** One line a minute and directory is enough to act on. */
const QUIET_MS = 60_000;

/** A doubt about one address is told again after an hour … */
const DOUBT_QUIET_MS = 3_600_000;

/** … of so many addresses, the last ones; and of so many a minute. */
const DOUBTS_KEPT = 1000;
const DOUBTS_A_MINUTE = 10;

/** Tells an operator why a directory's questions fail. */
export type FaultReport = (key: string, fault: Unknown) => void;

/**
 * Creates a directory's report: a doubt about one address is told once an hour, for only a person can end it; other
 * faults once, and then once a minute with their number.
 */
export function createFaultReport(log: Log, clock: Clock, showAddress: ShowAddress): FaultReport {
  const reportDoubt = createDoubtReport(log, clock, showAddress);
  let quietUntil = Number.NEGATIVE_INFINITY;
  let untold = 0;
  return (key, fault) => {
    const { directory, cause, reason } = fault;
    if (cause === 'entry') return reportDoubt(key, fault);
    const now = clock.now();
    if (now < quietUntil) {
      untold += 1;
      return;
    }
    log.warn({ directory, cause, reason, untold }, 'a question to the directory failed');
    quietUntil = now + QUIET_MS;
    untold = 0;
  };
}

function createDoubtReport(log: Log, clock: Clock, showAddress: ShowAddress): FaultReport {
  /** Until when each address is not told again. */
  const told = new LRUCache<string, number>({ max: DOUBTS_KEPT });
  let minuteEnds = Number.NEGATIVE_INFINITY;
  let count = 0;
  return (key, { directory, reason }) => {
    const now = clock.now();
    if (now < (told.get(key) ?? now)) return;
    if (now >= minuteEnds) {
      minuteEnds = now + QUIET_MS;
      count = 0;
    }
    count += 1;
    if (count > DOUBTS_A_MINUTE + 1) return;
    if (count > DOUBTS_A_MINUTE) {
      log.warn({ directory }, 'doubts about many addresses: further ones are told in a minute');
      return;
    }
    told.set(key, now + DOUBT_QUIET_MS);
    const address = showAddress(key);
    log.warn({ directory, address, reason }, 'a doubt about one address: its mail is deferred');
  };
}
