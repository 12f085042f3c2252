import type { Log } from '../../../log.ts';
import { reasonOf } from '../../../reason.ts';
import { Fault } from '../../directory.ts';
import { waitFor, withinTime } from '../../waiting.ts';

/** Decides whether "nobody", which Keycloak also says where it hides people, is believed. */
export interface SelfCheck {
  /**
   * Resolves where it is; waits for the first check.
   * @throws {Fault} `doubt` where it is not: those who are there are found all the same, so no circuit may open
   */
  believe(signal: AbortSignal): Promise<void>;
  /** Takes note of why it is not to be believed until the next check. */
  doubt(reason: string): void;
  /** Ends the checks. */
  stop(): void;
}

export interface SelfCheckOptions {
  readonly name: string;
  /** Looks whether users are seen; throws where they aren't. */
  readonly check: (signal: AbortSignal) => Promise<void>;
  readonly everyMs: number;
  readonly log: Log;
}

const CHECK_MS = 10_000;
/** While it fails, so that what was mended counts soon. */
const AGAIN_MS = 5000;

/** Creates a self-check, which begins at once. */
export function createSelfCheck({ name, check, everyMs, log }: SelfCheckOptions): SelfCheck {
  const life = new AbortController();
  const first = Promise.withResolvers<void>();
  let reason: string | undefined;
  let timer: NodeJS.Timeout | undefined;

  const schedule = (): void => {
    clearTimeout(timer);
    if (life.signal.aborted) return;
    timer = setTimeout(
      () => void run(),
      reason === undefined ? everyMs : Math.min(everyMs, AGAIN_MS),
    );
    timer.unref();
  };

  const judge = (next: string | undefined): void => {
    if (life.signal.aborted) return;
    if (next !== undefined && next !== reason) {
      log.error({ directory: name, reason: next }, 'nobody is believed to be absent');
    }
    if (next === undefined && reason !== undefined) {
      log.info({ directory: name }, 'keycloak shows its users again');
    }
    reason = next;
  };

  async function run(): Promise<void> {
    try {
      await withinTime(check, CHECK_MS, life.signal);
      judge(undefined);
    } catch (error) {
      judge(reasonOf(error));
    }
    first.resolve();
    schedule();
  }

  void run();
  return {
    async believe(signal) {
      await waitFor(
        first.promise,
        signal,
        () => new Fault('starting', 'the self-check has not ended yet'),
      );
      if (reason !== undefined) throw new Fault('doubt', reason);
    },
    doubt(why) {
      judge(why);
      schedule();
    },
    stop() {
      life.abort();
      clearTimeout(timer);
      first.resolve();
    },
  };
}
