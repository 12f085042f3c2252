import { readFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import { reasonOf } from '../reason.ts';
import { CliError, EXIT } from './exit.ts';
import { type Imported, importTables, type TextFile } from './import/directories.ts';
import type { Note } from './import/reader.ts';

export interface ImportOptions {
  /** What the maps try for a key. */
  readonly keys: string;
}

/**
 * Prints the configuration that Postfix's `ldap:` files come to. What is not carried over as it stands is named on
 * standard error and in comments; passwords are not printed.
 */
export async function importLdapTables(
  files: readonly string[],
  { keys }: ImportOptions,
): Promise<number> {
  const imported = importTables(await Promise.all(files.map(readText)), keys);
  process.stdout.write(format(imported));
  for (const note of imported.notes) process.stderr.write(`${formatNote(note)}\n`);
  return imported.notes.some(({ isEssential }) => isEssential) ? EXIT.data : EXIT.ok;
}

async function readText(file: string): Promise<TextFile> {
  try {
    return { file, text: await readFile(file, 'utf8') };
  } catch (error) {
    throw new CliError(EXIT.data, `${file} can't be read: ${reasonOf(error)}`, { cause: error });
  }
}

/** On one line: it may quote the file. */
const formatNote = ({ where, text, isEssential }: Note): string =>
  `${where}: ${isEssential ? 'MISSING: ' : ''}${text.replaceAll(/\s+/g, ' ')}`;

function format({ settings, replacements, notes }: Imported): string {
  const remarks = [
    'What Postfix asked of LDAP, to be put into the configuration, beside domains. Maps that are',
    'written out take the place of all built-in ones: add those that you use. In main.cf:',
    ...replacements.map(
      ([spec, map]) => `  ldap:${spec} becomes socketmap:inet:127.0.0.1:9100:${map}`,
    ),
    'Postfix asks a socketmap for whole keys only. A table that it asked for parts of a key as well',
    'needs `keys`: address (virtual_alias_maps, access maps of addresses), host (access maps of',
    'clients) or domain (transport_maps). Without, the key is looked up as it is.',
    ...(notes.length === 0 ? [] : ['To be looked at:']),
    ...notes.map((note) => `  ${formatNote(note)}`),
  ];
  const comments = remarks.map((remark) => `# ${remark}\n`).join('');
  return comments + stringify(settings, { version: '1.2', schema: 'core', lineWidth: 0 });
}
