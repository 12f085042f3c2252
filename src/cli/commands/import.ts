import { type Command, Option } from 'commander';
import { KEY_MODES } from '../../maps/keys.ts';
import type { MainCfOptions } from '../import/maincf.ts';
import type { ImportOptions } from '../import/orders.ts';
import type { SockmapdOptions } from '../import/sql.ts';
import type { ExitWith } from './add.ts';

/** Adds the commands that make configuration of what Postfix asked until now. */
export function addImport(program: Command, exitWith: ExitWith): void {
  const importing = program
    .command('import')
    .description('turn what Postfix asked until now into configuration');

  /** A command for Postfix's tables of one type. */
  const importTables = (type: string): Command =>
    importing
      .command(`${type}-table [files...]`)
      .description(`make directories and maps of Postfix's ${type}: tables`)
      .addOption(
        new Option(
          '--keys <keys>',
          'what the map of the files tries for a key, as Postfix did where it looked the tables up; but for exact, they are one map, asked in this order',
        )
          .choices(KEY_MODES)
          .default('exact'),
      )
      .option(
        '--map <parameter=files>',
        'make one map of the tables of a line of main.cf (virtual_alias_maps=a.cf,b.cf), with its keys and in its order; may be repeated',
        append,
      );

  importTables('ldap').action((files: string[], options: ImportOptions) =>
    exitWith(
      import('../import/ldap.ts').then(({ importLdapTables }) => importLdapTables(files, options)),
    ),
  );
  for (const type of ['pgsql', 'mysql', 'sqlite'] as const)
    importTables(type).action((files: string[], options: ImportOptions) =>
      exitWith(
        import('../import/sql.ts').then(({ importSqlFiles }) =>
          importSqlFiles(type, files, options),
        ),
      ),
    );
  importing
    .command('main.cf <file>')
    .description(
      'make directories and maps of all tables of main.cf that ask a server: the file, or - for what postconf -n prints',
    )
    .option('--endpoint <endpoint>', 'where Postfix asks idpmap', 'inet:127.0.0.1:9100')
    .action((file: string, options: MainCfOptions) =>
      exitWith(
        import('../import/maincf.ts').then(({ importMainCfFile }) =>
          importMainCfFile(file, options),
        ),
      ),
    );
  importing
    .command('sockmapd <file>')
    .description("make directories and maps of sockmapd's config.json")
    .option(
      '--keys <service=keys>',
      'what the map of a service tries for a key (host, address …); may be repeated',
      append,
    )
    .action((file: string, options: SockmapdOptions) =>
      exitWith(
        import('../import/sql.ts').then(({ importSockmapdFile }) =>
          importSockmapdFile(file, options),
        ),
      ),
    );
}

/** Gathers an option that may be repeated. */
function append(one: string, others: readonly string[] = []): readonly string[] {
  return [...others, one];
}
