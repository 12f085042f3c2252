import type { Log } from '../../log.ts';
import type { MirrorFigures } from '../figures.ts';
import type { Missing, Order, Result, Shown, Standing } from '../store/orders.ts';
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
  /** Those who are held: at once, or as soon as all could be asked for whom a listing only left out. */
  readonly accept: () => void;
}

/** Creates it. */
export function createSweeper(options: SweepOptions): Sweeper {
  const { name, standing, give, now, graceMs, log } = options;
  let sweeping: Promise<void> | undefined;
  let isAccepted = false;

  const letGo = async (): Promise<void> => {
    const before = standing();
    if (before === undefined || before.lost === 0) return;
    if (before.isHeld && !isAccepted) return;
    const areAsked = before.unasked === 0 || (await askUnasked(options));
    if (isAccepted && !areAsked) return;
    await give(isAccepted ? { do: 'accept' } : { do: 'sweep', before: now() - graceMs });
    isAccepted = false;
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
      isAccepted = true;
      void sweep();
    },
  };
}

/** So many are asked for at once, and before the first ones count. */
const AT_ONCE = 4;
const MOST = 48;

/**
 * Asks for people whom a listing did not show, with so many others that they were held without being asked for: nobody is
 * let go, accepted or not, who is still there. Gives whether all have been asked for; who can't be is asked for the next time.
 */
async function askUnasked({ give, confirm, figures, now }: SweepOptions): Promise<boolean> {
  const { confirmed } = figures;
  for (let isAnswered = true; isAnswered; ) {
    const { asked: waiting = [] } = await give({ do: 'unasked', most: MOST });
    if (waiting.length === 0) return true;
    const there: string[] = [];
    const gone: string[] = [];
    const shown: Shown[] = [];
    const askNext = async (left: Missing[]): Promise<void> => {
      for (let one = left.shift(); one !== undefined; one = left.shift()) {
        const { address } = one;
        const said = address === undefined ? 'gone' : await confirm({ ...one, address });
        confirmed[said === 'gone' || said === 'unknown' ? said : 'found'] += 1;
        if (said === 'gone') gone.push(one.ref);
        else if (said !== 'unknown') there.push(one.ref);
        if (typeof said === 'object') shown.push([one.ref, said]);
      }
    };
    const left = [...waiting];
    await Promise.all(Array.from({ length: AT_ONCE }, () => askNext(left)));
    isAnswered = there.length + gone.length > 0;
    if (isAnswered) await give({ do: 'asked', there, gone, now: now() });
    if (shown.length > 0) await give({ do: 'shown', people: shown, now: now() });
  }
  return false;
}
