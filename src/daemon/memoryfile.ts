import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { type Clock, wallClock } from '../clock.ts';
import type { Entry } from '../directory/directory.ts';
import type { SavedFound } from '../lookup/memory.ts';
import type { Served } from './served.ts';

/**
 * The file that carries memory over a restart: a line of JSON each. A head with the format's version, what was found and
 * which domains were listed, and a tail with the SHA-256 of all before it: a damaged file is not believed.
 */
const VERSION = 1;

type Line =
  | { readonly is: 'head'; readonly idpmapMemory: number; readonly savedAt: number }
  | ({ readonly is: 'entry'; readonly directory: string } & SavedFound<Entry>)
  | ({
      readonly is: 'row';
      readonly directory: string;
      readonly table: string;
    } & SavedFound<string>)
  | { readonly is: 'domains'; readonly directory: string; readonly names: readonly string[] }
  | { readonly is: 'tail'; readonly sha256: string };

/** Lines between which others are served. */
const SLICE = 2000;

/** Writes what the directories' memories have found to `path`, atomically, for its owner only. */
export async function saveMemory(
  path: string,
  served: Iterable<Served>,
  clock: Clock,
): Promise<void> {
  const aside = `${path}.${process.pid}`;
  // Left behind by a process of the same number; its mode, or where a link leads, is not ours to trust.
  await rm(aside, { force: true });
  const file = await open(aside, 'wx', 0o600);
  try {
    await writeLines(file, listLines(served, clock));
    await file.sync();
    await file.close();
    await rename(aside, path);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(aside, { force: true });
    throw error;
  }
}

function* listLines(served: Iterable<Served>, clock: Clock): Generator<Line> {
  yield { is: 'head', idpmapMemory: VERSION, savedAt: wallClock.now() };
  for (const { name: directory, memories, list } of served) {
    for (const found of memories.entries.list(clock.now()))
      yield { is: 'entry', directory, ...found };
    for (const [table, memory] of memories.tables)
      for (const found of memory.list(clock.now())) yield { is: 'row', directory, table, ...found };
    const names = list?.names();
    if (names !== undefined) yield { is: 'domains', directory, names: [...names] };
  }
}

async function writeLines(file: FileHandle, lines: Iterable<Line>): Promise<void> {
  const hash = createHash('sha256');
  let text = '';
  let count = 0;
  for (const line of lines) {
    text += `${JSON.stringify(line)}\n`;
    count += 1;
    if (count % SLICE > 0) continue;
    hash.update(text);
    await file.write(text);
    text = '';
  }
  hash.update(text);
  const tail: Line = { is: 'tail', sha256: hash.digest('hex') };
  await file.write(`${text}${JSON.stringify(tail)}\n`);
}

/**
 * Restores what `saveMemory` wrote. What belongs to no configured directory or table is left out.
 * @returns how many were restored; absent: there is no such file
 * @throws {Error} that says why the file is not believed; then nothing has been restored
 */
export async function loadMemory(
  path: string,
  served: ReadonlyMap<string, Served>,
  staleMs: number,
  clock: Clock,
): Promise<number | undefined> {
  const text = await readOwn(path);
  if (text === undefined) return undefined;
  const lines = checkWhole(text);
  const [head, ...rest] = lines;
  const first: Line | undefined = head === undefined ? undefined : JSON.parse(head);
  if (first?.is !== 'head' || first.idpmapMemory !== VERSION)
    throw new Error(`it is of another version than ${VERSION}`);
  // The calendar may have been set back meanwhile.
  const elapsedMs = Math.max(0, wallClock.now() - first.savedAt);
  let count = 0;
  for (const [i, each] of rest.entries()) {
    const line: Line = JSON.parse(each);
    if (restoreLine(line, served, elapsedMs, staleMs, clock)) count += 1;
    if (i % SLICE === SLICE - 1) await turn();
  }
  return count;
}

/** Somebody else's file, or one that others may write, could name people who are not. */
async function readOwn(path: string): Promise<string | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const { uid, mode } = await file.stat();
    const user = process.getuid?.() ?? uid;
    if (uid !== user) throw new Error(`it belongs to user ${uid}, not to ${user}`);
    if ((mode & 0o022) !== 0) throw new Error('others may write it (mode 0600 is right)');
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** Gives the lines before the tail. */
function checkWhole(text: string): readonly string[] {
  const end = text.lastIndexOf('\n', text.length - 2) + 1;
  const body = text.slice(0, end);
  const sum = createHash('sha256').update(body).digest('hex');
  if (text.slice(end) !== `${JSON.stringify({ is: 'tail', sha256: sum })}\n`)
    throw new Error('it is damaged, or none of ours');
  return body.split('\n').slice(0, -1);
}

function restoreLine(
  line: Line,
  served: ReadonlyMap<string, Served>,
  elapsedMs: number,
  staleMs: number,
  clock: Clock,
): boolean {
  if (line.is === 'head' || line.is === 'tail') return false;
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
