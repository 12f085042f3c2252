import { setTimeout as delay } from 'node:timers/promises';
import type { Entry } from '../../directory/directory.ts';
import type { MirrorFigures } from '../figures.ts';
import type { Missing, Shown } from '../store/orders.ts';

/**
 * Asks the directory, by its ordinary question and proof, for somebody whom a listing did not show: an offset that shifted, a
 * reply that was cut. Gives what they are now, for they may have changed; `there`: that is in doubt; `unknown`: it can't be asked
 * now.
 */
export type Confirm = (missing: Required<Missing>) => Promise<Entry | 'there' | 'gone' | 'unknown'>;

/** What came of asking. */
export interface Confirmed {
  /** By their names in the feed. */
  readonly gone: readonly string[];
  readonly shown: readonly Shown[];
}

/** How soon it is asked again. */
const RETRY_MS = [100, 1000, 2000, 5000, 10_000, 30_000];

/** So many are asked for at once. */
const AT_ONCE = 4;

/** Tells who is gone, and what the others are. Whom the directory can't be asked for is asked for until it can: till then nothing more counts. */
export async function confirmMissing(
  missing: readonly Missing[],
  confirm: Confirm,
  figures: MirrorFigures,
  signal: AbortSignal,
): Promise<Confirmed> {
  const waiting = [...missing];
  const gone: string[] = [];
  const shown: Shown[] = [];
  const askNext = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const said = await find(one, confirm, figures, signal);
      figures.confirmed[said === 'gone' ? 'gone' : 'found'] += 1;
      if (said === 'gone') gone.push(one.ref);
      else if (said !== 'there') shown.push([one.ref, said]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, askNext));
  return { gone, shown };
}

async function find(
  missing: Missing,
  confirm: Confirm,
  { confirmed }: MirrorFigures,
  signal: AbortSignal,
): Promise<Entry | 'there' | 'gone'> {
  const { ref, id, address } = missing;
  // Whoever has no address gets no mail that could be refused.
  if (address === undefined) return 'gone';
  for (let tries = 0; ; tries++) {
    const said = await confirm({ ref, id, address });
    if (said !== 'unknown') return said;
    confirmed.unknown += 1;
    await delay(RETRY_MS[Math.min(tries, RETRY_MS.length - 1)], undefined, { signal });
  }
}
