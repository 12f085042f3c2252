import { reasonOf } from '../../../reason.ts';
import { Fault, type Finding, isDoubt } from '../../directory.ts';
import { findingOf, none } from '../../finding.ts';
import { createProver, type Prover } from '../../trust/prover.ts';
import { joining, withinTime } from '../../waiting.ts';
import type { Asker, Work } from '../search.ts';
import type { Doubts } from '../trust/history.ts';
import type { Proof } from '../trust/proof.ts';
import { type Connection, Lost } from '../wire/connection.ts';
import type { Pool } from './pool.ts';
import { searchOn, Untrusted } from './results.ts';
import type { Servers } from './servers.ts';

export interface AskerOptions {
  readonly pool: Pool;
  readonly servers: Servers;
  readonly proof: Proof;
  /** What `proof` found doubtful. */
  readonly doubts: Pick<Doubts, 'watch'>;
  /** One connection's time for a whole work, and for a proof. */
  readonly searchMs: number;
  readonly referrals: 'refuse' | 'ignore';
  /** Ends with the directory. */
  readonly lifetime: AbortSignal;
}

/** What ends one connection ends the others at the same time, and that shows only when they are asked. */
const MAX_TRIES = 3;

/** Creates what asks over the connections of a pool. */
export function createAsker(options: AskerOptions): Asker & Provable {
  const { pool, servers, referrals, searchMs, lifetime } = options;
  const provers = new WeakMap<Connection, Prover>();

  /** Everybody who waits for a proof of one connection shares it. */
  function proverOf(connection: Connection): Prover {
    const known = provers.get(connection);
    if (known !== undefined) return known;
    const prover = createProver(
      (ends) => withinTime((own) => prove(connection, own), searchMs, ends),
      lifetime,
    );
    provers.set(connection, prover);
    return prover;
  }

  async function prove(connection: Connection, signal: AbortSignal): Promise<void> {
    try {
      await options.proof(connection, signal);
    } catch (error) {
      // Slowness alone is no sign that it sees less than it should; nor is another connection less in doubt.
      if (!(isDoubt(error) || isTimeout(error))) distrust(connection, error);
      throw error;
    }
  }

  async function run<T>(
    connection: Connection,
    work: Work<T>,
    signal: AbortSignal,
  ): Promise<Finding<T>> {
    const prover = proverOf(connection);
    const wasBeyondDoubt = options.doubts.watch(connection);
    let isMissing = false;
    const missed = (): void => {
      isMissing = true;
    };
    try {
      const found = await withinTime(
        (own) => work(searchOn(connection, referrals, own), missed),
        searchMs,
        signal,
      );
      // A proof in flight may have been answered before the question was: only one that begins now counts.
      if (found.length === 0 || isMissing) {
        await prover.prove(prover.begun());
        if (!wasBeyondDoubt()) return await run(connection, work, signal);
      }
      return findingOf(found, () =>
        none('connection', `shown to see people: ${connection.server}`),
      );
    } catch (error) {
      if (error instanceof Untrusted) distrust(connection, error);
      throw error;
    }
  }

  async function askAnew<T>(work: Work<T>, signal: AbortSignal): Promise<Finding<T>> {
    const open = (own: AbortSignal) => servers.open(own);
    const { connection } = await joining(open, new AbortController(), signal, lifetime);
    const close = (): void => connection.close();
    lifetime.addEventListener('abort', close);
    try {
      return await run(connection, work, signal);
    } finally {
      lifetime.removeEventListener('abort', close);
      close();
    }
  }

  return {
    async ask(work, { signal, anew }) {
      if (anew === true) return askAnew(work, signal);
      for (let tries = 1; ; tries++) {
        const connection = await pool.take(signal);
        try {
          return await run(connection, work, signal);
        } catch (error) {
          if (tries === MAX_TRIES || signal.aborted || !isLost(connection, error)) throw error;
        }
      }
    },
    async prove(signal) {
      const connection = await pool.take(signal);
      const prover = proverOf(connection);
      await prover.prove(prover.begun());
    },
  };
}

/** Whether it was the connection that failed, so that another one may do better. */
const isLost = (connection: Connection, error: unknown): boolean =>
  error instanceof Lost ||
  connection.death !== undefined ||
  (connection.isStuck && isTimeout(error));

const isTimeout = (error: unknown): boolean => error instanceof Fault && error.kind === 'timeout';

function distrust(connection: Connection, error: unknown): void {
  connection.kill(reasonOf(error), error);
}

/** Proves itself on demand. */
export interface Provable {
  /** A proof of one connection that begins now or later. */
  prove(signal: AbortSignal): Promise<void>;
}
