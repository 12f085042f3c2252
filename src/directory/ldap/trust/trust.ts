import { createDoubts, type Doubts } from './history.ts';
import type { Proof } from './proof.ts';

/** How one kind of question (people, a table, the domains) is believed when it finds nobody. */
export interface Trust {
  /** Has to succeed on the same connection, after the question. */
  readonly proof: Proof;
  /** What the proof found doubtful: a right that comes back between a question and its proof proves nothing. */
  readonly doubts: Pick<Doubts, 'watch'>;
}

/** Creates the trust that rests on `proof`. */
export function createTrust(proof: Proof): Trust {
  const doubts = createDoubts();
  return { proof: doubts.noting(proof), doubts };
}
