import { type FSWatcher, watch } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** When a file is looked at. Milliseconds. */
export interface WatchTiming {
  /** A file is read once its size and time have stood still for so long. */
  readonly settleMs: number;
  /** It is read so often though nothing was heard, for some file systems tell nothing. */
  readonly pollMs: number;
  /** It is read so often as long as it is still missed. */
  readonly retryMs: number;
}

export const WATCH_TIMING: WatchTiming = { settleMs: 100, pollMs: 60_000, retryMs: 1000 };

/** What the watcher brings: the file's bytes, or why it can't be read. */
export type Reading = { readonly bytes: Buffer } | { readonly error: unknown };

/** Takes a reading and says when to read again if nothing is heard. Never rejects. */
export type TakeReading = (reading: Reading, signal: AbortSignal) => Promise<'poll' | 'retry'>;

/** A file that is written without a pause for so many rounds is not waited for. */
const MAX_ROUNDS = 50;

const MAX_BYTES = 256 * 2 ** 20;

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

  async function look(): Promise<void> {
    if (ending.signal.aborted) return;
    isStale = true;
    if (isBusy) return;
    isBusy = true;
    clearTimeout(timer);
    let next: 'poll' | 'retry' = 'poll';
    while (isStale) {
      isStale = false;
      const reading = await readSettled(path, timing.settleMs, ending.signal);
      if (ending.signal.aborted) return;
      next = await take(reading, ending.signal);
    }
    isBusy = false;
    schedule(next === 'poll' ? timing.pollMs : timing.retryMs);
  }

  function schedule(ms: number): void {
    if (ending.signal.aborted) return;
    timer = setTimeout(() => {
      listen();
      void look();
    }, ms).unref();
  }

  /** Begins anew at each poll: the directory may have come late, or have been replaced. */
  function listen(): void {
    watcher?.close();
    watcher = watchDirectory(path, () => void look());
  }

  listen();
  void look();
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
    // No such directory yet, or no watches left: the poll sees to it.
    return undefined;
  }
}

/** Reads the file between two equal looks at it, so that nobody's half-written list is taken for the whole. */
async function readSettled(path: string, settleMs: number, signal: AbortSignal): Promise<Reading> {
  try {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const before = await lookAt(path);
      await delay(settleMs, undefined, { signal });
      if ((await lookAt(path)) !== before) continue;
      const bytes = await readFile(path, { signal });
      if ((await lookAt(path)) === before) return { bytes };
    }
    throw new Error('it changes all the time');
  } catch (error) {
    return { error };
  }
}

async function lookAt(path: string): Promise<string> {
  const stats = await stat(path);
  const { dev, ino, size, mtimeMs } = stats;
  if (!stats.isFile()) throw new Error('it is not a file');
  if (size > MAX_BYTES) throw new Error(`it has ${size} bytes, more than ${MAX_BYTES}`);
  return [dev, ino, size, mtimeMs].join(' ');
}
