import { type FSWatcher, type Stats, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { wallClock } from './clock.ts';
import { FileError, lookAtFile, readOpen } from './files.ts';
import { reasonOf } from './reason.ts';

/** When a file is looked at. Milliseconds. */
export interface WatchTiming {
  /** A file that changes is read once it has stood still for so long. */
  readonly settleMs: number;
  /** At first, so does one whose last change is younger than this; an older one is read at once. */
  readonly restMs: number;
  /** Its state is looked at so often, and it is read where that is another, for some file systems tell nothing. */
  readonly lookMs: number;
  /** It is read so often whatever its state is. */
  readonly pollMs: number;
}

export const WATCH_TIMING: WatchTiming = {
  settleMs: 1000,
  restMs: 1000,
  lookMs: 1000,
  pollMs: 60_000,
};

/** What the watcher brings: the file's bytes, or why it can't be read. */
export type Reading = { readonly bytes: Buffer } | { readonly error: unknown };

/**
 * Takes a reading and says when to read again: when the file's state is another, or at the next look whatever it is.
 * What can't be read is tried again at each look. Never rejects.
 */
export type TakeReading = (reading: Reading, signal: AbortSignal) => Promise<'changed' | 'retry'>;

/** A file that is written without a pause for so many rounds is not waited for. */
const MAX_ROUNDS = 50;

const MAX_BYTES = 256 * 2 ** 20;

/** A file system that does not answer a look for so long hangs. */
const ANSWER_MS = 10_000;

/**
 * Brings the content of the file at `path` now, after each change and at each poll, one reading at a time. Watches the
 * file's directory: a watch on the file itself goes deaf when an editor or a ConfigMap replaces it.
 * @returns a function that ends it, and aborts the reading under way
 */
export function watchFile(path: string, timing: WatchTiming, take: TakeReading): () => void {
  const ending = new AbortController();
  let watcher: FSWatcher | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isBusy = false;
  let isStale = false;
  /** What the file was like when it was read last; absent: it has to be read whatever it is like. */
  let state: string | undefined;
  let pollAt = 0;
  let isFirst = true;

  async function read(): Promise<void> {
    if (ending.signal.aborted) return;
    isStale = true;
    if (isBusy) return;
    isBusy = true;
    clearTimeout(timer);
    const begin = performance.now();
    while (isStale) {
      isStale = false;
      const restMs = isFirst ? timing.restMs : Number.POSITIVE_INFINITY;
      isFirst = false;
      const settled = await readSettled(path, timing.settleMs, restMs, ending.signal);
      if (ending.signal.aborted) return;
      const next = await take(settled.reading, ending.signal);
      state = next === 'changed' ? settled.state : undefined;
    }
    isBusy = false;
    const end = performance.now();
    pollAt = end + timing.pollMs;
    // A check that fails after seconds of work must not do it all the time.
    schedule(state === undefined ? Math.max(timing.lookMs, end - begin) : timing.lookMs);
  }

  async function look(): Promise<void> {
    if (isBusy || ending.signal.aborted) return;
    const now = await lookAt(path);
    if (isBusy || ending.signal.aborted) return;
    const isDue = state === undefined || performance.now() >= pollAt;
    if (isDue) listen(now);
    if (isDue || now.state !== state) return read();
    schedule(timing.lookMs);
  }

  function schedule(ms: number): void {
    clearTimeout(timer);
    if (ending.signal.aborted) return;
    timer = setTimeout(() => void look(), ms).unref();
  }

  /**
   * Begins anew at each poll: the directory may have come late, or have been replaced. Only where a look was answered: on a
   * file system that hangs, to watch a directory would stop the process.
   */
  function listen(seen: Look): void {
    watcher?.close();
    watcher = 'isSilent' in seen ? undefined : watchDirectory(path, () => void read());
  }

  async function lookFirst(): Promise<void> {
    const first = await lookAt(path);
    if (ending.signal.aborted) return;
    listen(first);
    await read();
  }

  void lookFirst();
  return () => {
    ending.abort();
    clearTimeout(timer);
    watcher?.close();
  };
}

function watchDirectory(path: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(dirname(path), { persistent: false }, (_type, name) => {
      // A ConfigMap changes all its files by renaming `..data`.
      if (name === null || name === basename(path) || name.startsWith('..')) onChange();
    });
    // It went deaf; the next poll listens anew.
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    // No such directory yet, or no watches left: the looks see to it.
    return undefined;
  }
}

interface Settled {
  readonly reading: Reading;
  /** What the file was like; absent where it could not be read. */
  readonly state?: string;
}

/**
 * Reads the file once it stands still, so that nobody's half-written list is taken for the whole; an editor that puts its
 * file aside first has settled, too. A writer who rests for longer can't be told from one who is done: that is what an end
 * mark in the file is for.
 */
async function readSettled(
  path: string,
  settleMs: number,
  restMs: number,
  signal: AbortSignal,
): Promise<Settled> {
  try {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const before = await lookAt(path);
      if (!isOld(before, restMs)) {
        await delay(settleMs, undefined, { signal });
        if ((await lookAt(path)).state !== before.state) continue;
      }
      if ('error' in before) throw before.error;
      const { state } = before;
      const bytes = await readWhole(path, state, signal);
      if (bytes !== undefined && (await lookAt(path)).state === state)
        return { reading: { bytes }, state };
    }
    throw new Error('it changes all the time');
  } catch (error) {
    return { reading: { error } };
  }
}

/** Reads what was looked at, and nothing that was put in its place since. */
const readWhole = (path: string, state: string, signal: AbortSignal): Promise<Buffer | undefined> =>
  readOpen(path, {
    limitMs: () => {
      signal.throwIfAborted();
      return ANSWER_MS;
    },
    maxBytes: MAX_BYTES,
    isWanted: (stats) => describe(stats) === state,
  });

/** What a look shows: the file, or why there is none to be read. */
type Look =
  | { readonly state: string; readonly stats: Stats }
  | { readonly state: string; readonly error: unknown; readonly isSilent?: true };

async function lookAt(path: string): Promise<Look> {
  try {
    const stats = await lookAtFile(path, ANSWER_MS);
    if (!stats.isFile()) throw new Error('it is not a file');
    if (stats.size > MAX_BYTES)
      throw new Error(`it has ${stats.size} bytes, more than ${MAX_BYTES}`);
    return { state: describe(stats), stats };
  } catch (error) {
    const look = { state: reasonOf(error), error };
    return error instanceof FileError ? { ...look, isSilent: true } : look;
  }
}

const describe = ({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string =>
  [dev, ino, size, mtimeMs, ctimeMs].join(' ');

/** Whether nothing has changed for so long: by the calendar, which is right when a process starts and may be put back later. */
function isOld(look: Look, restMs: number): boolean {
  if ('error' in look) return restMs < Number.POSITIVE_INFINITY;
  const { mtimeMs, ctimeMs } = look.stats;
  const limit = wallClock.now() - restMs;
  return mtimeMs <= limit && ctimeMs <= limit;
}
