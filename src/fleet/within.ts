/** The engine did not answer in time. */
export class Late extends Error {}

/**
 * Waits `ms` for a reply, and no longer.
 * @throws {Late} where there is none by then
 */
export function within<R>(reply: Promise<R>, ms: number): Promise<R> {
  return new Promise((resolve, reject) => {
    // Timers run before sockets are read: a process that was starved shall look once more whether the reply is there.
    const timer = setTimeout(
      () => setImmediate(() => reject(new Late(`no answer within ${ms} ms`))),
      ms,
    );
    reply.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
