import type { Directory, Entry, TableDefinition } from '../../src/directory/directory.ts';
import { valuesOf } from '../../src/directory/finding.ts';

/** A directory whose findings are plain lists, empty for *none*: for tests of what is found. */
export type Plain = Omit<Directory, keyof Questions> & Questions;

interface Questions {
  find(address: string, signal: AbortSignal): Promise<readonly Entry[]>;
  /** On a connection opened for it. */
  findAnew(address: string, signal: AbortSignal): Promise<readonly Entry[]>;
  domains?(signal: AbortSignal): Promise<readonly string[]>;
  table?(definition: TableDefinition): PlainAsk;
}

type PlainAsk = (key: string, signal: AbortSignal) => Promise<readonly string[]>;

/** Shows `directory` so. */
export function plain<D extends Directory>(directory: D): Omit<D, keyof Questions> & Questions {
  const domains = directory.domains?.bind(directory);
  const table = directory.table?.bind(directory);
  return {
    ...directory,
    find: async (address, signal) => valuesOf(await directory.find(address, { signal })),
    findAnew: async (address, signal) =>
      valuesOf(await directory.find(address, { signal, anew: true })),
    ...(domains && { domains: async (signal: AbortSignal) => valuesOf(await domains(signal)) }),
    ...(table && {
      table: (definition: TableDefinition): PlainAsk => {
        const ask = table(definition);
        return async (key, signal) => valuesOf(await ask(key, { signal }));
      },
    }),
  };
}
