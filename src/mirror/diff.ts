import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Change, Listed } from '../directory/directory.ts';
import type { Follow } from './feed/listed.ts';
import type { Differing, MirrorDiff } from './status.ts';
import { createBits } from './store/bits.ts';
import { prepare } from './store/prepare.ts';
import { addressesOf } from './store/rows.ts';
import type { Store } from './store/store.ts';

/** So many of each kind are named. */
const MOST = 20;

/** Entries of the file that are looked at between others' turns. */
const SLICE = 1000;

/** Lists the directory once more, into nothing, and compares that with what the file says: as it is when each is shown. */
export async function compare(
  follow: Follow,
  store: Store,
  signal: AbortSignal,
): Promise<MirrorDiff> {
  const shown = createBits();
  const onlyThere = collect();
  const different = collect();
  let listed = 0;

  const look = (ref: string, entry: Listed): void => {
    const { entry: there, text } = prepare(entry, { dropped: 0 });
    const here = store.entryOf(ref);
    listed += 1;
    if (here !== undefined) shown.add(here.n);
    if (here === undefined) onlyThere.add(there);
    else if (here.text !== text) different.add(there);
  };
  for await (const batch of follow(undefined, signal)) {
    for (const [ref, entry] of batch.flatMap(putIn)) look(ref, entry);
    if (batch.some(({ kind }) => kind === 'mark')) break;
  }

  const onlyHere = collect();
  for (let last = 0; ; ) {
    const slice = store.entriesAfter(last, SLICE);
    for (const { n, entry } of slice) {
      if (!shown.has(n)) onlyHere.add(entry);
      last = n;
    }
    if (slice.length < SLICE) break;
    await nextTurn();
  }
  return {
    listed,
    onlyHere: onlyHere.all(),
    onlyThere: onlyThere.all(),
    different: different.all(),
  };
}

const putIn = (change: Change): readonly (readonly [string, Listed])[] =>
  change.kind === 'put' ? change.entries : [];

function collect() {
  const some: string[] = [];
  let count = 0;
  return {
    add: (entry: Listed): void => {
      count += 1;
      const [address = entry.id] = addressesOf(entry);
      if (some.length < MOST) some.push(address);
    },
    all: (): Differing => ({ count, some }),
  };
}
