import { setTimeout as delay } from 'node:timers/promises';
import type { MirrorFigures } from './figures.ts';
import type { Missing } from './orders.ts';

/**
 * Asks the directory, by its ordinary question and proof, whether somebody is there whom a listing did not show: an offset
 * that shifted, a reply that was cut. `unknown`: it can't be asked now.
 */
export type Confirm = (missing: Required<Missing>) => Promise<'there' | 'gone' | 'unknown'>;

/** How soon it is asked again. */
const RETRY_MS = [100, 1000, 2000, 5000, 10_000, 30_000];

/** So many are asked for at once. */
const AT_ONCE = 4;

/** Gives those who are gone. Whom the directory can't be asked for is asked for until it can: till then nothing more counts. */
export async function confirmMissing(
  missing: readonly Missing[],
  confirm: Confirm,
  figures: MirrorFigures,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const waiting = [...missing];
  const gone: string[] = [];
  const askNext = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const isThere = await find(one, confirm, figures, signal);
      figures.confirmed[isThere ? 'found' : 'gone'] += 1;
      if (!isThere) gone.push(one.ref);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, askNext));
  return gone;
}

async function find(
  missing: Missing,
  confirm: Confirm,
  { confirmed }: MirrorFigures,
  signal: AbortSignal,
): Promise<boolean> {
  const { ref, id, address } = missing;
  // Whoever has no address gets no mail that could be refused.
  if (address === undefined) return false;
  for (let tries = 0; ; tries++) {
    const said = await confirm({ ref, id, address });
    if (said !== 'unknown') return said === 'there';
    confirmed.unknown += 1;
    await delay(RETRY_MS[Math.min(tries, RETRY_MS.length - 1)], undefined, { signal });
  }
}
