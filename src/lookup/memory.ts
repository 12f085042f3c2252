import { LRUCache } from 'lru-cache';
import type { None } from '../directory/directory.ts';
import type { Context, Found, Outcome, Unknown } from './outcome.ts';

/** A remembered *found*, handed out as it lies here. Whole ms on the daemon's clock, so that V8 keeps them unboxed. */
export interface KeptFound<T> extends Found<T> {
  /** When the directory said it: stale age counts from here. */
  readonly askedAt: number;
  readonly prefetchAt: number;
  readonly freshUntil: number;
}

/** A remembered *none* or *unknown*. */
export interface Kept<O> {
  readonly outcome: O;
  readonly askedAt: number;
  readonly freshUntil: number;
}

/** How much is remembered, in entries: each kind apart, for a flood of strangers must not evict who is known. */
export interface MemorySizes {
  readonly found: number;
  readonly none: number;
  readonly unknown: number;
}

/** What one directory said, by asked key. It survives a reload. */
export interface Memory<T> {
  readonly found: LRUCache<string, KeptFound<T>>;
  readonly none: LRUCache<string, Kept<None>>;
  /** Faults, for the time in which their key is not asked again. */
  readonly unknown: LRUCache<string, Kept<Unknown>>;
  /** Questions under way. What a flight brings is kept only while it stands here. */
  readonly flights: Map<string, Promise<Outcome<T>>>;
}

export const createMemory = <T>(sizes: MemorySizes): Memory<T> => ({
  found: new LRUCache({ max: sizes.found }),
  none: new LRUCache({ max: sizes.none }),
  unknown: new LRUCache({ max: sizes.unknown }),
  flights: new Map(),
});

/** Gives a remembered *found* that is not older than `staleMs`, fresh or not. */
export function recallFound<T>(
  memory: Memory<T>,
  key: string,
  context: Context,
  staleMs: number,
): KeptFound<T> | undefined {
  const kept = memory.found.get(key);
  return kept !== undefined && context.arrivedAt < kept.askedAt + staleMs ? kept : undefined;
}

/** Says whether what is remembered under `key` is to be forgotten; `value` is absent for *none* and *unknown*. */
export type IsConcerned<T> = (key: string, value?: readonly T[]) => boolean;

const SLICE = 5000;

/**
 * Forgets what `isConcerned` picks, in slices between which others are served. What flights under way bring is answered,
 * not kept. Resolves to how many were forgotten.
 */
export async function forget<T>(memory: Memory<T>, isConcerned: IsConcerned<T>): Promise<number> {
  memory.flights.clear();
  let count = 0;
  for (const store of [memory.found, memory.none, memory.unknown]) {
    const keys = [...store.keys()];
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i];
      if (key !== undefined && isConcerned(key, valueOf<T>(store.peek(key))) && store.delete(key))
        count += 1;
      if (i % SLICE === SLICE - 1) await new Promise(setImmediate);
    }
  }
  return count;
}

const valueOf = <T>(
  kept: KeptFound<T> | Kept<None | Unknown> | undefined,
): readonly T[] | undefined => (kept !== undefined && 'value' in kept ? kept.value : undefined);

/** Makes all of it stale, and drops what would be denied: for a directory whose configuration changed. */
export function expire<T>(memory: Memory<T>): void {
  memory.flights.clear();
  memory.none.clear();
  memory.unknown.clear();
  const leastRecentFirst = [...memory.found.entries()].toReversed();
  for (const [key, kept] of leastRecentFirst)
    memory.found.set(key, { ...kept, prefetchAt: 0, freshUntil: 0 });
}

/** The same memory, or one of other sizes that holds what it held, the most recent first. Flights are left behind. */
export function resized<T>(memory: Memory<T>, sizes: MemorySizes): Memory<T> {
  const stores = ['found', 'none', 'unknown'] as const;
  if (stores.every((store) => memory[store].max === sizes[store])) return memory;
  const other = createMemory<T>(sizes);
  other.found.load(memory.found.dump());
  other.none.load(memory.none.dump());
  other.unknown.load(memory.unknown.dump());
  return other;
}
