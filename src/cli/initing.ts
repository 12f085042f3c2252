import { type Command, Option } from 'commander';
import { PRESETS_OF } from '../directory/sql/presets/presets.ts';
import type { MysqlOptions, PostgresqlOptions, SqliteOptions } from './init/sql.ts';
import type { InitOptions } from './init.ts';

/** Adds the commands that print what to begin with; `exitWith` ends the program with a code. */
export function addInit(
  program: Command,
  exitWith: (code: Promise<number>) => Promise<void>,
): void {
  const init = program.command('init').description('print what to begin with');

  /** What all of them take. */
  const finish = (command: Command): Command =>
    command
      .addOption(new Option('--only <part>', 'print one part').choices(['config', 'commands']))
      .option('--json', 'print JSON');

  finish(
    init
      .command('keycloak')
      .description(
        'print a configuration for a realm, and the commands that let idpmap look into it',
      )
      .requiredOption('--url <url>', 'where Keycloak answers, with its path prefix if it has one')
      .requiredOption('--realm <realm>', 'the realm that people with mail are in')
      .option('--client <client>', 'the client that is to be made', 'idpmap')
      .option(
        '--domain <domains...>',
        'domains of the mail; with --organizations the only ones taken',
      )
      .addOption(
        new Option('--aliases [attribute]', 'aliases, from a user attribute').preset('mailAlias'),
      )
      .addOption(
        new Option('--groups [attribute]', 'groups, from a group attribute').preset('mail'),
      )
      .option('--organizations', 'domains, from the organizations of the realm')
      .option('--events', 'let changes in Keycloak count within seconds'),
  ).action((options: InitOptions) =>
    exitWith(import('./init.ts').then(({ initKeycloak }) => initKeycloak(options))),
  );

  /** The command of one database. */
  const initSql = (type: keyof typeof PRESETS_OF, product: string): Command =>
    finish(
      init
        .command(type)
        .description(
          `print a configuration for ${product}, and the commands that let idpmap read it`,
        )
        .addOption(
          new Option('--preset <preset>', 'whose tables they are')
            .choices(PRESETS_OF[type])
            .makeOptionMandatory(),
        )
        .option('--domain <domains...>', 'domains of the mail; else those that the database lists')
        .option('--statements', 'write the statements of the preset, to change them'),
    );
  const withServer = (command: Command, socket: string): Command =>
    command
      .option('--host <hosts...>', `the servers, or a socket; else ${socket}`)
      .requiredOption('--database <database>', 'the name of the database')
      .option('--user <user>', 'the login that is to be made', 'idpmap');

  withServer(initSql('postgresql', 'a database of PostgreSQL'), '/run/postgresql')
    .addOption(
      new Option(
        '--notify [channel]',
        'let changes count at once: the tables tell of them on a channel',
      ).preset('idpmap'),
    )
    .action((options: PostgresqlOptions) =>
      exitWith(import('./init/sql.ts').then(({ initPostgresql }) => initPostgresql(options))),
    );
  withServer(initSql('mysql', 'a database of MySQL or MariaDB'), '/run/mysqld/mysqld.sock')
    .option('--from <host>', 'from where idpmap connects, as MySQL writes it: 192.0.2.10, 10.0.0.%')
    .action((options: MysqlOptions) =>
      exitWith(import('./init/sql.ts').then(({ initMysql }) => initMysql(options))),
    );
  initSql('sqlite', 'a file of SQLite')
    .requiredOption('--path <path>', 'the file')
    .action((options: SqliteOptions) =>
      exitWith(import('./init/sql.ts').then(({ initSqlite }) => initSqlite(options))),
    );
}
