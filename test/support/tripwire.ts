import { onTestFinished } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { type Breaker, createBreaker } from '../../src/lookup/breaker.ts';

/** A circuit that one failure opens if it counts, and nothing closes; stopped with the test. */
export function createTripwire(): Breaker {
  const breaker = createBreaker({
    name: 'staff',
    failures: 0.01,
    minimum: 1,
    windowMs: 60_000,
    probeMs: 60_000,
    probe: async () => {},
    lifetime: new AbortController().signal,
    healed: () => {},
    log: silentLog,
  });
  onTestFinished(() => breaker.stop());
  return breaker;
}
