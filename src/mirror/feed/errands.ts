import { errorOf } from '../../reason.ts';
/** What is done in a feed's place, or waits for its next mark. */
export interface Errands {
  /** Does something before the feed goes on; gives what comes of it. */
  ask<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves at the next mark. */
  nextMark(): Promise<void>;
  /** Does what was asked for. Never rejects. */
  run(): Promise<void>;
  marked(): void;
  /** Nothing is done any more. */
  stop(): void;
}

/** Creates them; none waits. */
export function createErrands(): Errands {
  let due: (() => Promise<void>)[] = [];
  let awaiting: PromiseWithResolvers<void>[] = [];
  let ended: Error | undefined;
  return {
    ask: (work) => {
      const done = Promise.withResolvers<Awaited<ReturnType<typeof work>>>();
      if (ended !== undefined) done.reject(ended);
      due.push(async () => {
        try {
          if (ended !== undefined) throw ended;
          done.resolve(await work());
        } catch (error) {
          done.reject(errorOf(error));
        }
      });
      return done.promise;
    },
    nextMark: () => {
      const mark = Promise.withResolvers<void>();
      awaiting.push(mark);
      return mark.promise;
    },
    run: async () => {
      const now = due;
      due = [];
      for (const each of now) await each();
    },
    marked: () => {
      const now = awaiting;
      awaiting = [];
      for (const { resolve } of now) resolve();
    },
    stop: () => {
      ended = new Error('the mirror follows nobody any more');
      for (const { reject } of awaiting) reject(ended);
      for (const each of due) void each();
      awaiting = [];
      due = [];
    },
  };
}
