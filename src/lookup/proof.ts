import { isDoubt } from '../directory/directory.ts';
import { andThen } from '../directory/maybe.ts';
import type { Prover } from '../directory/trust/prover.ts';
import { reasonOf } from '../reason.ts';
import { type Absent, type Flight, type Outcome, type Policy, unknown } from './outcome.ts';

/** Believes a *none* that is to be proved by the directory's probe only after one that began later; else it is *unknown*. */
export const withProof =
  <T>(prover: Prover, name: string): Policy<Flight<T>> =>
  (next) => {
    const prove = async (outcome: Absent, since: number): Promise<Outcome<T>> => {
      try {
        await prover.prove(since);
        return outcome;
      } catch (error) {
        const cause = isDoubt(error) ? 'doubt' : 'unproved';
        return unknown(cause, name, `none is not believed: ${reasonOf(error)}`);
      }
    };
    return (key, signal) => {
      const since = prover.begun();
      return andThen(next(key, signal), (outcome) =>
        outcome.status === 'none' && outcome.proof.by === 'probe' ? prove(outcome, since) : outcome,
      );
    };
  };
