#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { accept } from './cli/accept.ts';
import { check } from './cli/check.ts';
import type { CommonOptions } from './cli/common.ts';
import { configEnvironment, configPrint, configSchema, configValidate } from './cli/config.ts';
import { drill } from './cli/drill.ts';
import { CliError, EXIT } from './cli/exit.ts';
import { explain } from './cli/explain.ts';
import { importLdapTables } from './cli/importldap.ts';
import { type InitOptions, initKeycloak } from './cli/init.ts';
import { lookup } from './cli/lookup.ts';
import { postfix } from './cli/postfix.ts';
import { purge } from './cli/purge.ts';
import { serve } from './cli/serve.ts';

/** Where Postfix keeps its queue, and Debian's its jail. */
const QUEUE_DIRECTORY = '/var/spool/postfix';

const { version }: { version: string } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);

const program = new Command('idpmap')
  .description('Answers Postfix’s lookups from your identity provider.')
  .version(version)
  .exitOverride()
  .showSuggestionAfterError()
  .addHelpText('after', '\nExit codes are those of sysexits(3). Settings: docs/configuration.md.');

/** Adds a command with the options that all have. */
const add = (parent: Command, usage: string, description: string): Command =>
  parent
    .command(usage)
    .description(description)
    .option(
      '-c, --config <file>',
      'the configuration; else IDPMAP_CONFIG, else /etc/idpmap/idpmap.yaml',
    )
    .option('--demo', 'use the demo’s configuration')
    .option('--json', 'print JSON');

/** Hands a command's exit code on. */
const exitWith = async (code: Promise<number>): Promise<void> => {
  process.exitCode = await code;
};

add(program, 'serve', 'answer Postfix until told to stop')
  .option('--takeover', 'take the endpoints over from a running daemon, which then stops')
  .action((options: CommonOptions) => exitWith(serve(options)));
add(
  program,
  'lookup <map> <key>',
  'ask a map of the running daemon: exits 0 OK, 1 NOTFOUND, 75 TEMP, 78 PERM',
)
  .option('--direct', 'ask the directories from here, no daemon is needed')
  .option('--endpoint <endpoint>', 'ask any socketmap server, tcp://HOST:PORT or unix:PATH')
  .action((map: string, key: string, options: CommonOptions) =>
    exitWith(lookup(map, key, options)),
  );
add(program, 'explain [address]', 'tell why an address is answered as it is')
  .option('--login <login>', 'tell whether who is logged in so may send as the address')
  .option('--id <id>', 'tell of the TEMP whose reason in mail.log ends with this id')
  .option('--direct', 'ask the directories from here, no daemon is needed')
  .action((address: string | undefined, options: CommonOptions) =>
    exitWith(explain(address, options)),
  );
add(program, 'check', 'check the configuration and every directory')
  .option('--queue-directory <directory>', 'Postfix’s', QUEUE_DIRECTORY)
  .action((options: CommonOptions & { queueDirectory: string }) => exitWith(check(options)));
add(
  program,
  'accept <directory>',
  'let the running daemon take what a directory’s guard holds back',
).action((directory: string, options: CommonOptions) => exitWith(accept(directory, options)));
add(program, 'postfix', 'print the lines for Postfix’s main.cf')
  .option('--queue-directory <directory>', 'Postfix’s', QUEUE_DIRECTORY)
  .option('--relay', 'for a relay in front of the host that has the mailboxes')
  .action((options: CommonOptions & { queueDirectory: string }) => exitWith(postfix(options)));
add(
  program,
  'drill [addresses...]',
  'rehearse an outage of the directories, without touching the running daemon',
)
  .option('--from <file>', 'addresses to ask for, one a line; - reads standard input')
  .option('--for <duration>', 'how long the directories are cut', '5s')
  .option('--hang', 'let the directories never answer, rather than refuse')
  .action((addresses: string[], options: CommonOptions & { for: string }) =>
    exitWith(drill(addresses, options)),
  );

program
  .command('init')
  .description('print what to begin with')
  .command('keycloak')
  .description('print a configuration for a realm, and the commands that let idpmap look into it')
  .requiredOption('--url <url>', 'where Keycloak answers, with its path prefix if it has one')
  .requiredOption('--realm <realm>', 'the realm that people with mail are in')
  .option('--client <client>', 'the client that is to be made', 'idpmap')
  .option('--domain <domains...>', 'domains of the mail; with --organizations the only ones taken')
  .addOption(
    new Option('--aliases [attribute]', 'aliases, from a user attribute').preset('mailAlias'),
  )
  .addOption(new Option('--groups [attribute]', 'groups, from a group attribute').preset('mail'))
  .option('--organizations', 'domains, from the realm’s organizations')
  .option('--events', 'let changes in Keycloak count within seconds')
  .addOption(new Option('--only <part>', 'print one part').choices(['config', 'commands']))
  .option('--json', 'print JSON')
  .action((options: InitOptions) => exitWith(initKeycloak(options)));

const cache = program.command('cache').description('what the running daemon remembers');
add(cache, 'purge', 'forget what is remembered of')
  .option('--address <address>', 'one address')
  .option('--domain <domain>', 'a domain')
  .option('--directory <directory>', 'a directory')
  .option('--all', 'everybody')
  .action((options: CommonOptions) => exitWith(purge(options)));

const config = program.command('config').description('the configuration itself');
add(config, 'print', 'print the effective settings, secrets as ***').action(
  (options: CommonOptions) => exitWith(configPrint(options)),
);
add(config, 'validate', 'check the configuration without asking any directory').action(
  (options: CommonOptions) => exitWith(configValidate(options)),
);
config
  .command('schema')
  .description('print the JSON Schema of the configuration')
  .action(() => exitWith(configSchema()));
config
  .command('env')
  .description('print every setting as a variable of the environment')
  .action(() => exitWith(configEnvironment()));

program
  .command('import')
  .description('turn what Postfix asked until now into configuration')
  .command('ldap-table <files...>')
  .description('make directories and maps of Postfix’s ldap: tables')
  .addOption(
    new Option(
      '--keys <keys>',
      'what the maps try for a key, as Postfix did where it looked the table up',
    )
      .choices(['exact', 'address', 'domain', 'host'])
      .default('exact'),
  )
  .action((files: string[], options: { keys: string }) =>
    exitWith(importLdapTables(files, options)),
  );

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Tells what went wrong, without a stack where it is not ours; gives the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof CliError) {
    process.stderr.write(`idpmap: ${error.message}\n`);
    return error.code;
  }
  process.stderr.write(
    `idpmap: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return EXIT.software;
}
