import { checkServerIdentity, type PeerCertificate, TLSSocket } from 'node:tls';
import pg from 'pg';
import { reasonOf } from '../../reason.ts';
import { noteCertificates } from '../certificates.ts';
import { secureFor } from '../sql/connect/secure.ts';
import { formatHost, type SqlHost } from '../sql/settings/host.ts';
import type { TlsFiles } from '../tls.ts';
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

/** A client that is logged in. */
export interface Connected {
  readonly client: pg.Client;
  /** Ends it at once, whatever is under way. */
  readonly destroy: () => void;
  /** Resolves when it has ended, however it came to that, with why. */
  readonly ended: Promise<string>;
}

/** A server's name, for messages. */
export const nameOf = (host: SqlHost): string => `postgresql ${formatHost(host, POSTGRESQL_PORT)}`;

/**
 * Connects, logs in, and does what `begin` does before anything else. Certificates are noted in `figures`. Rejects with
 * pg's own error.
 */
export async function connect(
  host: SqlHost,
  access: PostgresqlAccess,
  begin: (client: pg.Client) => Promise<unknown>,
  figures: Record<string, number>,
  signal: AbortSignal,
): Promise<Connected> {
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
    await begin(client);
    const stream = streamOf(client);
    if (stream instanceof TLSSocket) noteCertificates(figures, stream, files?.cert);
    return { client, destroy, ended: ended.promise };
  } catch (error) {
    destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', destroy);
  }
}

/**
 * Whether who greeted is who answers. A pooler gives a session's server to others, be it between two transactions; those that name
 * nobody as who greets can't be told.
 */
export async function isAlone(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ pid: string }>('SELECT pg_backend_pid() AS pid');
  // Its types do not have it.
  const processID: unknown = Reflect.get(client, 'processID');
  return typeof processID !== 'number' || rows[0]?.pid === String(processID);
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

/** A directory of sockets, or one of them, is a host for pg. */
function placeOf(host: SqlHost): { host: string; port: number } {
  if (host.kind === 'tcp') return { host: host.host, port: host.port };
  const { directory = host.path, port = String(POSTGRESQL_PORT) } =
    /^(?<directory>.*)\/\.s\.PGSQL\.(?<port>\d+)$/.exec(host.path)?.groups ?? {};
  return { host: directory, port: Number(port) };
}

/** Types of lists of texts. */
const LISTS: ReadonlySet<number> = new Set([1009, 1015, 1002, 1014]);

/** Values as PostgreSQL writes them, as Postfix's own table answers them; lists of texts as such. */
const readerOf = (type: number): ((value: string) => unknown) =>
  LISTS.has(type) ? pg.types.getTypeParser(type, 'text') : asText;

const asText = (value: string): string => value;

/** Its socket: pg has no other way to end at once. */
const streamOf = (client: pg.Client) => client.connection.stream;

/** A session reads, says so where rows are hidden from it, and ends what takes too long. */
export function settingsOf(
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
