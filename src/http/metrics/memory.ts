import type { Filling } from '../../lookup/memory.ts';
import { eachDirectoryBy } from './each.ts';
import type { Section } from './family.ts';
import type { MeteredDirectory } from './sources.ts';

const STORES = ['found', 'none', 'unknown'] as const;

/** Sums `read` over the memories of a directory's people and of its tables, for each kind of outcome. */
function sumStores(
  { memories }: MeteredDirectory,
  read: (filling: Filling) => number,
): Readonly<Record<string, number>> {
  const all = [memories.entries, ...memories.tables.values()].map((memory) => memory.sizes());
  return Object.fromEntries(
    STORES.map((name) => [name, all.reduce((sum, sizes) => sum + read(sizes[name]), 0)]),
  );
}

/** What is remembered. */
export const MEMORY: Section = {
  title: 'Memory',
  families: [
    eachDirectoryBy(
      'outcome',
      {
        name: 'idpmap_memory_entries',
        type: 'gauge',
        help: 'Keys that are remembered, fresh or stale, of the directory’s people and tables.',
        advice:
          '`found` at its maximum: raise `cache.entries.found` if there are more people than that, else an outage finds some of them forgotten.',
      },
      (directory) => sumStores(directory, ({ size }) => size),
    ),
    eachDirectoryBy(
      'outcome',
      {
        name: 'idpmap_memory_max_entries',
        type: 'gauge',
        help: 'How many keys may be remembered (`cache.entries`).',
      },
      (directory) => sumStores(directory, ({ max }) => max),
    ),
  ],
};
