import { createHash } from 'node:crypto';
import type pg from 'pg';
import { Fault } from '../directory.ts';
import { rowsOf } from '../sql/connect/rows.ts';
import { createTurn } from '../sql/connect/turn.ts';
import { runHeld } from '../sql/connect/unheld.ts';
import type { Engine, Row, Session } from '../sql/engine.ts';
import type { SqlHost } from '../sql/settings/host.ts';
import { connect, isAlone, nameOf, type PostgresqlAccess, settingsOf } from './client.ts';
import { faultOf } from './errors.ts';
import { heldBy, isUnheld } from './held.ts';

/** Asks PostgreSQL over `pg`, several statements under way on a connection. */
export const createPostgresqlEngine = (
  access: PostgresqlAccess,
  figures: Record<string, number>,
): Engine<SqlHost> => ({
  dialect: 'postgresql',
  name: nameOf,
  open: (host, signal) => open(host, access, figures, signal),
  faultOf,
});

async function open(
  host: SqlHost,
  access: PostgresqlAccess,
  figures: Record<string, number>,
  signal: AbortSignal,
): Promise<Session> {
  const isOurs = access.pooler !== 'transaction';
  const begin = async (client: pg.Client): Promise<void> => {
    if (access.pooler === 'none') await checkAlone(client, host);
    if (isOurs) await client.query(settingsOf(access, 'SESSION'));
  };
  const { client, destroy, ended } = await connect(host, access, begin, figures, signal);
  const write = createTurn(client.connection.stream);
  const send: Session['run'] = (text, values) => {
    write();
    return isOurs
      ? ask(client, text, values, nameFor(text))
      : askWithin(client, text, values, access);
  };
  const run: Session['run'] = (text, values) =>
    send(text, values).catch((error: unknown) =>
      isUnheld(error) ? sendHeld(send, text, values, error) : Promise.reject(error),
    );
  const believe = () => believeOriginal(run, host, access);
  return { run, believe, destroy, ended };
}

/** Asks with what the database can hold of the values; rejects with why they were refused where that can't be told. */
async function sendHeld(
  send: Session['run'],
  text: string,
  values: readonly string[],
  refusal: unknown,
): Promise<readonly Row[]> {
  const [row] = await send('SHOW server_encoding', []);
  const held = heldBy(String(row?.['server_encoding']), values);
  if (held === undefined) throw refusal;
  return runHeld(send, text, held, refusal);
}

/**
 * Sees to it that who greeted is who answers. Behind a pooler that hands sessions on, ours would be read-only and short of time
 * for whoever has them next, and what was prepared in one is unknown to another.
 */
async function checkAlone(client: pg.Client, host: SqlHost): Promise<void> {
  if (await isAlone(client)) return;
  throw new Fault(
    'directory',
    `${nameOf(host)}: a pooler such as PgBouncer stands in between: set pooler: transaction, or session where it lends a session to one client alone`,
  );
}

async function believeOriginal(
  run: Session['run'],
  host: SqlHost,
  { replicas }: PostgresqlAccess,
): Promise<readonly string[]> {
  if (replicas === 'trust') return [];
  const [row] = await run('SELECT pg_is_in_recovery() AS copy', []);
  if (row?.['copy'] === 'f') return ['it is the original'];
  throw new Fault(
    'doubt',
    `${nameOf(host)} is a copy, or recovers, so nobody is believed to be absent: ask the original first, or set replicas: trust`,
  );
}

/** Behind a pooler each statement may be another session's: it brings its settings along. */
async function askWithin(
  client: pg.Client,
  text: string,
  values: readonly string[],
  access: PostgresqlAccess,
): Promise<readonly Row[]> {
  const begun = client.query(`BEGIN READ ONLY; ${settingsOf(access, 'LOCAL')}`);
  const asked = ask(client, text, values);
  const ended = client.query('COMMIT');
  const [, rows] = await Promise.all([begun, asked, ended]);
  return rows;
}

async function ask(
  client: pg.Client,
  text: string,
  values: readonly string[],
  name?: string,
): Promise<readonly Row[]> {
  const { rows, fields } = await client.query<unknown[]>({
    ...(name !== undefined && { name }),
    text,
    values: [...values],
    rowMode: 'array',
  });
  const columns = fields.map((field) => field.name);
  return rowsOf(columns, rows);
}

const names = new Map<string, string>();

/** The name of a statement that is prepared once a connection. */
function nameFor(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `idpmap_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
  names.set(text, name);
  return name;
}
