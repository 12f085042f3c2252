import { connect, isIP, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import mysql from 'mysql2';
import { reasonOf } from '../../reason.ts';
import { noteCertificates } from '../certificates.ts';
import { rowsOf } from '../sql/connect/rows.ts';
import { secureFor } from '../sql/connect/secure.ts';
import { runHeld } from '../sql/connect/unheld.ts';
import type { Engine, Row, Session } from '../sql/engine.ts';
import { formatHost, type SqlHost } from '../sql/settings/host.ts';
import type { TlsFiles } from '../tls.ts';
import { believeOriginal, type Product } from './copy.ts';
import { faultOf } from './errors.ts';
import { heldBy, isUnheld } from './held.ts';
import { MYSQL_PORT, type MysqlSettings } from './settings.ts';

/** What a connection goes by. */
export type MysqlAccess = Pick<
  MysqlSettings,
  'database' | 'user' | 'password' | 'encrypt' | 'tls' | 'replicas' | 'statementTimeout'
>;

/** Asks MySQL and MariaDB over `mysql2`, by prepared statements, one after the other on a connection. */
export const createMysqlEngine = (
  access: MysqlAccess,
  figures: Record<string, number>,
): Engine<SqlHost> => ({
  dialect: 'mysql',
  name: nameOf,
  open: (host, signal) => open(host, access, figures, signal),
  faultOf,
});

const nameOf = (host: SqlHost): string => `mysql ${formatHost(host, MYSQL_PORT)}`;

async function open(
  host: SqlHost,
  access: MysqlAccess,
  figures: Record<string, number>,
  signal: AbortSignal,
): Promise<Session> {
  const files = await secureFor(host, access);
  const password = await access.password?.read();
  if (signal.aborted) throw new Error('there was no time left');
  const socket = socketTo(host);
  const connection = connectionOver(socket, host, access, files, password);
  const ended = Promise.withResolvers<string>();
  const destroy = (): void => {
    connection.destroy();
    socket.destroy();
    ended.resolve('the connection was ended');
  };
  connection.on('error', (error) => ended.resolve(reasonOf(error)));
  connection.on('end', () => ended.resolve('the server ended the connection'));
  socket.on('close', () => ended.resolve('the server ended the connection'));
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => {
    destroy();
    aborted.reject(new Error('there was no answer in time'));
  };
  signal.addEventListener('abort', abort);
  let product: Product;
  try {
    product = await Promise.race([prepare(connection, access), aborted.promise]);
    const secure = streamOf(connection);
    if (secure instanceof TLSSocket) noteCertificates(figures, secure, files?.cert);
  } catch (error) {
    destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
  const run: Session['run'] = (text, values) =>
    ask(connection, text, values).catch((error: unknown) =>
      isUnheld(error) ? askHeld(connection, text, values, error) : Promise.reject(error),
    );
  const believe = async () =>
    access.replicas === 'trust' ? [] : believeOriginal(run, nameOf(host), product);
  return { run, believe, destroy, ended: ended.promise };
}

function connectionOver(
  stream: Socket,
  host: SqlHost,
  { tls, user, database }: MysqlAccess,
  files: TlsFiles | undefined,
  password: string | undefined,
): mysql.Connection {
  return mysql.createConnection({
    stream,
    host: certifiedName(host, tls.serverName),
    user,
    database,
    ...(password !== undefined && { password }),
    ...(files !== undefined && {
      ssl: { ...files, rejectUnauthorized: true, verifyIdentity: true },
    }),
    charset: 'utf8mb4',
    // The server must not be able to ask for our files.
    flags: ['-LOCAL_FILES'],
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
    jsonStrings: true,
    connectTimeout: 0,
  });
}

/**
 * The name that the server's certificate has to carry. mysql2 hands on no address, and then "localhost" would count: with a
 * dot at its end it takes one for a name, and Node, which compares without that dot, for an address again.
 */
function certifiedName(host: SqlHost, serverName: string | undefined): string {
  const name = serverName ?? (host.kind === 'tcp' ? host.host : 'localhost');
  return isIP(name) === 0 ? name : `${name}.`;
}

function socketTo(host: SqlHost): Socket {
  const socket = host.kind === 'unix' ? connect(host.path) : connect(host.port, host.host);
  socket.setNoDelay(true);
  socket.setKeepAlive(true);
  return socket;
}

/** Logs in; the session reads, takes quotes and backslashes as we read them, and ends what takes too long. Gives who it is. */
async function prepare(connection: mysql.Connection, access: MysqlAccess): Promise<Product> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  connection.connect((error) => (error === null ? resolve() : reject(error)));
  await promise;
  const [row] = await ask(connection, 'SELECT VERSION() AS version', []);
  const product = /mariadb/i.test(String(row?.['version'])) ? 'mariadb' : 'mysql';
  const limit =
    product === 'mariadb'
      ? `max_statement_time = ${access.statementTimeout / 1000}`
      : `max_execution_time = ${access.statementTimeout}`;
  const modes = ['ANSI_QUOTES', 'NO_BACKSLASH_ESCAPES', 'ANSI'].reduce(
    (mode, name) => `REPLACE(${mode}, '${name}', '')`,
    '@@sql_mode',
  );
  await say(
    connection,
    // A statement that waits for a lock does not see that nobody waits for it any more.
    `SET SESSION sql_mode = ${modes}, autocommit = 1, lock_wait_timeout = 1, ${limit}`,
  );
  await say(connection, 'SET SESSION TRANSACTION READ ONLY');
  return product;
}

async function say(connection: mysql.Connection, text: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  connection.query(text, (error: Error | null) => (error === null ? resolve() : reject(error)));
  await promise;
}

async function ask(
  connection: mysql.Connection,
  sql: string,
  values: readonly string[],
): Promise<readonly Row[]> {
  const { promise, resolve, reject } = Promise.withResolvers<readonly Row[]>();
  connection.execute({ sql, rowsAsArray: true }, [...values], (error, result, fields) => {
    if (error === null) resolve(rowsIn(result, fields));
    else reject(error);
  });
  return promise;
}

/** Asks with what the columns can hold of the values; rejects with why they were refused where that can't be told. */
async function askHeld(
  connection: mysql.Connection,
  text: string,
  values: readonly string[],
  refusal: unknown,
): Promise<readonly Row[]> {
  const look = async (sql: string) => (await ask(connection, sql, [])).map(Object.values);
  const held = await heldBy(text, values, look);
  if (held === undefined) throw refusal;
  return runHeld((...asked) => ask(connection, ...asked), text, held, refusal);
}

/** The rows of a result; of a procedure, those of all its results. */
function rowsIn(result: unknown, fields: unknown): readonly Row[] {
  if (!Array.isArray(result) || !Array.isArray(fields)) return [];
  if (fields.some((each) => Array.isArray(each)))
    return fields.flatMap((each, i) => rowsIn(result[i], each));
  const names = fields.map((field: mysql.FieldPacket) => field.name);
  return rowsOf(names, result);
}

/** Its socket, which is another one under TLS; mysql2's types do not name it. */
function streamOf(connection: mysql.Connection): unknown {
  return 'stream' in connection ? connection.stream : undefined;
}
