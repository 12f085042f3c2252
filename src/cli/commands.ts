import type { Command } from 'commander';
import type { AddCommand, ExitWith } from './commands/add.ts';
import { addCompareOptions } from './commands/compare.ts';
import { addFleet } from './commands/fleet.ts';
import { addImport } from './commands/import.ts';
import { addInit } from './commands/init.ts';
import { addMirror } from './commands/mirror.ts';
import type { CommonOptions } from './common.ts';
import type { DoctorOptions } from './doctor/doctor.ts';
import type { PeopleOptions } from './people.ts';
import type { PostfixOptions } from './postfix/postfix.ts';
import type { RcptOptions } from './rcpt.ts';
import type { StatusOptions } from './status.ts';

/** Where Postfix keeps its queue, and Debian's its jail. */
const QUEUE_DIRECTORY = '/var/spool/postfix';

/** Adds all commands but `serve`. */
export function addCommands(add: AddCommand, program: Command, exitWith: ExitWith): void {
  add(
    program,
    'lookup <map> <key>',
    'ask a map of the running daemon: exits 0 OK, 1 NOTFOUND, 75 TEMP, 78 PERM',
  )
    .option('--direct', 'ask the directories from here, no daemon is needed')
    .option('--endpoint <endpoint>', 'ask any socketmap server, tcp://HOST:PORT or unix:PATH')
    .option('--expect <status>', 'exit 0 exactly if the answer is OK, NOTFOUND, TEMP or PERM')
    .action((map: string, key: string, options: CommonOptions) =>
      exitWith(import('./lookup.ts').then(({ lookup }) => lookup(map, key, options))),
    );
  add(program, 'explain [address]', 'tell why an address is answered as it is')
    .option('--login <login>', 'tell whether who is logged in so may send as the address')
    .option('--id <id>', 'tell of the TEMP whose reason in mail.log ends with this id')
    .option('--direct', 'ask the directories from here, no daemon is needed')
    .action((address: string | undefined, options: CommonOptions) =>
      exitWith(import('./explain.ts').then(({ explain }) => explain(address, options))),
    );
  add(
    program,
    'status',
    'tell how mail fares: exits 0 for well, 1 for a warning, 2 while it is deferred',
  )
    .option('--watch [interval]', 'tell it again and again')
    .option('--shadow', 'list the addresses of which shadows differ, instead')
    .action((options: StatusOptions) =>
      exitWith(import('./status.ts').then(({ status }) => status(options))),
    );
  add(program, 'check', 'check the configuration and every directory')
    .option('--queue-directory <directory>', 'Postfix’s', QUEUE_DIRECTORY)
    .action((options: CommonOptions & { queueDirectory: string }) =>
      exitWith(import('./check/check.ts').then(({ check }) => check(options))),
    );
  add(
    program,
    'accept <directory>',
    'let the running daemon take what a directory’s guard holds back',
  ).action((directory: string, options: CommonOptions) =>
    exitWith(import('./accept.ts').then(({ accept }) => accept(directory, options))),
  );
  add(program, 'doctor', 'look at this machine and its Postfix, with the eyes of the configuration')
    .option('--postfix-config <directory>', 'where main.cf lies; else Postfix says')
    .option('--user <user>', 'who runs the daemon; else who systemd’s unit says, or you')
    .action((options: DoctorOptions) =>
      exitWith(import('./doctor/doctor.ts').then(({ doctor }) => doctor(options))),
    );
  add(program, 'postfix', 'print the lines for Postfix’s main.cf, compare them or write them')
    .option('--queue-directory <directory>', 'Postfix’s; else Postfix says')
    .option('--postfix-config <directory>', 'where main.cf lies; else Postfix says')
    .option('--relay', 'for a relay in front of the host that has the mailboxes')
    .option('--diff', 'show what Postfix has otherwise, and what would be lost')
    .option('--apply', 'write that into main.cf and master.cf, which are copied before')
    .option('--keep', 'keep tables and domains of main.cf’s, before idpmap’s')
    .option('--yes', 'apply it without a question')
    .action((options: PostfixOptions) =>
      exitWith(import('./postfix/postfix.ts').then(({ postfix }) => postfix(options))),
    );
  add(
    program,
    'drill [addresses...]',
    'rehearse an outage of the directories, without touching the running daemon',
  )
    .option('--from <file>', 'addresses to ask for, one a line; - reads standard input')
    .option('--for <duration>', 'how long the directories are cut', '5s')
    .option('--hang', 'let the directories never answer, rather than refuse')
    .action((addresses: string[], options: CommonOptions & { for: string }) =>
      exitWith(import('./drill.ts').then(({ drill }) => drill(addresses, options))),
    );

  addCompareOptions(
    add(
      program,
      'compare <old> <map> [addresses...]',
      "ask Postfix's table of old and a map for the same addresses: tell what mail would notice",
    ),
    exitWith,
  );
  addInit(program, exitWith);

  program
    .command('rcpt <address>')
    .description(
      'ask a Postfix over SMTP what it says to a recipient: exits 0 for 2xx, 1 for 5xx, 75 for 4xx and without a connection',
    )
    .option('--server <host:port>', 'the Postfix', '127.0.0.1:25')
    .option('--from <address>', 'the sender; <> is the null sender', '<>')
    .option('--expect <code>', 'exit 0 exactly if this is the code: 250, or 5xx for all of a kind')
    .option('--timeout <duration>', 'for all of it', '30s')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
It asks the way mail comes in, through Postfix’s jail and with its rights, and
leaves before any mail is sent. “postmap -q”, run as root, finds a table that
Postfix itself may not be able to open. Postfix may let whoever asks from its
own network (mynetworks) send to foreign domains too.`,
    )
    .action((address: string, options: RcptOptions) =>
      exitWith(import('./rcpt.ts').then(({ rcpt }) => rcpt(address, options))),
    );

  const cache = program.command('cache').description('what the running daemon remembers');
  add(cache, 'purge', 'forget what is remembered of an address, a domain or a directory')
    .option('--address <address>', 'one address')
    .option('--domain <domain>', 'a domain')
    .option('--directory <directory>', 'a directory')
    .option('--all', 'everybody')
    .option('--here', 'of a fleet, in this daemon alone')
    .action((options: CommonOptions) =>
      exitWith(import('./purge.ts').then(({ purge }) => purge(options))),
    );

  addFleet(add, program, exitWith);
  addMirror(add, program, exitWith);

  const config = program.command('config').description('the configuration itself');
  add(config, 'print', 'print the effective settings, secrets as ***').action(
    (options: CommonOptions) =>
      exitWith(import('./config.ts').then(({ configPrint }) => configPrint(options))),
  );
  add(config, 'validate', 'check the configuration without asking any directory').action(
    (options: CommonOptions) =>
      exitWith(import('./config.ts').then(({ configValidate }) => configValidate(options))),
  );
  config
    .command('schema')
    .description('print the JSON Schema of the configuration')
    .action(() => exitWith(import('./config.ts').then(({ configSchema }) => configSchema())));
  config
    .command('env')
    .description('print every setting as a variable of the environment')
    .action(() =>
      exitWith(import('./config.ts').then(({ configEnvironment }) => configEnvironment())),
    );

  const people = program.command('people').description('a people file: the directory `type: file`');
  people
    .command('check <file>')
    .description('check it as the daemon does: exits 65 for mistakes')
    .option('--json', 'print JSON')
    .action((file: string, options: PeopleOptions) =>
      exitWith(import('./people.ts').then(({ peopleCheck }) => peopleCheck(file, options))),
    );
  people
    .command('seal <file>')
    .description('let it end with a mark that counts, without which it is taken for cut off')
    .option('--json', 'print JSON')
    .action((file: string, options: PeopleOptions) =>
      exitWith(import('./people.ts').then(({ peopleSeal }) => peopleSeal(file, options))),
    );

  addImport(program, exitWith);
}
