import { setTimeout as delay } from 'node:timers/promises';
import type { Entry } from '../../directory/directory.ts';
import type { MirrorFigures } from '../figures.ts';
import type { Missing, Shown } from '../store/orders.ts';

/**
 * Asks the directory, by its ordinary question and proof, for somebody whom a listing did not show: an offset that shifted, a
 * reply that was cut. Gives what they are now, for they may have changed; `there`: that is in doubt; `another`: somebody else gets mail
 * there; `unknown`: it can't be asked now.
 */
export type Confirm = (asked: {
  readonly ref: string;
  readonly id: string;
  readonly address: string;
}) => Promise<Entry | 'there' | 'another' | 'gone' | 'unknown'>;

/** What came of asking. */
export interface Confirmed {
  /** By their names in the feed. */
  readonly gone: readonly string[];
  /** Addresses of theirs that others have. */
  readonly elsewhere: readonly string[];
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
  const elsewhere: string[] = [];
  const shown: Shown[] = [];
  const askNext = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const said = await find(one, confirm, figures, { signal, elsewhere });
      figures.confirmed[said === 'gone' ? 'gone' : 'found'] += 1;
      if (said === 'gone') gone.push(one.ref);
      else if (said !== 'there') shown.push([one.ref, said]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, askNext));
  return { gone, elsewhere, shown };
}

/** Asks by all that they have: one address may have been taken from them meanwhile. Whoever has none gets no mail that could be refused. */
async function find(
  { ref, id, addresses }: Missing,
  confirm: Confirm,
  { confirmed }: MirrorFigures,
  { signal, elsewhere }: { readonly signal: AbortSignal; readonly elsewhere: string[] },
): Promise<Entry | 'there' | 'gone'> {
  const others: string[] = [];
  for (const address of addresses) {
    let said = await confirm({ ref, id, address });
    for (let tries = 0; said === 'unknown'; tries++) {
      confirmed.unknown += 1;
      await delay(RETRY_MS[Math.min(tries, RETRY_MS.length - 1)], undefined, { signal });
      said = await confirm({ ref, id, address });
    }
    if (said === 'another') others.push(address);
    else if (said !== 'gone') return said;
  }
  elsewhere.push(...others);
  return 'gone';
}
