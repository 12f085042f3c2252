/** Runs `task` on a signal of its own, which aborts after `ms` or with `signal`. */
export async function withinTime<T>(
  task: (signal: AbortSignal) => Promise<T>,
  ms: number,
  signal: AbortSignal,
): Promise<T> {
  const own = new AbortController();
  const timer = setTimeout(() => own.abort(), ms);
  try {
    return await joining(task, own, signal);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for `task` so long, then rejects with what `late` makes; `task` goes on. */
export async function inTime<T>(task: Promise<T>, ms: number, late: () => Error): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => reject(late()), ms);
  task.then(resolve, reject);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

/** Runs `task` on the signal of `own`, which aborts with any of `signals` too. */
export async function joining<T>(
  task: (signal: AbortSignal) => Promise<T>,
  own: AbortController,
  ...signals: readonly AbortSignal[]
): Promise<T> {
  const stop = (): void => own.abort();
  for (const signal of signals) {
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
  }
  try {
    return await task(own.signal);
  } finally {
    for (const signal of signals) signal.removeEventListener('abort', stop);
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

/** Waits for so long, or until `sooner` resolves or `signal` aborts. */
export async function pause(
  ms: number,
  signal: AbortSignal,
  sooner?: Promise<unknown>,
): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  timer.unref();
  await either(Promise.race([over.promise, sooner ?? over.promise]), signal);
  clearTimeout(timer);
}

/** Waits for `news`, or until `signal` aborts. */
export async function either(news: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<void>();
  const stop = (): void => aborted.resolve();
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  try {
    await Promise.race([news, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
