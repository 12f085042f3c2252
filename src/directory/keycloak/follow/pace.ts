import { preciseClock } from '../../../clock.ts';
import { pause, withinTime } from '../../waiting.ts';
import type { Ask } from '../http/api.ts';

/** Asks one question at a time, and knows how long the last one took. */
export interface Pace {
  readonly ask: Ask;
  /** Waits as long as the last question took: a listing takes half of what one caller may have at the most. */
  rest(signal: AbortSignal): Promise<void>;
}

/** A page of people takes a second or two of a busy Keycloak's; whoever does not answer for so long is silent. */
const ASK_MS = 30_000;

/** Creates it over what asks as often as it is told to. */
export function createPace(ask: Ask): Pace {
  let last: Promise<unknown> = Promise.resolve();
  let tookMs = 0;

  const askNow: Ask = async (path, query, signal) => {
    const begun = preciseClock.now();
    try {
      return await withinTime((own) => ask(path, query, own), ASK_MS, signal);
    } finally {
      tookMs = preciseClock.now() - begun;
    }
  };

  return {
    ask: (path, query, signal) => {
      const next = last.then(() => askNow(path, query, signal));
      last = next.catch(() => {});
      return next;
    },
    rest: (signal) => pause(tookMs, signal),
  };
}
