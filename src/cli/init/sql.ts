import { MYSQL_PORT } from '../../directory/mysql/settings.ts';
import { POSTGRESQL_PORT, postgresqlSettings } from '../../directory/postgresql/settings.ts';
import {
  presetStatements,
  SQL_PRESETS,
  type SqlPresetName,
} from '../../directory/sql/presets/presets.ts';
import { parseHost, staysHere } from '../../directory/sql/settings/host.ts';
import type { Dialect } from '../../directory/sql/text/tokens.ts';
import { editorLines } from '../editors.ts';
import { CliError, EXIT } from '../exit.ts';
import { print } from '../print.ts';
import { readDomain } from './domain.ts';
import { mysqlRole } from './mysqlrole.ts';
import { NOTICES } from './notices.ts';
import { postgresqlRole } from './postgresqlrole.ts';
import { type RoleStatements, roleCommands, type SqlGrant } from './rolecommands.ts';
import { scalar } from './scalar.ts';
import { quote } from './shell.ts';
import { type SqlConfig, sqlConfig } from './sqlconfig.ts';
import { notifyTriggers } from './triggers.ts';

/** What every database's command takes. */
interface CommonSqlOptions {
  readonly preset: SqlPresetName;
  readonly domain?: readonly string[];
  /** Writes out the statements of the preset. */
  readonly statements?: boolean;
  readonly only?: 'config' | 'commands';
  readonly json?: boolean;
}

export interface ServerOptions extends CommonSqlOptions {
  readonly host?: readonly string[];
  readonly database: string;
  readonly user: string;
}

export interface PostgresqlOptions extends ServerOptions {
  /** The channel on which changes are told; absent: on none. */
  readonly notify?: string;
}

export interface MysqlOptions extends ServerOptions {
  /** From where idpmap connects. */
  readonly from?: string;
}

export interface SqliteOptions extends CommonSqlOptions {
  readonly path: string;
}

/** What is printed. */
export interface PreparedSql {
  readonly config: readonly string[];
  /** What has to be known before the commands are run: comments. */
  readonly head: readonly string[];
  readonly commands: readonly string[];
}

/** Prints a configuration for a database of PostgreSQL, and the commands that make a role that may read it. Asks nobody. */
export async function initPostgresql(options: PostgresqlOptions): Promise<number> {
  return printParts(options, preparePostgresql(options));
}

/** Makes what is printed; `passwordFile`: where the password lies, absent: beside the configuration, named for the preset. */
export function preparePostgresql(options: PostgresqlOptions, passwordFile?: string): PreparedSql {
  const { host = ['/run/postgresql'], database, user, notify } = options;
  for (const each of host) readHost(each, POSTGRESQL_PORT);
  const grant = grantOf(options, passwordFile);
  const role = postgresqlRole({ ...grant, database, user });
  const access = accessOf(host, grant);
  return {
    config: configOf(
      'postgresql',
      options,
      notify === undefined ? access : [...access, `notify: ${readChannel(notify)}`],
    ),
    head: serverHead('psql', 'sudo -u postgres sh'),
    commands: [
      ...roleCommands(grant, role),
      ...(notify === undefined ? [] : triggerCommands(notify, options.preset, role)),
    ],
  };
}

/** Lines for a shell that make the tables tell of changes; they may be run alone, and again. */
const triggerCommands = (
  channel: string,
  preset: SqlPresetName,
  { client }: Pick<RoleStatements, 'client'>,
): readonly string[] => [
  '(',
  'set -eu',
  "{ echo 'SET client_min_messages = warning;'; cat <<'END'",
  ...notifyTriggers(channel, SQL_PRESETS[preset].columns, NOTICES[preset] ?? {}),
  'END',
  `} | ${client.map(quote).join(' ')}`,
  ')',
];

function readChannel(text: string): string {
  const { data, error } = postgresqlSettings.shape.notify.safeParse(text);
  if (data !== undefined) return data;
  throw new CliError(
    EXIT.usage,
    `--notify ${text} ${error?.issues[0]?.message ?? 'is no channel'}`,
  );
}

/** The same for MySQL and MariaDB. */
export async function initMysql(options: MysqlOptions): Promise<number> {
  return printParts(options, prepareMysql(options));
}

/** Makes what is printed. */
export function prepareMysql(options: MysqlOptions, passwordFile?: string): PreparedSql {
  const { host = ['/run/mysqld/mysqld.sock'] } = options;
  const grant = grantOf(options, passwordFile);
  const from = options.from ?? connectsFrom(host);
  return {
    config: configOf('mysql', options, accessOf(host, grant)),
    head: serverHead('mysql', 'sudo sh'),
    commands: roleCommands(grant, mysqlRole({ ...grant, from })),
  };
}

/** The same for a file of SQLite, which knows rights of files only. */
export async function initSqlite(options: SqliteOptions): Promise<number> {
  return printParts(options, prepareSqlite(options));
}

/** Makes what is printed. */
export function prepareSqlite(options: SqliteOptions): PreparedSql {
  const path = quote(options.path);
  return {
    config: configOf('sqlite', options, [`path: ${scalar(options.path)}`]),
    head: [
      '# Commands that let the group of the user of idpmap read the file, and nothing more: it is opened read-only. The directory',
      '# of the file has to be open to the group as well (x), and to write for it where the file is in WAL mode.',
    ],
    commands: ['(', 'set -eu', `chgrp idpmap ${path}`, `chmod g=r ${path}`, ')'],
  };
}

const serverHead = (client: string, shell: string): readonly string[] => [
  `# Commands that make the login of idpmap, for a shell in which "${client}" is an administrator of the database: ${shell} on`,
  '# its machine. They write its password into a file of this directory: put it beside idpmap.yaml, for the user of idpmap',
  '# alone to read.',
];

const CONFIG_HEAD = '# idpmap.yaml, to begin with. "idpmap check" tells whether it works.';

function printParts(options: CommonSqlOptions, { config, head, commands }: PreparedSql): number {
  const parts = {
    config: [...editorLines(), CONFIG_HEAD, ...config],
    commands: [...head, ...commands],
  };
  const lines =
    options.only === undefined ? [...parts.config, '', ...parts.commands] : parts[options.only];
  print(options, { config: `${config.join('\n')}\n`, commands }, lines.join('\n'));
  return EXIT.ok;
}

/** Named for its preset, in the letters that a directory's name may have. */
const directoryOf = (preset: SqlPresetName): string => preset.replaceAll('_', '-');

const grantOf = (
  { preset, database, user }: ServerOptions,
  passwordFile = `${directoryOf(preset)}.password`,
): SqlGrant => ({ database, user, columns: SQL_PRESETS[preset].columns, passwordFile });

function configOf(
  type: SqlConfig['type'] & Dialect,
  { preset, domain = [], statements = false }: CommonSqlOptions,
  access: readonly string[],
): readonly string[] {
  const domains = domain.map(readDomain);
  const { listDomains, ...people } = presetStatements(preset, type);
  if (domains.length === 0 && listDomains === undefined)
    throw new CliError(
      EXIT.usage,
      `${preset} keeps no list of domains, so name yours: --domain example.org`,
    );
  return sqlConfig({
    directory: directoryOf(preset),
    type,
    access,
    preset,
    domains,
    statements: statements ? people : {},
    ...(domains.length === 0 && listDomains !== undefined && { listDomains }),
  });
}

const accessOf = (
  hosts: readonly string[],
  { database, user, passwordFile }: SqlGrant,
): readonly string[] => [
  `hosts: ${hosts.length === 1 ? scalar(hosts[0] ?? '') : `[${hosts.map(scalar).join(', ')}]`}`,
  `database: ${scalar(database)}`,
  `user: ${scalar(user)}`,
  `password: { file: ${scalar(passwordFile)} }`,
];

/** Reads a value of `--host`. */
export function readHost(given: string, port: number) {
  try {
    return parseHost(given, port);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CliError(EXIT.usage, `--host ${error.message}`, { cause: error });
  }
}

/** As whom MySQL sees idpmap, where that is plain. */
function connectsFrom(hosts: readonly string[]): string {
  const all = hosts.map((host) => readHost(host, MYSQL_PORT));
  if (all.every(({ kind }) => kind === 'unix')) return 'localhost';
  if (all.every(staysHere)) return '127.0.0.1';
  throw new CliError(
    EXIT.usage,
    'MySQL wants to know from where idpmap connects, add --from 192.0.2.10, or --from 10.0.0.% for a network',
  );
}
