import type { Entry, Maybe } from '../../src/directory/directory.ts';
import { none as nobody } from '../../src/directory/finding.ts';
import type { Life } from '../../src/lookup/kept.ts';
import { createMemory, type Memory, type Tenure } from '../../src/lookup/memory.ts';
import { type Outcome, unknown } from '../../src/lookup/outcome.ts';
import { account } from '../support/scripted.ts';
import { reign, SIZES } from '../support/world.ts';

export const LIFE: Life = { askedAt: 0, goodUntil: 1, freshUntil: 2 };
export const NOBODY = nobody('probe', 'scripted');
export const UNKNOWN = unknown('directory', 'd0', 'refused');
export const found = (address: string): Outcome<Entry> => ({
  status: 'found',
  value: [account(address)],
});

/** Lets a tenure ask for a key, and keep what comes of it for its life. */
export const put = <T>(
  tenure: Tenure<T>,
  key: string,
  outcome: Outcome<T>,
  life = LIFE,
): Maybe<Outcome<T>> =>
  tenure.depart(
    key,
    async () => outcome,
    () => life,
  );

/** A memory that holds so many of each kind: `f0`, `n0`, `u0` and so on. */
export async function fill(
  each: number,
  sizes = SIZES,
): Promise<{ readonly memory: Memory<Entry>; readonly tenure: Tenure<Entry> }> {
  const memory = createMemory<Entry>(sizes);
  const tenure = reign(memory);
  for (let i = 0; i < each; i++) {
    await put(tenure, `f${i}`, found(`f${i}@x.org`));
    await put(tenure, `n${i}`, NOBODY);
    await put(tenure, `u${i}`, UNKNOWN);
  }
  return { memory, tenure };
}
