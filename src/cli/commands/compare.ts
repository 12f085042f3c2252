import { type Command, Option } from 'commander';
import { KEY_MODES } from '../../maps/keys.ts';
import { type CompareOptions, MAP_KINDS } from '../compare/options.ts';
import type { ExitWith } from './add.ts';

/** Gives the command its options. */
export function addCompareOptions(command: Command, exitWith: ExitWith): void {
  command
    .option('--from <file>', 'addresses to compare, one a line; - reads standard input')
    .option('--log <file>', 'compare all addresses of a mail.log (also .gz); - reads it')
    .option('--table', 'compare all keys of the old table, by postmap -s')
    .option('--direct', 'ask the directories from here, no daemon is needed')
    .option('--endpoint <endpoint>', 'ask any socketmap server, tcp://HOST:PORT or unix:PATH')
    .addOption(
      new Option('--as <kind>', 'what the map means; else the configuration says').choices(
        MAP_KINDS,
      ),
    )
    .addOption(
      new Option(
        '--keys <keys>',
        'what Postfix tries for a key in the old table; else as it does for the kind of map',
      ).choices(KEY_MODES),
    )
    .option('--postfix-config <directory>', 'where main.cf lies; else Postfix says')
    .option('--all', 'tell of those that are alike, too: order, case, extension')
    .addHelpText(
      'after',
      `
OLD is what main.cf has: TYPE:NAME, several with commas, a socketmap
(socketmap:inet:HOST:PORT:MAP), or the name of the parameter that has them.
Postfix's own tables are asked by postmap, as root, and for what Postfix tries:
the address without its extension, its domain. A table's catch-all
(@example.org) is compared by an address that nobody has.`,
    )
    .action((old: string, map: string, addresses: string[], options: CompareOptions) =>
      exitWith(
        import('../compare/compare.ts').then(({ compare }) =>
          compare(old, map, addresses, options),
        ),
      ),
    );
}
