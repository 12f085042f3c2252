import { isDoubt } from '../directory/directory.ts';
import type { Prover } from '../directory/trust/prover.ts';
import { reasonOf } from '../reason.ts';
import { type Flight, type Policy, unknown } from './outcome.ts';

/** Believes a *none* that is to be proved by the directory's probe only after one that began later; else it is *unknown*. */
export const withProof =
  <T>(prover: Prover, name: string): Policy<Flight<T>> =>
  (next) =>
  async (key, signal) => {
    const since = prover.begun();
    const outcome = await next(key, signal);
    if (outcome.status !== 'none' || outcome.proof.by !== 'probe') return outcome;
    try {
      await prover.prove(since);
      return outcome;
    } catch (error) {
      const cause = isDoubt(error) ? 'doubt' : 'unproved';
      return unknown(cause, name, `none is not believed: ${reasonOf(error)}`);
    }
  };
