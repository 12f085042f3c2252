/** Runs `task` on a signal of its own, which aborts after `ms` or with `signal`. */
export async function withinTime<T>(
  task: (signal: AbortSignal) => Promise<T>,
  ms: number,
  signal: AbortSignal,
): Promise<T> {
  const own = new AbortController();
  const stop = (): void => own.abort();
  const timer = setTimeout(stop, ms);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    return await task(own.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** Waits for `shared`, which goes on for others, until `signal` aborts: then it rejects with what `left` makes. */
export async function waitFor<T>(
  shared: Promise<T>,
  signal: AbortSignal,
  left: () => Error,
): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const leave = (): void => reject(left());
  if (signal.aborted) leave();
  signal.addEventListener('abort', leave);
  try {
    return await Promise.race([shared, promise]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
