/**
 * Proves that those who were asked see their users: a directory, or one connection of it. Whoever waits shares the probe
 * in flight.
 */
export interface Prover {
  /** Counts the probes begun. What a question notes before it is asked, it hands to `prove` afterwards. */
  readonly begun: () => number;
  /** Resolves once a probe that began after the `since`-th has succeeded; rejects as that probe does. */
  prove(since: number): Promise<void>;
}

/** Creates a prover over a `probe` that ends by itself, and with `lifetime`. */
export function createProver(
  probe: (lifetime: AbortSignal) => Promise<void>,
  lifetime: AbortSignal,
): Prover {
  let begun = 0;
  let current: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  const begin = (): Promise<void> => {
    begun += 1;
    next = undefined;
    const own = probe(lifetime).finally(() => {
      if (current === own) current = undefined;
    });
    current = own;
    return own;
  };

  return {
    begun: () => begun,
    prove: (since) => {
      if (current === undefined) return begin();
      if (begun > since) return current;
      // The probe in flight may have looked before our question: wait for the one after it.
      next ??= current.then(begin, begin);
      return next;
    },
  };
}
