import { createHash } from 'node:crypto';
import { checkServerIdentity, type PeerCertificate, TLSSocket } from 'node:tls';
import pg from 'pg';
import { reasonOf } from '../../reason.ts';
import { noteCertificates } from '../certificates.ts';
import { Fault } from '../directory.ts';
import { rowOf } from '../sql/connect/rows.ts';
import { secureFor } from '../sql/connect/secure.ts';
import type { Engine, Row, Session } from '../sql/engine.ts';
import { formatHost, type SqlHost } from '../sql/settings/host.ts';
import type { TlsFiles } from '../tls.ts';
import { faultOf } from './errors.ts';
import { POSTGRESQL_PORT, type PostgresqlSettings } from './settings.ts';

/** What a connection goes by. */
export type PostgresqlAccess = Pick<
  PostgresqlSettings,
  | 'database'
  | 'user'
  | 'password'
  | 'encrypt'
  | 'tls'
  | 'replicas'
  | 'statementTimeout'
  | 'pooler'
  | 'rowSecurity'
>;

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

const nameOf = (host: SqlHost): string => `postgresql ${formatHost(host, POSTGRESQL_PORT)}`;

async function open(
  host: SqlHost,
  access: PostgresqlAccess,
  figures: Record<string, number>,
  signal: AbortSignal,
): Promise<Session> {
  const files = await secureFor(host, access);
  const client = await clientFor(host, access, files);
  const ended = Promise.withResolvers<string>();
  // Without a listener, an error of an idle connection would end the process.
  client.on('error', (error) => ended.resolve(reasonOf(error)));
  client.on('end', () => ended.resolve('the server ended the connection'));
  const destroy = (): void => void streamOf(client).destroy();
  signal.addEventListener('abort', destroy);
  try {
    if (signal.aborted) throw new Error('there was no time left');
    await client.connect();
    if (access.pooler === 'none') await checkAlone(client, host);
    if (access.pooler !== 'transaction') await client.query(settingsOf(access, 'SESSION'));
    const stream = streamOf(client);
    if (stream instanceof TLSSocket) noteCertificates(figures, stream, files?.cert);
  } catch (error) {
    destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', destroy);
  }
  const run: Session['run'] =
    access.pooler === 'transaction'
      ? (text, values) => askWithin(client, text, values, access)
      : (text, values) => ask(client, text, values, nameFor(text));
  const believe = () => believeOriginal(run, host, access);
  return { run, believe, destroy, ended: ended.promise };
}

async function clientFor(
  host: SqlHost,
  { password, user, database, tls }: PostgresqlAccess,
  files: TlsFiles | undefined,
): Promise<pg.Client> {
  const { serverName } = tls;
  return new pg.Client({
    ...placeOf(host),
    user,
    database,
    // Without one, pg looks into files and variables that are not ours.
    password: (await password?.read()) ?? '',
    ssl: files !== undefined && {
      ...files,
      // pg writes the host's name over a `servername`.
      ...(serverName !== undefined && {
        checkServerIdentity: (_: string, certificate: PeerCertificate) =>
          checkServerIdentity(serverName, certificate),
      }),
    },
    application_name: 'idpmap',
    keepAlive: true,
    types: { getTypeParser: readerOf },
    pipeline: true,
  });
}

/**
 * Sees to it that who greeted is who answers. Behind a pooler that hands sessions on, ours would be read-only and short of time
 * for whoever has them next, and what was prepared in one is unknown to another.
 */
async function checkAlone(client: pg.Client, host: SqlHost): Promise<void> {
  const [row] = await ask(client, 'SELECT pg_backend_pid() AS pid', []);
  // Some poolers name none.
  const { processID: greeted }: { processID?: unknown } = Object(client);
  if (typeof greeted !== 'number' || row?.['pid'] === String(greeted)) return;
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

/** A directory of sockets, or one of them, is a host for pg. */
function placeOf(host: SqlHost): { host: string; port: number } {
  if (host.kind === 'tcp') return { host: host.host, port: host.port };
  const { directory = host.path, port = String(POSTGRESQL_PORT) } =
    /^(?<directory>.*)\/\.s\.PGSQL\.(?<port>\d+)$/.exec(host.path)?.groups ?? {};
  return { host: directory, port: Number(port) };
}

/** A session reads, says so where rows are hidden from it, and ends what takes too long. */
function settingsOf(
  { statementTimeout, rowSecurity }: PostgresqlAccess,
  scope: 'SESSION' | 'LOCAL',
): string {
  const settings = [
    `statement_timeout = ${statementTimeout}`,
    'standard_conforming_strings = on',
    ...(rowSecurity === 'refuse' ? ['row_security = off'] : []),
    ...(scope === 'SESSION' ? ['default_transaction_read_only = on'] : []),
  ];
  return settings.map((setting) => `SET ${scope} ${setting}`).join('; ');
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
  return rows.map((row) => rowOf(columns, row));
}

/** Types of lists of texts. */
const LISTS: ReadonlySet<number> = new Set([1009, 1015, 1002, 1014]);

/** Values as PostgreSQL writes them, as Postfix's own table answers them; lists of texts as such. */
const readerOf = (type: number): ((value: string) => unknown) =>
  LISTS.has(type) ? pg.types.getTypeParser(type, 'text') : asText;

const asText = (value: string): string => value;

const names = new Map<string, string>();

/** The name of a statement that is prepared once a connection. */
function nameFor(text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `idpmap_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`;
  names.set(text, name);
  return name;
}

/** Its socket: pg has no other way to end at once. */
const streamOf = (client: pg.Client) => client.connection.stream;
