/** Asks a directory to prove itself, once; ends with `lifetime`. */
export type Probe = (lifetime: AbortSignal) => Promise<void>;

const STOPS = 'the daemon stops';

/** Bounds a directory's probe: it rejects after `timeoutMs`, or with `lifetime`, even where the directory hangs. */
export const createProbe =
  (ask: (signal: AbortSignal) => Promise<void>, timeoutMs: number): Probe =>
  async (lifetime) => {
    if (lifetime.aborted) throw new Error(STOPS);
    const call = new AbortController();
    const ended = Promise.withResolvers<never>();
    const end = (reason: string): void => {
      ended.reject(new Error(reason));
      call.abort();
    };
    const stop = (): void => end(STOPS);
    const timer = setTimeout(() => end(`no answer to the probe within ${timeoutMs} ms`), timeoutMs);
    lifetime.addEventListener('abort', stop);
    try {
      await Promise.race([ask(call.signal), ended.promise]);
    } finally {
      clearTimeout(timer);
      lifetime.removeEventListener('abort', stop);
    }
  };
