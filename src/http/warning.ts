import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';

const QUIET_MS = 60_000;

/** Creates what warns of something that strangers can do as often as they like: once, then once a minute with its number. */
export function createWarning(log: Log, clock: Clock): (fields: object, message: string) => void {
  let quietUntil = Number.NEGATIVE_INFINITY;
  let untold = 0;
  return (fields, message) => {
    const now = clock.now();
    if (now < quietUntil) {
      untold += 1;
      return;
    }
    log.warn({ ...fields, untold }, message);
    quietUntil = now + QUIET_MS;
    untold = 0;
  };
}
