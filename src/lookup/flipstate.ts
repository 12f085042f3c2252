import { ageOf, type Stamp, stampNow } from '../clock.ts';
import { isTree, type Tree } from '../config/sources/tree.ts';

/** What a guard of known people has to know again after a restart. Ages, not instants: the calendar may be set. */
export interface FlipState {
  /** How long ago what was held was accepted. */
  readonly acceptedMs?: number;
  readonly held?: HeldFlips;
  /** How long ago those vanished who were let go. */
  readonly lostMs: readonly number[];
}

/** What is not believed. */
export interface HeldFlips {
  readonly loss: string;
  /** Who vanished: digests, so that the file in which they are kept names nobody. */
  readonly keys: Set<string>;
}

/** Makes JSON of it, with the instant at which it is so. */
export const writeFlips = ({ held, ...ages }: FlipState): object => ({
  stamp: stampNow(),
  ...ages,
  ...(held !== undefined && { held: { loss: held.loss, keys: [...held.keys] } }),
});

/** Reads what another process has kept, of another version perhaps, as it is by now. */
export function readFlips(kept: unknown): FlipState {
  if (!isTree(kept)) return { lostMs: [] };
  const held = readHeld(kept['held']);
  return { ...readAges(kept), ...(held !== undefined && { held }) };
}

function readAges({ stamp, acceptedMs, lostMs, acceptedAt, lost }: Tree): FlipState {
  // Older versions wrote instants, by the calendar.
  if (stamp === undefined) return agesOf(acceptedAt, lost, (at) => ageOf({ at }));
  const elapsedMs = ageOf(readStamp(stamp));
  return agesOf(acceptedMs, lostMs, (ms) => Math.max(0, ms) + elapsedMs);
}

function agesOf(accepted: unknown, lost: unknown, toAge: (number: number) => number): FlipState {
  const lostMs = Array.isArray(lost) ? lost.filter(isNumber).map(toAge) : [];
  return isNumber(accepted) ? { acceptedMs: toAge(accepted), lostMs } : { lostMs };
}

const isNumber = (value: unknown): value is number => Number.isFinite(value);

/** A stamp that can't be read is one of this moment: what was kept counts for longer, and is not forgotten. */
function readStamp(stamp: unknown): Stamp {
  if (!isTree(stamp) || !isNumber(stamp['at'])) return stampNow();
  const { at, boot, upMs } = stamp;
  return typeof boot === 'string' && isNumber(upMs) ? { at, boot, upMs } : { at };
}

function readHeld(held: unknown): HeldFlips | undefined {
  if (!isTree(held) || typeof held['loss'] !== 'string') return undefined;
  const keys = Array.isArray(held['keys']) ? held['keys'] : [];
  return { loss: held['loss'], keys: new Set(keys.filter((key) => typeof key === 'string')) };
}
