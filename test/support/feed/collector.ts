import { isDeepStrictEqual } from 'node:util';
import type { Change, Directory, Listed, Mark } from '../../../src/directory/directory.ts';
import { valuesOf } from '../../../src/directory/finding.ts';

/** What is kept of a feed between two runs. */
export interface Collected {
  readonly cursor: string | undefined;
  readonly entries: ReadonlyMap<string, Listed>;
}

/** Follows a directory and keeps what it tells, as the mirror's store does, but in memory. */
export interface Collector {
  readonly entries: ReadonlyMap<string, Listed>;
  /** All that was told, by kind. */
  readonly told: readonly Change['kind'][];
  /** The next mark. Rejects with what the feed threw. */
  nextMark(): Promise<Mark>;
  /** Resolves when this holds, which is looked at after each batch. Rejects with what the feed threw. */
  until(holds: () => boolean): Promise<void>;
  /** Resolves with what the feed throws. */
  readonly failure: Promise<unknown>;
  /** Ends it; gives what it would go on from. */
  stop(): Promise<Collected>;
}

/** Begins to follow. Whoever is missing of a listing is asked for, as the mirror does. */
export function collect(directory: Directory, from?: Collected): Collector {
  const life = new AbortController();
  const entries = new Map(from?.entries);
  const told: Change['kind'][] = [];
  const shown = new Map<string, Set<string>>();
  let cursor = from?.cursor;
  let lastMark: Mark | undefined;
  let failed: { readonly error: unknown } | undefined;
  let news = Promise.withResolvers<void>();

  const partOf = (ref: string): string => ref.slice(0, ref.indexOf(':'));
  const show = (ref: string): void => void shown.get(partOf(ref))?.add(ref);

  /** Whether somebody whom a listing did not show is there nevertheless. */
  async function isThere({ id, address }: Listed): Promise<boolean> {
    if (address === '') return false;
    const { signal } = life;
    return valuesOf(await directory.find(address, { signal })).some((each) => each.id === id);
  }

  async function endListing(part: string): Promise<void> {
    const seen = shown.get(part);
    if (seen === undefined) throw new Error(`${part} was listed before it began`);
    shown.delete(part);
    const untold = [...seen].filter((ref) => !entries.has(ref));
    if (untold.length > 0) throw new Error(`nobody told how these are: ${untold.join()}`);
    const missing = [...entries].filter(([ref]) => partOf(ref) === part && !seen.has(ref));
    for (const [ref, entry] of missing) if (!(await isThere(entry))) entries.delete(ref);
  }

  function remove(ref: string): void {
    entries.delete(ref);
    shown.get(partOf(ref))?.delete(ref);
  }

  function keepAsItIs(ref: string): void {
    if (!shown.has(partOf(ref))) throw new Error(`${ref} is as it was, outside of a listing`);
    show(ref);
  }

  async function apply(change: Change): Promise<void> {
    told.push(change.kind);
    switch (change.kind) {
      case 'listing':
        shown.set(change.part, new Set());
        return;
      case 'listed':
        return endListing(change.part);
      case 'put':
        for (const [ref, entry] of change.entries) {
          entries.set(ref, entry);
          show(ref);
        }
        return;
      case 'gone':
        return change.refs.forEach(remove);
      case 'still':
        return change.refs.forEach(keepAsItIs);
      case 'mark':
        cursor = change.cursor;
        lastMark = change;
    }
  }

  async function run(): Promise<void> {
    if (directory.follow === undefined) throw new Error('it can’t be followed');
    for await (const batch of directory.follow(cursor, life.signal)) {
      for (const change of batch) await apply(change);
      news.resolve();
      news = Promise.withResolvers();
    }
    throw new Error('a feed ended without an error');
  }

  const failure = run().catch((error: unknown) => {
    failed = { error };
    news.resolve();
    return error;
  });

  async function until(holds: () => boolean): Promise<void> {
    for (;;) {
      if (holds()) return;
      if (failed !== undefined) throw failed.error;
      await news.promise;
    }
  }

  return {
    entries,
    told,
    async nextMark() {
      const before = lastMark;
      await until(() => lastMark !== before);
      if (lastMark === undefined) throw new Error('there is none');
      return lastMark;
    },
    until,
    failure,
    async stop() {
      life.abort();
      await failure;
      return { cursor, entries: new Map(entries) };
    },
  };
}

/** Lists everybody once. */
export async function listFresh(directory: Directory): Promise<ReadonlyMap<string, Listed>> {
  const collector = collect(directory);
  await collector.nextMark();
  const { entries } = await collector.stop();
  return entries;
}

/** Whether two collections hold the same; the order of lists says nothing. */
export const isSame = (
  one: ReadonlyMap<string, Listed>,
  other: ReadonlyMap<string, Listed>,
): boolean => isDeepStrictEqual(comparable(one), comparable(other));

/** A collection in a form that can be compared. */
export const comparable = (
  entries: ReadonlyMap<string, Listed>,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    [...entries]
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([ref, { aliases, logins, members, names, memberNames, ...rest }]) => [
        ref,
        {
          ...rest,
          aliases: aliases.toSorted(),
          logins: logins.toSorted(),
          members: members.toSorted(),
          names: names.toSorted(),
          memberNames: (memberNames ?? []).toSorted(),
        },
      ]),
  );
