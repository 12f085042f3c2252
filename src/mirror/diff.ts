import { setImmediate as turn } from 'node:timers/promises';
import type { Change, Directory, Listed } from '../directory/directory.ts';
import { createBits } from './bits.ts';
import { prepare } from './prepare.ts';
import { addressesOf, decode } from './rows.ts';
import type { Store } from './store.ts';

/** How a mirror and a fresh listing of its directory differ. */
export interface MirrorDiff {
  /** How many the listing showed. */
  readonly listed: number;
  /** In the mirror, and not listed. */
  readonly onlyHere: Differing;
  /** Listed, and not in the mirror. */
  readonly onlyThere: Differing;
  /** In both, and not the same. */
  readonly different: Differing;
}

/** Entries, some of them by their addresses. */
export interface Differing {
  readonly count: number;
  readonly some: readonly string[];
}

/** So many are named of each kind. */
const SOME = 20;

/** So many that differ are compared again at the end; beyond, somebody should list everybody anew. */
const MOST = 10_000;

/** So many rows are read at a time, between lookups. */
const PAGE = 200;

/**
 * Lists a directory into nothing, and compares what it shows with the mirror's file. What changes meanwhile is looked at
 * again in the end. Nothing is written, and what is held in memory does not grow with the directory.
 * @throws {Fault} where the directory can't be listed
 * @throws {Error} where more than ten thousand differ
 */
export async function diff(
  follow: NonNullable<Directory['follow']>,
  store: Pick<Store, 'row' | 'rows'>,
  signal: AbortSignal,
): Promise<MirrorDiff> {
  const seen = createBits();
  /** What the listing says of those who are others in the file, as it is kept; absent: it was told that they are gone. */
  const others = new Map<string, string | undefined>();
  let listed = 0;

  const put = (ref: string, entry: Listed): void => {
    const { text } = prepare(entry, { dropped: 0 });
    const row = store.row(ref);
    listed += 1;
    if (row !== undefined) seen.add(row.n);
    if (row?.data === text) others.delete(ref);
    else others.set(ref, text);
    if (others.size > MOST)
      throw new Error(`more than ${MOST} differ: idpmap mirror sync lists everybody anew`);
  };
  const take = (change: Change): void => {
    if (change.kind === 'put') for (const [ref, entry] of change.entries) put(ref, entry);
    if (change.kind === 'gone') for (const ref of change.refs) others.set(ref, undefined);
  };

  for await (const batch of follow(undefined, signal)) {
    for (const change of batch) take(change);
    if (batch.some(({ kind }) => kind === 'mark')) break;
  }
  const onlyHere = await unseen(store, seen.has, signal);
  const onlyThere: string[] = [];
  const different: string[] = [];
  for (const [ref, text] of others) {
    const row = store.row(ref);
    // The feed has been told meanwhile what the listing showed.
    if (row?.data === text) continue;
    if (row !== undefined) different.push(nameOf(row.entry, ref));
    else if (text !== undefined) onlyThere.push(nameOf(decode(text), ref));
  }
  return {
    listed,
    onlyHere,
    onlyThere: differing(onlyThere),
    different: differing(different),
  };
}

/** Whom the file has, and the listing did not show. */
async function unseen(
  store: Pick<Store, 'rows'>,
  isSeen: (n: number) => boolean,
  signal: AbortSignal,
): Promise<Differing> {
  const some: string[] = [];
  let count = 0;
  for (let after = 0; ; ) {
    const rows = store.rows(after, PAGE);
    const last = rows.at(-1);
    if (last === undefined) return { count, some };
    for (const { ref, entry } of rows.filter((row) => !isSeen(row.n))) {
      count += 1;
      if (some.length < SOME) some.push(nameOf(entry, ref));
    }
    after = last.n;
    await turn();
    signal.throwIfAborted();
  }
}

const differing = (names: readonly string[]): Differing => ({
  count: names.length,
  some: names.slice(0, SOME),
});

/** An entry by its address, or else as the feed calls it. */
const nameOf = (entry: Listed, ref: string): string => addressesOf(entry)[0] ?? ref;
