import type { Clock } from '../clock.ts';
import type { Mark } from '../directory/directory.ts';
import type { Log } from '../log.ts';
import type { Whole } from './answers.ts';
import { describeLoss } from './store/guard.ts';
import type { Standing } from './store/orders.ts';
import type { Store } from './store/store.ts';

export interface CopyOptions {
  /** The directory's name. */
  readonly name: string;
  /** Absent: there is none that can be read yet. */
  readonly store: Store | undefined;
  /** A digest of the settings that decide who is in the directory. */
  readonly fingerprint: string;
  /** What was said of these may be otherwise now; absent: of anybody. Also of groups, which others are in. */
  readonly changed: (addresses?: readonly string[]) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/** What of a mirror can be read, how it stands, and whether it is in step with its directory. */
export interface Copy {
  readonly store: () => Store | undefined;
  readonly standing: () => Standing | undefined;
  /** Absent: nothing was ever listed whole, or can't be read. */
  readonly whole: () => Whole | undefined;
  readonly isInStep: () => boolean;
  /** Reads this from now on; absent: nothing can be read. What was read is closed. */
  readonly read: (store?: Store) => void;
  /** Takes how it stands now; absent: nobody knows. */
  readonly stand: (next: Standing | undefined) => void;
  /** The same, and tells where people are held, or are no more. */
  readonly tell: (before: Standing | undefined, now: Standing) => void;
  /** Its feed has said all, and promises to speak again. */
  readonly marked: (mark: Pick<Mark, 'nextMs' | 'toldMs'>) => void;
  /** What changed is not known any more. */
  readonly lostStep: () => void;
  /** Tells where it has come into step, or has fallen out of it by time alone. */
  readonly noteStep: () => void;
}

/** A feed that is a little late is none that failed. */
const SLACK_MS = 5000;

/** Creates it of what a former process left, if anything: it may stand in at once. */
export function createCopy({ name, fingerprint, clock, log, ...options }: CopyOptions): Copy {
  let { store } = options;
  let standing: Standing | undefined;
  let whole: Whole | undefined;
  let inStepUntil = Number.NEGATIVE_INFINITY;
  let wasInStep = false;

  const isInStep = (): boolean => clock.now() < inStepUntil;

  const stand = (next: Standing | undefined): void => {
    standing = next;
    const syncedAt = next?.syncedAt;
    whole =
      store === undefined || next === undefined || syncedAt === undefined
        ? undefined
        : { store, standing: next, syncedAt, inStepUntil };
  };
  if (store !== undefined) {
    const now = store.standing();
    // Whom other settings leave out, they say nothing of.
    stand(store.fingerprint() === fingerprint ? now : { ...now, isWhole: false });
  }

  const noteStep = (): void => {
    const now = isInStep();
    if (now === wasInStep) return;
    wasInStep = now;
    options.changed();
    const words = now ? 'in step' : 'out of step: lookups ask the directory';
    log.info({ directory: name }, `the mirror is ${words}`);
  };
  const moveStep = (until: number): void => {
    inStepUntil = until;
    stand(standing);
    noteStep();
  };

  return {
    store: () => store,
    standing: () => standing,
    whole: () => whole,
    isInStep,
    read: (next) => {
      store?.close();
      store = next;
      stand(standing);
    },
    stand,
    tell: (before, now) => {
      stand(now);
      if (before?.isHeld === now.isHeld) return;
      if (now.isHeld)
        log.error(
          { directory: name, reason: describeLoss(now) },
          `people vanish from the mirror: they are held and go on receiving until idpmap accept ${name}`,
        );
      else if (before !== undefined)
        log.info({ directory: name }, 'nobody is held in the mirror any more');
    },
    marked: ({ nextMs, toldMs = 0 }) => moveStep(clock.now() + 2 * nextMs + SLACK_MS - toldMs),
    lostStep: () => moveStep(Number.NEGATIVE_INFINITY),
    noteStep,
  };
}
