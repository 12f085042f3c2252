import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';

/**
 * Reads the files that settings name: secrets, keys, certificates, the configuration itself. Each operation on a file
 * takes a thread of the process, of which there are few, until the system answers; a mount that hangs never does. So one
 * file has one operation under way, all of them together leave threads for everybody else, and nobody waits for long.
 */

/** Why a file can't be read, in words that name it, and how to mend it. */
export class FileError extends Error {
  override readonly name = 'FileError';
}

/** Runs one operation on the file at `path`; rejects after `limitMs`, while the operation may go on. Absent: it waits. */
export type Turns = <T>(path: string, task: () => Promise<T>, limitMs?: number) => Promise<T>;

interface Waiting {
  readonly path: string;
  readonly start: () => void;
}

/** Creates turns: one operation a path, and `most` in all. */
export function createTurns(most: number): Turns {
  /** Since when an operation on each path is under way. */
  const busy = new Map<string, number>();
  const waiting = new Set<Waiting>();

  const startNext = (): void => {
    for (const each of waiting) {
      if (busy.size >= most) return;
      if (busy.has(each.path)) continue;
      waiting.delete(each);
      each.start();
    }
  };
  const run = async <T>(path: string, task: () => Promise<T>): Promise<T> => {
    busy.set(path, performance.now());
    try {
      return await task();
    } finally {
      busy.delete(path);
      startNext();
    }
  };
  /** What keeps an operation on `path` from its end, or from its beginning. */
  const explain = (path: string): FileError => {
    if (busy.has(path))
      return new FileError(`${path} does not answer: does the file system that it lies on hang?`);
    const others = [...busy.keys()].join(' and ');
    return new FileError(`${path} is not read while ${others} hangs: mend that first`);
  };
  /** Whether what is in the way has hung for so long that there is no use in waiting. */
  const isStuck = (path: string, limitMs: number): boolean => {
    const until = performance.now() - limitMs;
    const since = busy.get(path);
    if (since !== undefined) return since <= until;
    return busy.size >= most && [...busy.values()].every((each) => each <= until);
  };

  return <T>(path: string, task: () => Promise<T>, limitMs?: number): Promise<T> => {
    if (limitMs !== undefined && isStuck(path, limitMs)) return Promise.reject(explain(path));
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const entry: Waiting = { path, start: () => void run(path, task).then(resolve, reject) };
    waiting.add(entry);
    startNext();
    if (limitMs === undefined) return promise;
    const timer = setTimeout(() => {
      waiting.delete(entry);
      reject(explain(path));
    }, limitMs);
    return promise.finally(() => clearTimeout(timer));
  };
}

/** libuv's own default. */
const POOL = Number(process.env['UV_THREADPOOL_SIZE']) || 4;

/** Those of this process, whose threads they are: half of them is left to names, sockets and state. */
export const inTurn: Turns = createTurns(Math.max(1, Math.floor(POOL / 2)));

/** How long it may take to read a small file, or to look at one. */
const LIMIT_MS = 2000;

/** Far beyond any certificate or configuration. */
const MAX_BYTES = 16 * 2 ** 20;
const CHUNK_BYTES = 512 * 1024;

/** Looks at the file at `path`, following links. */
export const lookAtFile = (path: string, limitMs = LIMIT_MS): Promise<Stats> =>
  inTurn(path, () => stat(path), limitMs);

/** The digest of what was read of each file last; absent: it could not be read. Who follows a file compares with it. */
const taken = new Map<string, string | undefined>();

/** Whether what a file holds, `bytes` or absent what can't be read, is what was read of it last. `unread`: it never was. */
export function compareTaken(path: string, bytes: Buffer | undefined): 'same' | 'other' | 'unread' {
  if (!taken.has(path)) return 'unread';
  return taken.get(path) === (bytes && digestOf(bytes)) ? 'same' : 'other';
}

const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('base64');

/** Readings that have yet to begin. */
const next = new Map<string, Promise<Buffer>>();

/**
 * Reads a regular file of up to 16 MiB, as it is from now on; whoever asks for it before its reading begins gets the same.
 * `limitMs`: for all of it; absent: 2 s.
 * @throws {Error} the system's, or a `FileError`: it is none, is too large, or does not answer in time
 */
export function readRegularFile(path: string, limitMs = LIMIT_MS): Promise<Buffer> {
  const shared = next.get(path);
  if (shared !== undefined) return shared;
  let hasBegun = false;
  const begun = (): void => {
    hasBegun = true;
    next.delete(path);
  };
  const reading = noteTaken(path, readSmall(path, limitMs, begun));
  if (hasBegun) return reading;
  const waiting = reading.finally(() => {
    // It never began.
    if (next.get(path) === waiting) next.delete(path);
  });
  next.set(path, waiting);
  return waiting;
}

async function noteTaken(path: string, reading: Promise<Buffer>): Promise<Buffer> {
  try {
    const bytes = await reading;
    taken.set(path, digestOf(bytes));
    return bytes;
  } catch (error) {
    taken.set(path, undefined);
    throw error;
  }
}

async function readSmall(path: string, limitMs: number, begun: () => void): Promise<Buffer> {
  const until = performance.now() + limitMs;
  const left = (): number => Math.max(1, until - performance.now());
  const looking = (): Promise<Stats> => {
    begun();
    return stat(path);
  };
  // What is none is not even opened: that of a device may do something.
  refuseOthers(path, await inTurn(path, looking, left()));
  const bytes = await readOpen(path, { limitMs: left, maxBytes: MAX_BYTES });
  return bytes ?? Buffer.alloc(0);
}

export interface ReadOptions {
  /** How long the next operation may take; asked before each. */
  readonly limitMs: () => number;
  readonly maxBytes: number;
  /** Called once it is open, with what it is; `false`: it is not read, and there are no bytes. */
  readonly isWanted?: (stats: Stats) => boolean;
}

/**
 * Reads a regular file whole; absent where it is not wanted. A pipe that was put in its place is not waited for.
 * @throws {Error} as `readRegularFile`
 */
export async function readOpen(
  path: string,
  { limitMs, maxBytes, isWanted = () => true }: ReadOptions,
): Promise<Buffer | undefined> {
  const file = await openInTurn(path, limitMs());
  try {
    const stats = await inTurn(path, () => file.stat(), limitMs());
    refuseOthers(path, stats);
    if (!isWanted(stats)) return undefined;
    return await readAll(path, stats.size, maxBytes, (buffer, from, length) =>
      inTurn(path, () => file.read(buffer, from, length), limitMs()),
    );
  } finally {
    closeLater(path, file);
  }
}

async function openInTurn(path: string, limitMs: number): Promise<FileHandle> {
  let isLate = false;
  const opening = async (): Promise<FileHandle> => {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    if (isLate) closeLater(path, file);
    return file;
  };
  try {
    return await inTurn(path, opening, limitMs);
  } catch (error) {
    isLate = true;
    throw error;
  }
}

/** Closes it, after an operation that hangs. */
const closeLater = (path: string, file: FileHandle): void =>
  void inTurn(path, () => file.close()).catch(() => {});

type Read = (buffer: Buffer, from: number, length: number) => Promise<{ bytesRead: number }>;

async function readAll(path: string, size: number, maxBytes: number, read: Read): Promise<Buffer> {
  // Files of the system's own say that they are empty.
  let buffer = Buffer.allocUnsafe(Math.min(Math.max(size, 4096), maxBytes) + 1);
  let length = 0;
  for (;;) {
    if (length > maxBytes) throw new FileError(`${path} has more than ${maxBytes} bytes`);
    if (length === buffer.length)
      buffer = Buffer.concat([buffer], Math.min(2 * length, maxBytes + 1));
    const { bytesRead } = await read(buffer, length, Math.min(CHUNK_BYTES, buffer.length - length));
    if (bytesRead === 0) return buffer.subarray(0, length);
    length += bytesRead;
  }
}

/** @throws {FileError} where it is no regular file: what a pipe or a device holds can't be read anew, or has no end */
function refuseOthers(path: string, stats: Stats): void {
  if (stats.isFile()) return;
  throw new FileError(`${path} is ${kindOf(stats)}, name a file`);
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}
