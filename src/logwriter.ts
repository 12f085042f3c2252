import { closeSync, constants, fstatSync, openSync, write, writeSync } from 'node:fs';
import { codeOf } from './reason.ts';

/** What became of lines of a log. */
export interface LineFigures {
  /** Lines that were never written: the descriptor took none, and the queue was full. */
  readonly dropped: number;
}

/** Writes lines to a descriptor, and never makes whoever hands them in wait, or fail. */
export interface LineWriter {
  readonly write: (line: string) => void;
  readonly figures: LineFigures;
  /** Tries at once, and waits until all is written or can't be, `withinMs` at most; resolves to whether it is. */
  readonly flush: (withinMs: number) => Promise<boolean>;
  /** Flushes, and writes nothing any more. */
  readonly close: (withinMs: number) => Promise<void>;
  /** For a process that ends in this turn: writes what can be written, waits for a moment at most. */
  readonly flushNow: () => void;
}

/** Where and how lines are written. */
export interface LineWriterOptions {
  /** It stays open. */
  readonly descriptor: number;
  /** Called when lines are written again after `dropped` ones that were not. */
  readonly recovered: (dropped: number) => void;
  /** Characters that wait; absent: 2 Mi, some thousand lines. */
  readonly maxQueued?: number;
  /** How long after a fault it is tried again; absent: a second. */
  readonly retryMs?: number;
}

const MAX_QUEUED = 2 * 1024 * 1024;
const RETRY_MS = 1000;
/** A pipe that is full may be read in a moment. */
const FULL_MS = 20;
/** Characters of a write; a line is never cut by us. */
const BATCH = 64 * 1024;
/** How long the end of the process waits for a reader. */
const LEAVE_MS = 200;

/**
 * Creates it. A full disk, a pipe that nobody reads or that is closed, a terminal that went away: lines wait, the newest are
 * dropped where too many do, and it is tried again for as long as the process lives.
 */
export function createLineWriter(options: LineWriterOptions): LineWriter {
  const { maxQueued = MAX_QUEUED, retryMs = RETRY_MS } = options;
  const descriptor = openApart(options.descriptor);
  const figures = { dropped: 0 };
  /** Those since the last that was written. */
  let missed = 0;
  let lines: string[] = [];
  let queued = 0;
  /** What is left of the batch that is being written. */
  let batch: Buffer | undefined;
  let startedAt: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let fullMs = FULL_MS;
  let isClosed = false;
  let idle = Promise.withResolvers<void>();

  const take = (): Buffer | undefined => {
    if (batch !== undefined || lines.length === 0) return batch;
    let end = 0;
    let length = 0;
    do length += lines[end++]?.length ?? 0;
    while (end < lines.length && length < BATCH);
    batch = Buffer.from(lines.slice(0, end).join(''));
    lines = lines.slice(end);
    queued -= length;
    return batch;
  };
  const advance = (bytes: Buffer, written: number): void => {
    fullMs = FULL_MS;
    batch = written < bytes.length ? bytes.subarray(written) : undefined;
  };
  const wake = (): void => {
    idle.resolve();
    idle = Promise.withResolvers();
  };
  const rest = (): void => {
    const dropped = missed;
    missed = 0;
    if (dropped > 0) options.recovered(dropped);
    if (!isWaiting()) wake();
  };
  const retry = (error: NodeJS.ErrnoException): void => {
    const isFull = error.code === 'EAGAIN';
    if (!isFull) wake();
    timer = setTimeout(goOn, isFull ? fullMs : retryMs).unref();
    if (isFull) fullMs = Math.min(2 * fullMs, retryMs);
  };
  const goOn = (): void => {
    timer = undefined;
    const bytes = take();
    if (bytes === undefined) return rest();
    startedAt = performance.now();
    // Not at the same time as the loop's own work: even a disk may take long.
    write(descriptor, bytes, 0, bytes.length, null, (error, written) => {
      startedAt = undefined;
      if (error !== null) return retry(error);
      advance(bytes, written);
      goOn();
    });
  };
  const isWaiting = (): boolean => startedAt !== undefined || timer !== undefined;
  const hurry = (): void => {
    if (timer === undefined) return;
    clearTimeout(timer);
    goOn();
  };

  const flush = async (withinMs: number): Promise<boolean> => {
    hurry();
    if (!isWaiting()) return true;
    const over = Promise.withResolvers<void>();
    const limit = setTimeout(over.resolve, withinMs);
    await Promise.race([idle.promise, over.promise]);
    clearTimeout(limit);
    return !isWaiting();
  };

  return {
    figures,
    flush,
    close: async (withinMs) => {
      await flush(withinMs);
      isClosed = true;
      clearTimeout(timer);
      if (startedAt === undefined && descriptor !== options.descriptor) closeSync(descriptor);
    },
    write: (line) => {
      if (isClosed) return;
      if (queued + line.length > maxQueued) {
        figures.dropped++;
        missed++;
        return;
      }
      lines.push(line);
      queued += line.length;
      if (!isWaiting()) goOn();
    },
    flushNow: () => {
      const until = performance.now() + LEAVE_MS;
      // What hangs would hang us, too.
      if (startedAt !== undefined && until - startedAt > 2 * LEAVE_MS) return;
      // What a thread writes at this moment is written: the process waits for it.
      if (startedAt !== undefined) batch = undefined;
      for (let bytes = take(); bytes !== undefined; bytes = take()) {
        const written = tryWrite(descriptor, bytes);
        if (written === 'full' && performance.now() < until) pause();
        else if (typeof written === 'string') return;
        else advance(bytes, written);
      }
    },
  };
}

/**
 * A pipe or terminal is opened once more, so that writing never waits: whether it does belongs to what was opened, which
 * this process shares with others. What can't be opened so (a socket, another user's) is written by a thread that may hang.
 */
function openApart(descriptor: number): number {
  const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFIFO() && !stats.isCharacterDevice()) return descriptor;
    return openSync(`/proc/self/fd/${descriptor}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } catch {
    return descriptor;
  }
}

function tryWrite(descriptor: number, bytes: Buffer): number | 'full' | 'fault' {
  try {
    return writeSync(descriptor, bytes);
  } catch (error) {
    return codeOf(error) === 'EAGAIN' ? 'full' : 'fault';
  }
}

const PAUSE_MS = 5;

/** Waits without the event loop, which does not turn any more. */
function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
}
