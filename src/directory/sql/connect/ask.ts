import type { Address } from '../../../address/address.ts';
import { onFresh } from '../../connections/fresh.ts';
import type { Pool } from '../../connections/pool.ts';
import type { Servers } from '../../connections/servers.ts';
import { Fault, type Finding, type How, isDoubt } from '../../directory.ts';
import { findingOf, none } from '../../finding.ts';
import { createProvings } from '../../trust/provings.ts';
import { inTime, waitFor } from '../../waiting.ts';
import { Lost, Overrun, type Row } from '../engine.ts';
import type { Part } from '../parts.ts';
import { createBlame } from './blame.ts';
import type { SqlConnection } from './connection.ts';

/** Makes up an answer out of statements; it may run again, on another connection. */
export type Work<T> = (view: View) => Promise<readonly T[]>;

/** One connection, as a work sees it. */
export interface View {
  /** The rows of a part for a key; none at once where the key lacks what it asks for. */
  readonly rows: (part: Part, key: string) => Promise<readonly Row[]>;
  /** How an address is known to be stored in what a part reads, beside its usual spellings. */
  readonly writtenAs: (part: Part, address: Address) => readonly string[];
  /** Says that something was absent which the answer would else hold: a proof is due although there is an answer. */
  readonly missed: () => void;
}

/** How a *none* of one kind of question is believed. */
export interface Trust {
  /** Looks, on the connection that said so; gives what it looked at. */
  readonly proof: (connection: SqlConnection) => Promise<readonly string[]>;
}

/** Asks over the connections of a pool. */
export interface Asker {
  /**
   * Runs `work`, on another connection where the first is lost. *None* is proved on the same connection by what began
   * afterwards, and asked once more after that: a table that is being filled is empty first.
   * @throws {Fault}
   */
  ask<T>(work: Work<T>, how: How, trust: Trust): Promise<Finding<T>>;
  /** A proof of one connection that begins now or later. */
  prove(trust: Trust, signal: AbortSignal): Promise<void>;
}

export interface AskerOptions {
  readonly pool: Pool<SqlConnection>;
  readonly servers: Servers<SqlConnection>;
  readonly rowsOf: (connection: SqlConnection) => View['rows'];
  readonly writtenAs: View['writtenAs'];
  /** A question's time: a key may be written in many ways, and each is a statement. */
  readonly workMs: number;
  /** Ends with the directory. */
  readonly lifetime: AbortSignal;
}

/** What ends one connection ends the others at the same time, and that shows only when they are asked. */
const MAX_TRIES = 3;

/** Creates what asks. */
export function createAsker({
  pool,
  servers,
  rowsOf,
  writtenAs,
  workMs,
  lifetime,
}: AskerOptions): Asker {
  const blame = createBlame(() => pool.take(lifetime));
  const provings = createProvings(
    (connection: SqlConnection, trust: Trust) => trust.proof(connection),
    lifetime,
  );

  async function run<T>(
    connection: SqlConnection,
    work: Work<T>,
    trust: Trust,
    trail: Trail,
  ): Promise<Finding<T>> {
    const ask = rowsOf(connection);
    const rows: View['rows'] = async (part, key) => {
      trail.asked = part;
      try {
        return await ask(part, key);
      } catch (error) {
        trail.failed ??= part;
        throw error;
      }
    };
    let isMissing = false;
    const missed = (): void => {
      isMissing = true;
    };
    const late = (): Fault => {
      if (trail.asked !== undefined) trail.failed ??= trail.asked;
      return new Overrun(`${connection.server}: its statements took more than ${workMs} ms`);
    };
    const answer = () => inTime(work({ rows, writtenAs, missed }), workMs, late);
    const found = await answer();
    if (found.length > 0 && !isMissing) return findingOf(found, unreachable);
    const proving = provings.of(connection, trust);
    await proving.prover.prove(proving.prover.begun());
    return findingOf(await answer(), () =>
      none('connection', [...proving.shown, `on ${connection.server}`].join(', ')),
    );
  }

  async function runFor<T>(
    connection: SqlConnection,
    work: Work<T>,
    trust: Trust,
    signal: AbortSignal,
    isLast: (error: unknown) => boolean,
  ): Promise<Finding<T>> {
    const trail: Trail = {};
    try {
      return await waitFor(run(connection, work, trust, trail), signal, left);
    } catch (error) {
      throw isLast(error) ? await blame.of(error, trail.failed, signal) : error;
    }
  }

  return {
    async ask(work, { signal, anew }, trust) {
      if (anew === true)
        return onFresh({ servers, signal, lifetime }, (connection) =>
          runFor(connection, work, trust, signal, () => true),
        );
      for (let tries = 1; ; tries++) {
        const isLast = (error: unknown): boolean =>
          tries === MAX_TRIES || signal.aborted || !(error instanceof Lost);
        try {
          return await runFor(await pool.take(signal), work, trust, signal, isLast);
        } catch (error) {
          if (isLast(error)) throw error;
        }
      }
    },
    async prove(trust, signal) {
      for (let tries = 1; ; tries++) {
        const connection = await pool.take(signal);
        try {
          return await waitFor(provings.proveAnew(connection, trust), signal, left);
        } catch (error) {
          if (isDoubt(error) || tries === MAX_TRIES || !(error instanceof Lost)) throw error;
        }
      }
    },
  };
}

/** What a question has come upon. */
interface Trail {
  /** The part whose statement failed first. */
  failed?: Part;
  /** The part whose statement was sent last. */
  asked?: Part;
}

const left = (): Fault => new Fault('timeout', 'the database did not answer in time');

function unreachable(): never {
  throw new Fault('bug', 'somebody was found and is nobody');
}
