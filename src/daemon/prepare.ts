import { type CoarseClock, createCoarseClock } from '../clock.ts';
import { createDifferences, type Differences } from '../maps/differences.ts';
import { createShadowing } from '../maps/shadowing.ts';
import { type Answering, createAnswering } from './answering.ts';
import { type Joined, openFleet } from './fleet.ts';
import { type Inheritance, inherit } from './inherit.ts';
import type { DaemonOptions } from './options.ts';
import { createState, enterState, type StateOptions } from './state.ts';

/** What there is of a daemon before it opens any endpoint. */
export interface Prepared {
  readonly version: string;
  readonly clock: CoarseClock;
  readonly inherited: Inheritance;
  readonly joined: Joined;
  readonly differences: Differences;
  /** By what each state is made, the next ones too. */
  readonly stateOptions: StateOptions;
  readonly answering: Answering;
}

/**
 * Takes what was left to it, joins the fleet, and makes the first state. Where one of them fails, nothing of it stays.
 * @throws {Error} where the fleet can't be joined, or a directory or map can't be made
 */
export async function prepare(options: DaemonOptions, version: string): Promise<Prepared> {
  const { settings, log, showAddress } = options;
  const inherited = await inherit(options);
  const { former, kept } = inherited;
  const clock = createCoarseClock();
  const giveUp = (error: unknown): never => {
    former?.close();
    kept.stop();
    clock.stop();
    throw error;
  };

  let answering: Answering | undefined;
  const joined = await openFleet(settings, () => answering?.now().state.served ?? new Map(), {
    version,
    clock,
    log,
  }).catch(giveUp);
  const differences = createDifferences({ clock, log, showAddress });
  const stateOptions: StateOptions = {
    clock,
    shadowing: createShadowing({ differences, clock, log }),
    log,
    showAddress,
    kept: kept.keptOf,
    ...joined.part,
    ...(options.open && { open: options.open }),
  };
  const first = await createState(settings, stateOptions).catch(async (error: unknown) => {
    await joined.stop();
    return giveUp(error);
  });
  enterState(first);
  answering = createAnswering(first, clock, log);
  return { version, clock, inherited, joined, differences, stateOptions, answering };
}
