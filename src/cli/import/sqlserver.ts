import { MYSQL_PORT } from '../../directory/mysql/settings.ts';
import { POSTGRESQL_PORT } from '../../directory/postgresql/settings.ts';
import {
  formatHost,
  parseHost,
  type SqlHost,
  staysHere,
} from '../../directory/sql/settings/host.ts';
import type { Dialect } from '../../directory/sql/text/tokens.ts';
import type { Reader } from './reader.ts';

/** How a table's database is reached, in the configuration's words. What is undefined is left out. */
export type SqlServer =
  | { readonly type: 'sqlite'; readonly path: string | undefined }
  | {
      readonly type: 'postgresql' | 'mysql';
      readonly hosts: readonly string[];
      readonly database: string | undefined;
      readonly user: string | undefined;
      readonly hasPassword: boolean;
      readonly encrypt: 'never' | undefined;
      readonly tls: object | undefined;
    };

/** Reads where a table's database is. Its password is only looked at. */
export function readSqlServer(reader: Reader, type: Dialect): SqlServer {
  if (type === 'sqlite') {
    const path = reader.text('dbpath');
    if (path === undefined) reader.lack('dbpath', 'it is missing');
    return { type, path };
  }
  const hosts = readHosts(reader, type);
  const user = reader.text('user');
  if (user === undefined) reader.lack('user', 'it is missing: write as whom idpmap is to ask');
  const database = reader.text('dbname');
  if (database === undefined) reader.lack('dbname', 'it is missing: write the database');
  const hasPassword = (reader.text('password') ?? '') !== '';
  const tls = readTls(reader);
  const isRemote = hosts.some((host) => !staysHere(host));
  if (isRemote && tls === undefined)
    reader.lack(
      'hosts',
      'Postfix asks other machines without TLS, or without looking at their certificates: idpmap demands TLS there; set tls.ca, or encrypt: never if you have to',
    );
  return {
    type,
    hosts: hosts.map((host) => formatHost(host, portOf(type))),
    database,
    user,
    hasPassword,
    encrypt: undefined,
    tls,
  };
}

const portOf = (type: 'postgresql' | 'mysql'): number =>
  type === 'mysql' ? MYSQL_PORT : POSTGRESQL_PORT;

const SOCKETS = { mysql: '/run/mysqld/mysqld.sock', postgresql: '/run/postgresql' };

function readHosts(reader: Reader, type: 'postgresql' | 'mysql'): readonly SqlHost[] {
  const items = reader.list('hosts') ?? [];
  if (items.length === 0 || (type === 'mysql' && items.includes('localhost')))
    reader.note('hosts', `Postfix asks localhost by a socket, taken for ${SOCKETS[type]}`);
  if (items.length > 1)
    reader.note(
      'hosts',
      'Postfix asks them in any order, idpmap in this one: write the original first',
    );
  const named = items.length === 0 ? ['localhost'] : items;
  return named.flatMap((item) => {
    if (item === 'localhost' && (type === 'mysql' || items.length === 0))
      return [{ kind: 'unix' as const, path: SOCKETS[type] }];
    try {
      return [parseHost(item, portOf(type))];
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      reader.lack(
        'hosts',
        `${withoutPassword(item)} can't be read: write host:port, user and dbname`,
      );
      return [];
    }
  });
}

/** `postgresql://user:password@host/database` may hold one. */
const withoutPassword = (item: string): string => item.replace(/:\/\/.*@/, '://…@');

function readTls(reader: Reader): object | undefined {
  const [ca, cert, key] = ['tls_CAfile', 'tls_cert_file', 'tls_key_file'].map((name) =>
    reader.text(name),
  );
  const isVerified = reader.flag('tls_verify_cert');
  if (ca === undefined && !isVerified) return undefined;
  return { ca, ...(cert !== undefined && key !== undefined && { cert, key }) };
}

/** Settings that have no counterpart, and why none is needed. */
export const DROPPED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    charset: 'left out, idpmap speaks UTF-8',
    encoding: 'left out, idpmap speaks UTF-8',
    retry_interval: 'left out, see returnAfter',
    idle_interval: 'left out, see maxAge',
    require_result_set: 'left out, a procedure without rows says nobody',
    option_file: 'left out: write what it sets of the server, the user and TLS',
    option_group: 'left out: write what it sets of the server, the user and TLS',
    tls_CApath: 'left out: put its certificates into one PEM file, and name that as tls.ca',
    tls_ciphers: 'left out, the ciphers are those of Node',
  }),
);
