import { Worker } from 'node:worker_threads';
import { Gap } from '../../directory/directory.ts';
import { codeFile } from '../../home.ts';
import { isLongEnough, letOthersRun } from '../../loop.ts';
import { errorOf, reasonOf } from '../../reason.ts';
import type { Order, Result } from './orders.ts';
import { piecesOf } from './posted.ts';
import { DamagedError } from './rows.ts';
import { createStoreWriter, type WriterOptions } from './storewriter.ts';

/** Gives orders to the writer of one file. */
export interface Orders {
  /** Rejects with what kept it from being carried out; then nothing of it was. */
  give(order: Order): Promise<Result>;
  /** Ends it, once what was ordered is done. */
  close(): Promise<void>;
}

/** What the thread says to an order. */
export interface Reply {
  readonly id: number;
  readonly result?: Result;
  readonly failure?: Failure;
}

/** An error on its way between threads. */
export interface Failure {
  readonly kind: 'gap' | 'damaged' | 'other';
  readonly reason: string;
}

/** Where it writes: in a thread of its own, or, for tests that need it at once, in the caller's. */
export type OpenOrders = (options: WriterOptions) => Orders;

/** Beside its cache, which is SQLite's own: an order and its rows. */
const MAX_HEAP_MB = 128;

/** How long an end waits for what is being written. */
const CLOSE_MS = 5000;

/** SQLite's own words for a file that is none, or is not as it was written. */
const DAMAGED = /malformed|not a database|file is encrypted/;

/** Says of an error what matters to another thread. */
export function failureOf(error: unknown): Failure {
  const reason = reasonOf(error);
  if (error instanceof Gap) return { kind: 'gap', reason };
  return { kind: isDamage(error) ? 'damaged' : 'other', reason };
}

/** Whether the file is to blame, and no disk, right or lock. */
export const isDamage = (error: unknown): boolean =>
  error instanceof DamagedError || (error instanceof Error && DAMAGED.test(error.message));

/** Opens a writer in a thread of its own; one that ends is begun anew with the next order. */
export const openThread: OpenOrders = (options) => {
  const waiting = new Map<number, PromiseWithResolvers<Result>>();
  let worker: Worker | undefined;
  let lastId = 0;
  let posting: Promise<void> = Promise.resolve();

  const failAll = (error: Error): void => {
    worker = undefined;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  const begin = (): Worker => {
    const fresh = new Worker(codeFile('mirror/store/writer'), {
      workerData: options,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    });
    fresh.unref();
    fresh.on('message', ({ id, result, failure }: Reply) => {
      const waiter = waiting.get(id);
      waiting.delete(id);
      if (result !== undefined) waiter?.resolve(result);
      else waiter?.reject(failed(failure));
    });
    fresh.on('error', (error) => {
      if (worker === fresh) failAll(errorOf(error));
    });
    fresh.on('exit', () => {
      if (worker === fresh) failAll(new Error('the thread that writes the mirror has ended'));
    });
    return fresh;
  };
  /** Whatever a feed tells at once, lookups are answered meanwhile: this is the one way that all of it goes. */
  const post = async (thread: Worker, id: number, order: Order): Promise<void> => {
    try {
      const pieces = piecesOf(id, order);
      for (;;) {
        if (isLongEnough()) await letOthersRun();
        const { done, value: piece } = pieces.next();
        if (done === true) return;
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window's
        thread.postMessage(piece);
      }
    } catch (error) {
      // An adapter of somebody's own told what can't be written.
      waiting.get(id)?.reject(new Error(reasonOf(error), { cause: error }));
      waiting.delete(id);
    }
  };
  const give = (order: Order): Promise<Result> => {
    worker ??= begin();
    const thread = worker;
    const id = ++lastId;
    const waiter = Promise.withResolvers<Result>();
    waiting.set(id, waiter);
    posting = posting.then(() => post(thread, id, order));
    return waiter.promise;
  };

  return {
    give,
    close: async () => {
      const ending = worker;
      if (ending === undefined) return;
      const over = Promise.withResolvers<void>();
      const timer = setTimeout(over.resolve, CLOSE_MS);
      await Promise.race([give({ do: 'close' }).catch(() => {}), over.promise]);
      clearTimeout(timer);
      await ending.terminate();
    },
  };
};

/** Opens a writer in this thread. */
export const openHere: OpenOrders = (options) => {
  let writer: ReturnType<typeof createStoreWriter> | undefined;
  return {
    give: async (order) => {
      writer ??= createStoreWriter(options);
      return writer.carryOut(order);
    },
    close: async () => {
      writer?.carryOut({ do: 'close' });
      writer = undefined;
    },
  };
};

function failed({ kind, reason }: Failure = { kind: 'other', reason: 'no answer' }): Error {
  if (kind === 'gap') return new Gap(reason);
  return kind === 'damaged' ? new DamagedError(reason) : new Error(reason);
}
