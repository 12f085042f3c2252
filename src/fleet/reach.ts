import { type Opened, openEngine } from './engine.ts';
import { within } from './within.ts';

/** A connection for a few questions. Whoever has it ends it. */
export interface Reached {
  readonly opened: Opened;
  /** Waits for an answer, so long as the connection holds; what breaks that says more than what was asked. */
  wait<R>(reply: Promise<R>): Promise<R>;
}

/**
 * Opens one, and waits for it.
 * @throws {Error} that says why it is none, or that nothing came within `ms`
 */
export async function reach(
  connection: Parameters<typeof openEngine>[0],
  ms: number,
): Promise<Reached> {
  const ready = Promise.withResolvers<void>();
  const broken = Promise.withResolvers<never>();
  // Who looks later still hears of it.
  broken.promise.catch(() => {});
  const opened = await openEngine(connection, {
    ready: ready.resolve,
    failed: broken.reject,
    ended: () => broken.reject(new Error('the connection ended')),
  });
  const wait = <R>(reply: Promise<R>): Promise<R> =>
    within(Promise.race([broken.promise, reply]), ms).catch((error: unknown) => {
      // What was asked fails first, where a server refuses only after it was asked.
      const isClosed = error instanceof Error && error.message === 'Connection is closed.';
      return isClosed ? within(broken.promise, ms) : Promise.reject(error);
    });
  try {
    await wait(ready.promise);
    return { opened, wait };
  } catch (error) {
    opened.end();
    throw error;
  }
}
