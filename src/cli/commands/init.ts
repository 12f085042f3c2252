import { type Command, Option } from 'commander';
import { PRESETS_OF } from '../../directory/sql/presets/presets.ts';
import type { TypeName } from '../init/begin.ts';
import type { InitOptions } from '../init/keycloak.ts';
import type { MysqlOptions, PostgresqlOptions, SqliteOptions } from '../init/sql.ts';
import type { ExitWith } from './add.ts';

const PRODUCTS = {
  postgresql: 'a database of PostgreSQL',
  mysql: 'a database of MySQL or MariaDB',
  sqlite: 'a file of SQLite',
} as const;

/** Adds the commands that make what to begin with. */
export function addInit(program: Command, exitWith: ExitWith): void {
  const init = program
    .command('init')
    .description('make what to begin with; in a terminal it asks, and tries what is answered');

  const begin = (
    name: TypeName,
    options: object,
    printAtOnce?: () => Promise<number>,
  ): Promise<void> =>
    exitWith(
      import('../init/begin.ts').then((loaded) => loaded.begin(name, { ...options }, printAtOnce)),
    );

  /** What all of them take. */
  const finish = (command: Command): Command =>
    command
      .option('--output <file>', 'write the configuration there; else it is printed')
      .option('--force', 'overwrite files that are there')
      .option('--no-try', 'do not try what was answered')
      .addOption(new Option('--only <part>', 'print one part').choices(['config', 'commands']))
      .option('--json', 'print JSON');

  const withPostmaster = (command: Command): Command =>
    command.option('--postmaster <address>', 'who gets mail for postmaster and abuse');

  finish(
    withPostmaster(
      init
        .command('file')
        .description('make a configuration for a people file, and the file')
        .option('--account <addresses...>', 'the first accounts of a new people file')
        .option('--people <file>', 'a people file that is there, in place of a new one')
        .option('--domain <domains...>', 'domains of the mail; else those of the accounts'),
    ),
  ).action((options: object) => begin('file', options));

  finish(
    withPostmaster(
      init
        .command('ldap')
        .description('make a configuration for an LDAP server, which is asked what it is')
        .option('--url <urls...>', 'where it answers: ldaps://ldap.example.org')
        .option('--start-tls', 'secure ldap:// by StartTLS')
        .option('--ca <file>', 'the authority that signed its certificate, PEM')
        .option('--bind-dn <dn>', 'as whom it is asked; "anonymous" for nobody')
        .option('--password-file <file>', 'where the password of that lies')
        .option('--base <dn>', 'below which entry people lie; else the server says')
        .option('--preset <preset>', 'which server it is; else it says')
        .option('--domain <domains...>', 'domains of the mail; else that of the base'),
    ),
  ).action((options: object) => begin('ldap', options));

  finish(
    init
      .command('keycloak')
      .description(
        'make a configuration for a realm, and the commands that let idpmap look into it',
      )
      .option('--url <url>', 'where Keycloak answers, with its path prefix if it has one')
      .option('--realm <realm>', 'the realm that people with mail are in')
      .option('--client <client>', 'the client that is to be made; else idpmap')
      .option('--secret-file <file>', 'where the secret of a client lies that there is')
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
    begin('keycloak', options, async () =>
      (await import('../init/keycloak.ts')).initKeycloak({
        ...options,
        client: options.client ?? 'idpmap',
      }),
    ),
  );

  /** The command of one database. */
  const initSql = (type: keyof typeof PRODUCTS): Command =>
    finish(
      init
        .command(type)
        .description(
          `make a configuration for ${PRODUCTS[type]}, and the commands that let idpmap read it`,
        )
        .addOption(
          new Option('--preset <preset>', 'whose tables they are').choices(PRESETS_OF[type]),
        )
        .option('--domain <domains...>', 'domains of the mail; else those that the database lists')
        .option('--statements', 'write the statements of the preset, to change them'),
    );
  const withServer = (command: Command, socket: string): Command =>
    command
      .option('--host <hosts...>', `the servers, or a socket; else ${socket}`)
      .option('--database <database>', 'the name of the database')
      .option('--user <user>', 'the login that is to be made; else idpmap')
      .option('--password-file <file>', 'where the password of a login lies that there is');

  withServer(initSql('postgresql'), '/run/postgresql')
    .addOption(
      new Option(
        '--notify [channel]',
        'let changes count at once: the tables tell of them on a channel',
      ).preset('idpmap'),
    )
    .action((options: PostgresqlOptions) =>
      begin('postgresql', options, async () =>
        (await import('../init/sql.ts')).initPostgresql(withUser(options)),
      ),
    );
  withServer(initSql('mysql'), '/run/mysqld/mysqld.sock')
    .option('--from <host>', 'from where idpmap connects, as MySQL writes it: 192.0.2.10, 10.0.0.%')
    .action((options: MysqlOptions) =>
      begin('mysql', options, async () =>
        (await import('../init/sql.ts')).initMysql(withUser(options)),
      ),
    );
  initSql('sqlite')
    .option('--path <path>', 'the file')
    .action((options: SqliteOptions) =>
      begin('sqlite', options, async () => (await import('../init/sql.ts')).initSqlite(options)),
    );
}

const withUser = <O extends { readonly user?: string }>(options: O): O & { user: string } => ({
  ...options,
  user: options.user ?? 'idpmap',
});
