import type { Durations } from '../../lookup/durations.ts';
import { byKey, type Family } from './family.ts';
import type { MeteredDirectory } from './sources.ts';

type Facts = Pick<Family, 'name' | 'type' | 'help' | 'advice'>;

/** Makes a family with one sample of each directory; those for which `read` gives none have none. */
export const eachDirectory = (
  facts: Facts,
  read: (directory: MeteredDirectory) => number | Durations | undefined,
): Family => ({
  ...facts,
  labels: ['directory'],
  samples: ({ state }) =>
    [...state().served].flatMap(([directory, served]) => {
      const value = read(served);
      return value === undefined ? [] : [{ labels: { directory }, value }];
    }),
});

/** Makes a family with a sample of each directory for each key that `read` gives, labelled `label`. */
export const eachDirectoryBy = (
  label: string,
  facts: Facts,
  read: (directory: MeteredDirectory) => Readonly<Record<string, number>>,
): Family => ({
  ...facts,
  labels: ['directory', label],
  samples: ({ state }) =>
    [...state().served].flatMap(([directory, served]) => byKey(label, read(served), { directory })),
});
