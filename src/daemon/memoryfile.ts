import { setImmediate as turn } from 'node:timers/promises';
import { ageOf, type Clock, type Stamp, stampNow } from '../clock.ts';
import type { Entry } from '../directory/directory.ts';
import type { SavedFound } from '../lookup/memory.ts';
import { readSealed, SLICE_CHARS, writeSealed } from './sealed.ts';
import type { Served } from './served.ts';
import type { KeptValue } from './statefile.ts';

/** The file that carries memory over a restart or to another daemon: what was found, and which domains were listed. */
const VERSION = 1;

/** `savedAt` by the calendar, the only thing that older versions wrote; the rest of its stamp beside it. */
type Head = Omit<Stamp, 'at'> & {
  readonly is: 'head';
  readonly idpmapMemory: number;
  readonly savedAt: number;
};

type Line =
  | Head
  | ({ readonly is: 'entry'; readonly directory: string } & SavedFound<Entry>)
  | ({
      readonly is: 'row';
      readonly directory: string;
      readonly table: string;
    } & SavedFound<string>)
  | { readonly is: 'domains'; readonly directory: string; readonly names: readonly string[] }
  | ({ readonly is: 'kept' } & KeptValue);

/** Writes what the directories' memories have found to `path`, atomically, for its owner only. `more`: state, in a hand-over. */
export async function saveMemory(
  path: string,
  served: Iterable<Served>,
  clock: Clock,
  more: Iterable<KeptValue> = [],
): Promise<void> {
  await writeSealed(path, listLines(served, clock, more));
}

function* listLines(
  served: Iterable<Served>,
  clock: Clock,
  more: Iterable<KeptValue>,
): Generator<Line> {
  const { at: savedAt, ...stamp } = stampNow();
  yield { is: 'head', idpmapMemory: VERSION, savedAt, ...stamp };
  for (const kept of more) yield { is: 'kept', ...kept };
  for (const { name: directory, memories, list } of served) {
    for (const found of memories.entries.list(clock.now()))
      yield { is: 'entry', directory, ...found };
    for (const [table, memory] of memories.tables)
      for (const found of memory.list(clock.now())) yield { is: 'row', directory, table, ...found };
    const names = list?.names();
    if (names !== undefined) yield { is: 'domains', directory, names: [...names] };
  }
}

/** What a file says, read whole and believed. */
export interface SavedMemory {
  /** State that was handed over with it. */
  readonly kept: readonly KeptValue[];
  /** Restores the rest; what belongs to no configured directory or table is left out. Resolves to how many were restored. */
  restore(served: ReadonlyMap<string, Served>, staleMs: number, clock: Clock): Promise<number>;
}

/**
 * Reads what `saveMemory` wrote; absent: there is no such file.
 * @throws {Error} that says why the file is not believed
 */
export async function readMemory(path: string): Promise<SavedMemory | undefined> {
  const lines = await readSealed(path);
  if (lines === undefined) return undefined;
  const [head, ...rest] = lines;
  const first: Line | undefined = head === undefined ? undefined : JSON.parse(head);
  if (first?.is !== 'head' || first.idpmapMemory !== VERSION)
    throw new Error(`it is of another version than ${VERSION}`);
  // In front of all others, and few.
  const end = rest.findIndex((line) => !line.startsWith('{"is":"kept"'));
  const kept = rest.slice(0, end === -1 ? rest.length : end).map((line): KeptValue => {
    const { directory, name, value }: KeptValue = JSON.parse(line);
    return { directory, name, value };
  });
  return {
    kept,
    restore: (served, staleMs, clock) =>
      restoreLines(rest.slice(kept.length), first, { served, staleMs, clock }),
  };
}

interface Into {
  readonly served: ReadonlyMap<string, Served>;
  readonly staleMs: number;
  readonly clock: Clock;
}

async function restoreLines(
  lines: readonly string[],
  { savedAt, ...stamp }: Head,
  into: Into,
): Promise<number> {
  const elapsedMs = ageOf({ at: savedAt, ...stamp });
  let count = 0;
  let chars = 0;
  for (const each of lines) {
    const line: Line = JSON.parse(each);
    if (restoreLine(line, elapsedMs, into)) count += 1;
    chars += each.length;
    if (chars < SLICE_CHARS) continue;
    chars = 0;
    await turn();
  }
  return count;
}

function restoreLine(line: Line, elapsedMs: number, { served, staleMs, clock }: Into): boolean {
  if (line.is === 'head' || line.is === 'kept') return false;
  const directory = served.get(line.directory);
  if (directory === undefined) return false;
  if (line.is === 'domains') {
    directory.list?.restore(line.names);
    return true;
  }
  if (line.ageMs + elapsedMs >= staleMs) return false;
  if (line.is === 'entry') {
    directory.memories.entries.restore(line, elapsedMs, clock.now());
    return true;
  }
  const table = directory.memories.tables.get(line.table);
  table?.restore(line, elapsedMs, clock.now());
  return table !== undefined;
}
