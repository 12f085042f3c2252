import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Kept } from '../directory/hooks.ts';
import type { Holding } from '../directory/trust/hold.ts';
import type { Log } from '../log.ts';
import { type HeldFlips, readFlips, writeFlips } from './flipstate.ts';

/**
 * The guard before known people who vanish: addresses that were found, and turn into *none*. What it guards is asked for
 * one by one, so it counts; once there are too many, no one is believed any more until they are accepted, forgotten by a
 * purge, or one of them is shown again.
 */
export interface FlipHold extends Holding {
  /** Lets a flip be looked into, found at `foundAt`; absent: it is held. */
  admit(key: string, foundAt: number): Flip | undefined;
  /**
   * A second look says that it is so: whether that counts. Others may have been too many meanwhile; `all`: so many vanished
   * within a minute at all daemons of a fleet, absent where that is not known.
   */
  confirm(flip: Flip, all?: number): 'taken' | 'held';
  /** A second look says otherwise, or nothing. */
  drop(flip: Flip): void;
  /** Whether it is time, while flips are held, to look at one again: once a second. */
  mayLook(): boolean;
  /** Somebody was found: if that is one who had vanished, nothing is held any more. */
  shown(key: string): void;
  /** Who vanished and is not believed to be gone: digests. */
  held(): HeldFlips | undefined;
  /** Why a flip is not believed, and the way out. */
  reason(): string;
}

/** One known address that turned into *none*. */
export interface Flip {
  readonly key: string;
  readonly at: number;
}

export interface FlipHoldOptions {
  /** The directory's. */
  readonly name: string;
  /** So many may vanish within a minute … */
  readonly most: number;
  /** … of which so many are this daemon's own while a fleet can't count them; absent: all. */
  readonly ownPart?: (most: number) => number;
  /** … and this share, 0 to 1, of those known, or a few, within an hour. */
  readonly guard: number;
  /** How many are known. */
  readonly known: () => number;
  readonly kept: Kept;
  readonly clock: Clock;
  readonly log: Log;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const LOOK_MS = 1000;

/** So few within an hour prove nothing: of ten known people one is a tenth. */
const FEW = 5;

/** Of so many who vanished it is noticed that they are shown again. */
const MOST_KEYS = 1000;

/** Under which name its state is kept. */
const KEPT = 'vanished';

/** Creates it; what a former process held is held on, and what it accepted stays accepted. */
export function createFlipHold(options: FlipHoldOptions): FlipHold {
  const { name, most, guard, known, kept, clock, log, ownPart = (all) => all } = options;
  const before = readFlips(kept.read(KEPT));
  const ourTime = (ageMs: number): number => clock.now() - ageMs;
  /** Of the last hour, those of a former process among them. */
  let flips: readonly Flip[] = before.lostMs.map((ageMs) => ({ key: '', at: ourTime(ageMs) }));
  let held = before.held;
  /** Whoever was found before, and not since, may vanish. */
  let acceptedAt =
    before.acceptedMs === undefined ? Number.NEGATIVE_INFINITY : ourTime(before.acceptedMs);
  let lookedAt = Number.NEGATIVE_INFINITY;

  const save = (): void => {
    const now = clock.now();
    const state = {
      ...(Number.isFinite(acceptedAt) && { acceptedMs: now - acceptedAt }),
      ...(held !== undefined && { held }),
      lostMs: flips.slice(-MOST_KEYS).map(({ at }) => now - at),
    };
    kept.write(KEPT, writeFlips(state));
  };

  const reason = (): string =>
    `${held?.loss ?? 'known addresses vanished'}: not believed; mend the directory, or, if it is right, run idpmap accept ${name}`;

  const hold = (key: string, loss: string): void => {
    if (held === undefined) {
      held = { loss, keys: new Set() };
      log.error({ directory: name, reason: reason() }, 'known people vanish: they are held');
    }
    if (held.keys.size < MOST_KEYS) held.keys.add(digestOf(key));
    save();
  };

  /** Whoever was let go counts on for an hour: a directory that loses people again and again would else get anew so many. */
  const end = (): void => {
    held = undefined;
    save();
  };

  const drop = (flip: Flip): void => {
    flips = flips.filter((each) => each !== flip);
  };

  /** What is lost with one more, where that is too much. */
  const findLoss = (now: number): string | undefined => {
    flips = flips.filter(({ at }) => now < at + HOUR_MS);
    const lost = flips.length + 1;
    const lately = flips.filter(({ at }) => now < at + MINUTE_MS).length + 1;
    if (lately > Math.max(1, ownPart(most)))
      return `more than ${most} known addresses vanished within a minute`;
    const total = known() + flips.length;
    if (lost <= Math.max(FEW, guard * total)) return undefined;
    return `${lost} of ${total} known addresses vanished within an hour, the guard allows ${Math.round(guard * 100)} %`;
  };

  return {
    admit: (key, foundAt) => {
      const now = clock.now();
      const flip = { key, at: now };
      const loss = held?.loss ?? (foundAt <= acceptedAt ? undefined : findLoss(now));
      if (loss !== undefined) {
        hold(key, loss);
        return undefined;
      }
      if (foundAt > acceptedAt) flips = [...flips, flip];
      return flip;
    },
    confirm: (flip, all = 0) => {
      if (held === undefined && all <= most) {
        save();
        return 'taken';
      }
      drop(flip);
      hold(flip.key, held?.loss ?? `more than ${most} known addresses vanished within a minute`);
      return 'held';
    },
    drop,
    mayLook: () => {
      const now = clock.now();
      if (now < lookedAt + LOOK_MS) return false;
      lookedAt = now;
      return true;
    },
    shown: (key) => {
      if (held === undefined || !held.keys.has(digestOf(key))) return;
      end();
      log.info({ directory: name }, 'somebody who had vanished is shown again: no one is held');
    },
    reason,
    held: () => held,
    accept: () => {
      if (held === undefined) return undefined;
      const { loss } = held;
      acceptedAt = clock.now();
      flips = [];
      end();
      return loss;
    },
    withdraw: () => {
      if (held !== undefined) end();
    },
  };
}

const digestOf = (key: string): string =>
  createHash('sha256').update(key).digest('base64url').slice(0, 16);
