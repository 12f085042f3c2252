import type { Clock } from '../clock.ts';
import type { Log, ShowAddress } from '../log.ts';
import type { Unknown } from './outcome.ts';

/** One line a minute and directory is enough to act on. */
const QUIET_MS = 60_000;

/** Tells an operator why a directory's questions fail. */
export type FaultReport = (key: string, fault: Unknown) => void;

/**
 * Creates a directory's report: a doubt about one address is told each time it is met anew, for only a person can end
 * it; other faults once, and then once a minute with their number.
 */
export function createFaultReport(log: Log, clock: Clock, showAddress: ShowAddress): FaultReport {
  let quietUntil = Number.NEGATIVE_INFINITY;
  let untold = 0;
  return (key, { directory, cause, reason }) => {
    if (cause === 'entry') {
      const address = showAddress(key);
      log.warn({ directory, address, reason }, 'a doubt about one address: its mail is deferred');
      return;
    }
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
