import { type Flight, type Policy, unknown } from './outcome.ts';
import type { Probe } from './probe.ts';

/** Proves that a directory sees its users. One a directory: whoever waits shares the probe in flight. */
export interface Prover {
  /** Counts the probes begun. What a question notes before it is asked, it hands to `prove` afterwards. */
  readonly begun: () => number;
  /** Resolves once a probe that began after the `since`-th has succeeded; rejects as that probe does. */
  prove(since: number): Promise<void>;
}

/** Creates a prover over a `probe` that ends by itself. */
export function createProver(probe: Probe, lifetime: AbortSignal): Prover {
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

/** Believes a *none* only after a probe that began after the question; else it is *unknown*. */
export const withProof =
  <T>(prover: Prover, name: string): Policy<Flight<T>> =>
  (next) =>
  async (key, signal) => {
    const since = prover.begun();
    const outcome = await next(key, signal);
    if (outcome.status !== 'none') return outcome;
    try {
      await prover.prove(since);
      return outcome;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return unknown('unproved', name, `none is not believed: ${reason}`);
    }
  };
