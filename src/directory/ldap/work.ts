import type { Finding, How } from '../directory.ts';
import type { Read, Search } from './search.ts';
import type { Proof } from './trust/proof.ts';
import type { Schema } from './trust/schematext.ts';
import type { Trust } from './trust/trust.ts';

/** Asks the servers. All searches of one `work` run on one connection, which has proved itself. */
export interface Asker {
  /**
   * Runs `work`, once more on another connection where the first is lost or does not answer. *None* is proved on the same
   * connection as `trust` says, by a proof that began after the work.
   * @throws {Fault}
   */
  ask<T>(work: Work<T>, how: How, trust: Trust): Promise<Finding<T>>;
}

/** Makes up an answer out of searches; it may run again on another connection. */
export type Work<T> = (view: View) => Promise<readonly T[]>;

/** One connection, as a work sees it. */
export interface View {
  readonly search: Search;
  readonly read: Read;
  /** Says that something was absent which the answer would else hold: a proof is due although there is an answer. */
  readonly missed: () => void;
  /** What the server says of its attributes; read on demand, for it is large. */
  readonly schema: () => Promise<Schema>;
  /** Runs a proof of something that only this answer hangs on, now. */
  readonly prove: (proof: Proof) => Promise<void>;
}
