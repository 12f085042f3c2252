import type { KeyMode } from '../../maps/keys.ts';
import { type Imported, importTables, type Replacement } from './directories.ts';
import { tellOthers } from './lines.ts';
import { tellMistakes } from './mistakes.ts';
import { type ImportOptions, readOrders } from './orders.ts';
import { printImported } from './output.ts';
import type { Note } from './reader.ts';
import { readNamed, tellLetters } from './texts.ts';

/**
 * Prints the configuration that Postfix's `ldap:` files come to. What is not carried over as it stands is named on
 * standard error and in comments; passwords are not printed.
 */
export async function importLdapTables(
  files: readonly string[],
  options: ImportOptions,
): Promise<number> {
  const { lines, orders } = await readOrders('ldap', files, options);
  const given = orders.flatMap((order) => order.files);
  const others = await readNamed(given);
  const imported = importTables(orders, others);
  const notes = [
    ...lines.flatMap((line) => tellOthers(line)),
    ...tellOrder(imported, options.keys),
    ...[...given, ...others].flatMap(tellLetters),
    ...imported.notes,
    ...(await tellMistakes(imported)),
  ];
  return printImported(imported.settings, notes, [
    'What Postfix asked of LDAP, to be put into the configuration, beside domains. Maps that are',
    'written out take the place of all built-in ones: add those that you use. In main.cf:',
    ...imported.replacements.map(formatReplacement),
    'Postfix asks a socketmap for whole keys only. A table that it asked for parts of a key as well',
    'needs `keys`: virtual (virtual_alias_maps), recipient (virtual_mailbox_maps), address (access maps',
    'of addresses), host (access maps of clients) or domain (transport_maps). Without, the key is looked',
    'up as it is. Tables of one line are one map then: --map PARAMETER=FILE,FILE makes it, with the keys',
    'of that parameter.',
  ]);
}

/** Whoever names files of several lines at once sees what became of them. */
function tellOrder({ replacements }: Imported, keys: KeyMode): readonly Note[] {
  return replacements.flatMap(({ parameter, specs, map }) =>
    parameter !== undefined || specs.length < 2
      ? []
      : [
          {
            where: `--keys ${keys}`,
            text: `the map ${map} asks ${specs.join(', ')} in this order, as tables of one line of main.cf: name those of different lines with --map PARAMETER=FILE,FILE`,
            isEssential: false,
          },
        ],
  );
}

function formatReplacement({ parameter, specs, map }: Replacement): string {
  const name = parameter === undefined ? '' : `${parameter} = `;
  const before = specs.map((spec) => `ldap:${spec}`).join(', ');
  return `  ${name}${before} becomes ${name}socketmap:inet:127.0.0.1:9100:${map}`;
}
