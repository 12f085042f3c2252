import { stringify } from 'yaml';
import type { KeyMode } from '../maps/keys.ts';
import { printable } from '../printable.ts';
import { CliError, EXIT } from './exit.ts';
import { type Imported, importTables, type Order, type Replacement } from './import/directories.ts';
import { type Line, parseLine, tellOthers } from './import/lines.ts';
import { tellMistakes } from './import/mistakes.ts';
import type { Note } from './import/reader.ts';
import { readNamed, readText, tellLetters } from './import/texts.ts';

export interface ImportOptions {
  /** What the maps of the files try for a key. */
  readonly keys: KeyMode;
  /** Lines of main.cf, `PARAMETER=FILE,FILE`: a map each, with the keys of that parameter. */
  readonly map?: readonly string[];
}

/**
 * Prints the configuration that Postfix's `ldap:` files come to. What is not carried over as it stands is named on
 * standard error and in comments; passwords are not printed.
 */
export async function importLdapTables(
  files: readonly string[],
  { keys, map = [] }: ImportOptions,
): Promise<number> {
  const lines = map.map((text) => readLine(text));
  if (files.length + lines.length === 0)
    throw new CliError(EXIT.usage, 'name the files, or --map PARAMETER=FILE,FILE');
  const orders: readonly Order[] = [
    ...(await Promise.all(lines.map(readOrder))),
    ...(files.length === 0 ? [] : [{ keys, files: await Promise.all(files.map(readText)) }]),
  ];
  const given = orders.flatMap((order) => order.files);
  const others = await readNamed(given);
  const imported = importTables(orders, others);
  const notes = [
    ...lines.flatMap((line) => tellOthers(line)),
    ...tellOrder(imported, keys),
    ...[...given, ...others].flatMap(tellLetters),
    ...imported.notes,
    ...(await tellMistakes(imported)),
  ];
  process.stdout.write(format({ ...imported, notes }));
  for (const note of notes) process.stderr.write(`${printable(formatNote(note))}\n`);
  return notes.some(({ isEssential }) => isEssential) ? EXIT.data : EXIT.ok;
}

function readLine(text: string): Line {
  try {
    return parseLine(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CliError(EXIT.usage, `--map ${error.message}`, { cause: error });
  }
}

const readOrder = async ({ parameter, keys, items }: Line): Promise<Order> => ({
  parameter,
  keys,
  files: await Promise.all(
    items.flatMap((item) => (item.kind === 'own' ? [readText(item.file)] : [])),
  ),
});

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

/** On one line: it may quote the file. */
const formatNote = ({ where, text, isEssential }: Note): string =>
  `${where}: ${isEssential ? 'MISSING: ' : ''}${text.replaceAll(/\s+/g, ' ')}`;

function formatReplacement({ parameter, specs, map }: Replacement): string {
  const name = parameter === undefined ? '' : `${parameter} = `;
  const before = specs.map((spec) => `ldap:${spec}`).join(', ');
  return `  ${name}${before} becomes ${name}socketmap:inet:127.0.0.1:9100:${map}`;
}

function format({ settings, replacements, notes }: Imported): string {
  const remarks = [
    'What Postfix asked of LDAP, to be put into the configuration, beside domains. Maps that are',
    'written out take the place of all built-in ones: add those that you use. In main.cf:',
    ...replacements.map(formatReplacement),
    'Postfix asks a socketmap for whole keys only. A table that it asked for parts of a key as well',
    'needs `keys`: virtual (virtual_alias_maps), recipient (virtual_mailbox_maps), address (access maps',
    'of addresses), host (access maps of clients) or domain (transport_maps). Without, the key is looked',
    'up as it is. Tables of one line are one map then: --map PARAMETER=FILE,FILE makes it, with the keys',
    'of that parameter.',
    ...(notes.length === 0 ? [] : ['To be looked at:']),
    ...notes.map((note) => `  ${formatNote(note)}`),
  ];
  const comments = remarks.map((remark) => `# ${remark}\n`).join('');
  return comments + stringify(settings, { version: '1.2', schema: 'core', lineWidth: 0 });
}
