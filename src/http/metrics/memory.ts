import type { Filling } from '../../lookup/memory.ts';
import { byKey, type Family, type Section } from './family.ts';

const STORES = ['found', 'none', 'unknown'] as const;

type Facts = Pick<Family, 'name' | 'type' | 'help' | 'advice'>;

/**
 * Makes a family with a sample of each memory for each kind of outcome: one that is full shows, however many others there are beside
 * it. The label `table` is empty for people: to Prometheus that is none.
 */
const eachMemory = (facts: Facts, read: (filling: Filling) => number): Family => ({
  ...facts,
  labels: ['directory', 'table', 'outcome'],
  samples: ({ state }) =>
    [...state().served].flatMap(([directory, { memories }]) =>
      [['', memories.entries] as const, ...memories.tables].flatMap(([table, memory]) => {
        const sizes = memory.sizes();
        const counts = Object.fromEntries(STORES.map((name) => [name, read(sizes[name])]));
        return byKey('outcome', counts, { directory, table });
      }),
    ),
});

/** What is remembered. */
export const MEMORY: Section = {
  title: 'Memory',
  families: [
    eachMemory(
      {
        name: 'idpmap_memory_entries',
        type: 'gauge',
        help: 'Keys that are remembered, fresh or stale, of the directory’s people, or of one of its tables.',
        advice:
          '`found` at its maximum: raise `cache.entries.found` if there are more people or keys than that, else an outage finds some of them forgotten.',
      },
      ({ size }) => size,
    ),
    eachMemory(
      {
        name: 'idpmap_memory_max_entries',
        type: 'gauge',
        help: 'How many keys may be remembered there (`cache.entries`).',
      },
      ({ max }) => max,
    ),
  ],
};
