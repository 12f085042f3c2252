import type { Readable } from 'node:stream';
import { isLongEnough } from '../../../loop.ts';
import type { Frames } from './frames.ts';

/**
 * Reads a socket message by message, in slices: 64 KiB that come at once are some hundreds of entries, and held up the event
 * loop for 5 ms and more.
 */
export interface Reading {
  /** Reads no further; what has come waits. */
  pause(): void;
  /** Reads on. */
  resume(): void;
  /** Takes all that has come, at once: nothing more does. */
  finish(): void;
  /** Takes nothing more. */
  stop(): void;
  /** Bytes that have come and were not taken, or not whole. */
  readonly waiting: number;
}

export interface ReadingOptions {
  readonly frames: Frames;
  readonly take: (message: Buffer) => void;
  /** What was read can't be taken. */
  readonly failed: (error: unknown) => void;
}

/** Begins to read. */
export function readMessages(socket: Readable, { frames, take, failed }: ReadingOptions): Reading {
  let chunks: Buffer[] = [];
  /** Those of the chunk that is being cut. */
  let messages: Iterator<Buffer> | undefined;
  /** The next one. It is looked for before there is time for it, so that it is known whether there is one. */
  let due: Buffer | undefined;
  let isPaused = false;
  let isGoingOn = false;

  function next(): Buffer | undefined {
    for (;;) {
      const { done, value } = messages?.next() ?? NONE;
      if (done !== true) return value;
      const chunk = chunks.shift();
      messages = chunk === undefined ? undefined : frames.push(chunk)[Symbol.iterator]();
      if (messages === undefined) return undefined;
    }
  }

  function takeSome(until: () => boolean): void {
    try {
      for (due ??= next(); due !== undefined; due = next()) {
        if (until()) return;
        const message = due;
        due = undefined;
        take(message);
      }
    } catch (error) {
      stop();
      failed(error);
    }
  }

  /** One is taken whatever others did in this turn. */
  function work(): void {
    let isFirst = true;
    takeSome(() => {
      if (isPaused) return true;
      const isOver = isLongEnough() && !isFirst;
      isFirst = false;
      return isOver;
    });
    if (due !== undefined) socket.pause();
    else if (!isPaused) socket.resume();
    if (due !== undefined && !isPaused) goOn();
  }

  function goOn(): void {
    if (isGoingOn) return;
    isGoingOn = true;
    setImmediate(() => {
      isGoingOn = false;
      work();
    });
  }

  function receive(chunk: Buffer): void {
    chunks.push(chunk);
    if (due === undefined) work();
  }

  function stop(): void {
    socket.off('data', receive);
    chunks = [];
    messages = undefined;
    due = undefined;
  }

  socket.on('data', receive);
  return {
    pause() {
      isPaused = true;
      socket.pause();
    },
    resume() {
      isPaused = false;
      // Not at once: whoever resumes is in the middle of something.
      goOn();
    },
    finish: () => takeSome(() => false),
    stop,
    get waiting() {
      return frames.waiting + chunks.reduce((sum, { length }) => sum + length, 0);
    },
  };
}

const NONE = { done: true, value: undefined } as const;
