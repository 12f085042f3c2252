import { codeOf, reasonOf } from '../../reason.ts';
import { Fault } from '../directory.ts';
import { NO_TLS } from '../sql/connect/secure.ts';
import { Lost, Overrun } from '../sql/engine.ts';
import { explainTls } from '../tls.ts';

/** What a class of SQLSTATEs, or one of them, means. The longest that fits counts. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  '08': 'lost',
  // A statement that was prepared is gone, or its table has changed.
  '0A000': 'lost',
  '26': 'lost',
  '21': 'key',
  '22': 'key',
  '25': 'statement',
  '25P02': 'lost',
  '28': 'login',
  '2F': 'statement',
  '38': 'statement',
  '39': 'statement',
  '3D': 'login',
  '3F': 'statement',
  // A copy that had to choose between our statement and the original's news.
  '40': 'lost',
  '42': 'statement',
  '42P05': 'lost',
  '53': 'lost',
  '54': 'key',
  '55P03': 'slow',
  '57014': 'slow',
  '57': 'lost',
  '58': 'lost',
  XX: 'lost',
};

/** What an error of `pg` means. What only this key may bring about is `entry`; what all of a statement's do, `doubt`. */
export function faultOf(error: unknown, server: string): Fault {
  if (error instanceof Fault) return error;
  const code = codeOf(error);
  const options = { cause: error };
  if (!SQLSTATE.test(code)) {
    const reason = reasonOf(error);
    const told = /does not support SSL/.test(reason) ? NO_TLS : explainTls(code, reason);
    return new Lost(`${server}: ${told ?? reason}`, options);
  }
  const meaning = MEANINGS[code] ?? MEANINGS[code.slice(0, 2)] ?? 'key';
  const reason = POOLED.has(code)
    ? `${reasonOf(error)}; if a pooler such as PgBouncer stands in between: pooler: transaction`
    : reasonOf(error);
  // A message about a key may show it.
  const about = meaning === 'key' ? 'it does not take this key' : reason;
  return FAULTS[meaning](`${server}: ${about} (SQLSTATE ${code})`, options);
}

/** A prepared statement is unknown, or known already: where it was prepared was another session. */
const POOLED = new Set(['26000', '42P05']);

type Meaning = 'lost' | 'login' | 'slow' | 'key' | 'statement';

const FAULTS: Readonly<Record<Meaning, (reason: string, options: ErrorOptions) => Fault>> = {
  lost: (reason, options) => new Lost(reason, options),
  login: (reason, options) => new Fault('directory', reason, options),
  slow: (reason, options) =>
    new Overrun(`${reason}: is it overloaded, locked, or is an index missing?`, options),
  statement: (reason, options) => new Fault('doubt', reason, options),
  key: (reason, options) => new Fault('entry', reason, options),
};

const SQLSTATE = /^[0-9A-Z]{5}$/;
