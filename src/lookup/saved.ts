import type { Clock } from '../clock.ts';
import type { Memory } from './memory.ts';

/** A remembered *found* as it is written down: how old it was then, not when it was asked. */
export interface SavedFound<T> {
  readonly key: string;
  readonly ageMs: number;
  readonly value: readonly T[];
}

/** Lists what a memory has found, the least recent first, so that restoring in order keeps the order. */
export function* listFound<T>(memory: Memory<T>, clock: Clock): Generator<SavedFound<T>> {
  const now = clock.now();
  // A copy of the keys: others go on using the memory between two lines.
  for (const key of memory.found.rkeys().toArray()) {
    const kept = memory.found.peek(key);
    if (kept !== undefined) yield { key, ageMs: now - kept.askedAt, value: kept.value };
  }
}

/**
 * Remembers what was saved `elapsedMs` ago. It keeps its age, answers only where the directory does not, and never
 * takes the place of what is known by now.
 */
export function restoreFound<T>(
  memory: Memory<T>,
  { key, ageMs, value }: SavedFound<T>,
  elapsedMs: number,
  clock: Clock,
): void {
  if (memory.found.has(key) || memory.none.has(key)) return;
  const askedAt = clock.now() - ageMs - elapsedMs;
  memory.found.set(key, { status: 'found', value, askedAt, prefetchAt: 0, freshUntil: askedAt });
}
