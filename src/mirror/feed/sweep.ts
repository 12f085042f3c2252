import type { Log } from '../../log.ts';
import type { MirrorFigures } from '../figures.ts';
import type { Due, Order, Result, Standing } from '../store/orders.ts';
import { askDue } from './askdue.ts';
import type { Confirm } from './confirm.ts';

export interface SweepOptions {
  /** The directory's name. */
  readonly name: string;
  /** Absent: the file is not open. */
  readonly standing: () => Standing | undefined;
  readonly give: (order: Order) => Promise<Result>;
  readonly confirm: Confirm;
  readonly figures: Pick<MirrorFigures, 'confirmed'>;
  readonly now: () => number;
  readonly graceMs: number;
  readonly log: Log;
}

/** Lets lost people go. */
export interface Sweeper {
  /** Those whose loss is over, unless they are held. Again, while it is at it: the same promise. Never rejects. */
  readonly sweep: () => Promise<void>;
  /** Those who are held now: at once, or as soon as all could be asked for whom a listing only left out. */
  readonly accept: () => void;
}

/** So many addresses are let go by one order, … */
const MOST = 5000;

/** … and so many are asked for before what comes of it is kept. */
const MOST_ASKED = 48;

/** Creates it. */
export function createSweeper(options: SweepOptions): Sweeper {
  const { name, standing, give, now, graceMs, log } = options;
  let sweeping: Promise<void> | undefined;
  /** Whoever was lost by then is let go. */
  let acceptedAt: number | undefined;
  /** Behind whom it is gone on with asking. */
  let after = '';

  /** Asks for some, from where it was left; gives whether all have said something. Who can't be asked for now is passed over, till the next time. */
  const askAll = async (before: number): Promise<boolean> => {
    let areAnswered = after === '';
    for (;;) {
      const { due = [] } = await give({ do: 'due', before, after, most: MOST_ASKED });
      after = due.length < MOST_ASKED ? '' : lastOf(due);
      const { judged, there, areAllSaid } = await askDue(due, options);
      if (judged.length + there.length > 0) await give({ do: 'judged', there, judged, now: now() });
      areAnswered &&= areAllSaid;
      if (after === '') return areAnswered;
      // The directory can't be asked at all, it seems.
      if (judged.length + there.length === 0) return false;
    }
  };
  const release = async (order: Extract<Order, { do: 'sweep' | 'accept' }>): Promise<void> => {
    for (;;) {
      const { released = [] } = await give(order);
      if (released.length < order.most) return;
    }
  };

  const letGo = async (): Promise<void> => {
    const { lost, unasked, isHeld } = standing() ?? NOTHING;
    // What was accepted is over; what is held later is not.
    if (!isHeld) acceptedAt = undefined;
    const until = acceptedAt;
    if (lost + unasked === 0 || (isHeld && until === undefined)) return;
    const before = now() - graceMs;
    // Those who were told gone are accepted without being asked for.
    const areAsked = unasked === 0 || (await askAll(until === undefined ? before : NEVER));
    if (until === undefined) return release({ do: 'sweep', before, most: MOST });
    if (!areAsked) return undefined;
    await release({ do: 'accept', until, most: MOST });
    acceptedAt = undefined;
    return undefined;
  };
  const tryToLetGo = async (): Promise<void> => {
    try {
      await letGo();
    } catch (error) {
      // A disk that is full, for one: till it can be written nobody is let go.
      log.debug({ directory: name, err: error }, 'the mirror could not be swept');
    }
    sweeping = undefined;
  };
  const sweep = (): Promise<void> => {
    sweeping ??= tryToLetGo();
    return sweeping;
  };
  return {
    sweep,
    accept: () => {
      acceptedAt = now();
      void sweep();
    },
  };
}

const NEVER = Number.MIN_SAFE_INTEGER;
const NOTHING = { lost: 0, unasked: 0, isHeld: false };

const lastOf = (due: readonly Due[]): string => due.at(-1)?.ref ?? '';
