import type { Clock } from '../clock.ts';
import type { Log, ShowAddress } from '../log.ts';
import { createApiece } from './apiece.ts';
import type { Unknown } from './outcome.ts';

/** One line a minute and directory is enough to act on. */
const QUIET_MS = 60_000;

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
  const apiece = createApiece(clock);
  return (key, { directory, reason }) => {
    switch (apiece.judge(key)) {
      case 'told':
        log.warn(
          { directory, address: showAddress(key), reason },
          'a doubt about one address: its mail is deferred',
        );
        break;
      case 'many':
        log.warn({ directory }, 'doubts about many addresses: further ones are told in a minute');
        break;
      case 'quiet':
    }
  };
}
