import { reasonOf } from '../../../reason.ts';
import { onFresh } from '../../connections/fresh.ts';
import type { Pool } from '../../connections/pool.ts';
import type { Servers } from '../../connections/servers.ts';
import { Fault, type Finding, isDoubt } from '../../directory.ts';
import { findingOf, none } from '../../finding.ts';
import { createProvings } from '../../trust/provings.ts';
import { withinTime } from '../../waiting.ts';
import type { Schemas } from '../trust/schema.ts';
import type { Trust } from '../trust/trust.ts';
import { type Connection, Lost } from '../wire/connection.ts';
import type { Asker, View, Work } from '../work.ts';
import { type Blame, blameLost, createBlame } from './blame.ts';
import { readOn, searchOn, Untrusted } from './results.ts';

export interface AskerOptions {
  readonly pool: Pool<Connection>;
  readonly servers: Servers<Connection>;
  readonly schemas: Pick<Schemas, 'of'>;
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
  const provings = createProvings(
    (connection: Connection, trust: Trust, ends) =>
      withinTime((signal) => prove(connection, trust, signal), searchMs, ends),
    lifetime,
  );

  const blameOf = (trust: Trust): Blame =>
    createBlame({ prove: (connection) => provings.proveAnew(connection, trust), searchMs });

  async function prove(
    connection: Connection,
    { proof }: Trust,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    try {
      return await proof(connection, signal);
    } catch (error) {
      // Slowness alone is no sign that it sees less than it should; nor is another connection less in doubt.
      if (!(isDoubt(error) || isTimeout(error))) distrust(connection, error);
      throw error;
    }
  }

  function viewOn(connection: Connection, missed: () => void, signal: AbortSignal): View {
    return {
      search: searchOn(connection, referrals, signal),
      read: readOn(connection, signal),
      missed,
      schema: () => options.schemas.of(connection, signal),
      prove: async (proof) => {
        await proof(connection, signal);
      },
    };
  }

  async function run<T>(
    connection: Connection,
    work: Work<T>,
    signal: AbortSignal,
    trust: Trust,
  ): Promise<Finding<T>> {
    const proving = provings.of(connection, trust);
    const { prover } = proving;
    const wasBeyondDoubt = trust.doubts.watch(connection);
    const watch = blameOf(trust).watch(connection);
    let isMissing = false;
    const missed = (): void => {
      isMissing = true;
    };
    try {
      const found = await withinTime(
        (own) => work(viewOn(connection, missed, own)),
        searchMs,
        signal,
      ).catch(async (error: unknown) => {
        throw await watch.of(error, signal);
      });
      // A proof in flight may have been answered before the question was: only one that begins now counts.
      if (found.length === 0 || isMissing) {
        await prover.prove(prover.begun());
        if (!wasBeyondDoubt()) return await run(connection, work, signal, trust);
      }
      return findingOf(found, () =>
        none('connection', [...proving.shown, `on ${connection.server}`].join(', ')),
      );
    } catch (error) {
      if (error instanceof Untrusted) distrust(connection, error);
      throw error;
    } finally {
      watch.stop();
    }
  }

  return {
    async ask(work, { signal, anew }, trust) {
      if (anew === true)
        return onFresh({ servers, signal, lifetime }, (connection) =>
          run(connection, work, signal, trust),
        );
      for (let tries = 1; ; tries++) {
        const connection = await pool.take(signal);
        try {
          return await run(connection, work, signal, trust);
        } catch (error) {
          if (signal.aborted || !isLost(connection, error)) throw error;
          if (tries === MAX_TRIES)
            throw await blameLost(
              error,
              () => pool.take(signal),
              (other) => provings.proveAnew(other, trust),
            );
        }
      }
    },
    async prove(trust, signal) {
      await provings.proveAnew(await pool.take(signal), trust);
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
  prove(trust: Trust, signal: AbortSignal): Promise<void>;
}
