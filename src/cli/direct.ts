import { preciseClock } from '../clock.ts';
import { closeState, createState, enterState, type State } from '../daemon/state.ts';
import { createLog, type Log } from '../log.ts';
import type { Context, Step } from '../lookup/outcome.ts';
import type { Settings } from '../settings.ts';

/** The directories of a configuration, opened by a command itself. */
export interface Direct {
  readonly state: State;
  /** Makes the context of a question that comes now. */
  readonly contextNow: (tell?: (step: Step) => void) => Context;
}

/** A command waits longer than Postfix may: it connects first. */
const PATIENCE_MS = 10_000;

/** How long a command waits for who reads what was logged. */
const LOG_MS = 1000;

/** Opens the configured directories for as long as `use` takes; they log what is wrong with them to standard error, or to `own`. */
export async function withDirect<R>(
  settings: Settings,
  use: (direct: Direct) => Promise<R>,
  own?: Log,
): Promise<R> {
  const { log, close } =
    own === undefined
      ? await createLog({ level: 'warn', format: 'pretty' })
      : { log: own, close: async () => {} };
  const state = await createState(settings, {
    clock: preciseClock,
    log,
    showAddress: (address) => address,
    // Shadows are named where somebody wants to know; a command compares nothing.
    shadowing: { expect: () => {}, note: () => {} },
  });
  enterState(state);
  try {
    return await use({
      state,
      contextNow: (tell) => {
        const arrivedAt = preciseClock.now();
        const context = { arrivedAt, deadline: arrivedAt + PATIENCE_MS };
        return tell === undefined ? context : { ...context, tell };
      },
    });
  } finally {
    await closeState(state);
    await close(LOG_MS);
  }
}
