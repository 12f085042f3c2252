import type { Entry } from '../directory/directory.ts';
import type { Concern } from '../directory/hooks.ts';
import {
  createMemory,
  type IsConcerned,
  type Memory,
  type MemorySizes,
  type Tenure,
} from '../lookup/memory.ts';
import { entryPacking, rowPacking } from './packing.ts';

/** All that is remembered of one directory: its people, and its tables. It outlives the directory's adapters. */
export interface Memories {
  readonly entries: Memory<Entry>;
  /** By name: those that a map asks. */
  readonly tables: ReadonlyMap<string, Memory<string>>;
  /** Opens all of it to one adapter, which keeps nothing here until its tenure begins. */
  open(): Tenures;
  /** Others may be there now: what is remembered of those concerned counts no more. */
  readonly changed: (concern: Concern) => void;
  /** Forgets what is picked, in slices. Resolves to how many that were. */
  forget(isConcerned: IsConcerned<Entry | string>): Promise<number>;
  /** Forgets what failed: it is worth asking again. */
  readonly forgetFaults: () => void;
  resize(sizes: MemorySizes): void;
  /** Drops the tables that no map asks any more. */
  keepTables(asked: ReadonlySet<string>): void;
  /** How many are known, fresh or not: people and rows. */
  readonly known: () => number;
}

/** One adapter's time with the memories of its directory. */
export interface Tenures {
  readonly entries: Tenure<Entry>;
  readonly table: (name: string) => Tenure<string>;
  /** Ends that of the adapter before it, whose word is stale from here on. Again: nothing. */
  begin(): void;
}

/** Creates memories that hold nothing yet. */
export function createMemories(sizes: MemorySizes): Memories {
  let max = sizes;
  const entries = createMemory(sizes, entryPacking);
  const tables = new Map<string, Memory<string>>();
  const all = (): readonly (Memory<Entry> | Memory<string>)[] => [entries, ...tables.values()];

  const memoryOf = (table: string): Memory<string> => {
    const memory = tables.get(table) ?? createMemory(max, rowPacking);
    tables.set(table, memory);
    return memory;
  };

  const forget = async (isConcerned: IsConcerned<Entry | string>): Promise<number> => {
    let count = 0;
    for (const memory of all()) count += await memory.forget(isConcerned);
    return count;
  };

  return {
    entries,
    tables,
    open: () => openAll(entries, memoryOf),
    changed: (concern) => {
      if (concern === 'everything') for (const memory of all()) memory.expire();
      else void forget(isAmong(concern));
    },
    forget,
    forgetFaults: () => {
      for (const memory of all()) memory.forgetFaults();
    },
    resize: (next) => {
      max = next;
      for (const memory of all()) memory.resize(next);
    },
    keepTables: (asked) => {
      for (const name of tables.keys()) if (!asked.has(name)) tables.delete(name);
    },
    known: () => all().reduce((sum, memory) => sum + memory.sizes().found.size, 0),
  };
}

function isAmong({
  ids,
  addresses,
  domains = new Set(),
  groups,
}: Exclude<Concern, 'everything'>): IsConcerned<Entry | string> {
  const isNamed = (key: string): boolean =>
    addresses.has(key) || (domains.size > 0 && domains.has(domainIn(key)));
  const isHeldBy = (value: Entry | string): boolean =>
    typeof value !== 'string' &&
    (ids.has(value.id) ||
      (groups === 'all' && value.kind === 'group') ||
      isNamed(value.address) ||
      value.aliases.some(isNamed));
  return (key, values = []) => isNamed(key) || values.some(isHeldBy);
}

/** The domain of an address or of a table's key: `@example.org` and `.example.org` are of it, too. */
const domainIn = (key: string): string => key.slice(key.lastIndexOf('@') + 1).replace(/^\./, '');

function openAll(entries: Memory<Entry>, memoryOf: (table: string) => Memory<string>): Tenures {
  const people = entries.open();
  const opened = new Map<
    string,
    { readonly of: Memory<string>; readonly tenure: Tenure<string> }
  >();
  let isBegun = false;
  return {
    entries: people,
    table: (name) => {
      const of = memoryOf(name);
      const known = opened.get(name);
      // A table that was dropped meanwhile, and is asked again, has another memory.
      if (known?.of === of) return known.tenure;
      const tenure = of.open();
      opened.set(name, { of, tenure });
      if (isBegun) tenure.begin();
      return tenure;
    },
    begin: () => {
      if (isBegun) return;
      isBegun = true;
      people.begin();
      for (const { tenure } of opened.values()) tenure.begin();
    },
  };
}
