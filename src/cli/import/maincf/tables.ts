import type { Dialect } from '../../../directory/sql/text/tokens.ts';
import { CliError } from '../../exit.ts';
import { type Imported, importTables, type Place, type TextFile } from '../directories.ts';
import type { Parameter } from '../parameters.ts';
import type { Note } from '../reader.ts';
import { importSqlTables } from '../sqltables.ts';
import { readNamed, readText, tellLetters } from '../texts.ts';
import { NATIVE_TYPES, type Native, type NativeType } from './words.ts';

/** What was made of all tables that main.cf names. */
export interface Tables {
  readonly directories: object;
  /** Where a table is now; absent: its file can't be read. */
  readonly placeOf: (native: Native) => Place | undefined;
  readonly notes: readonly Note[];
}

const DIALECTS: Readonly<Record<Exclude<NativeType, 'ldap'>, Dialect>> = {
  pgsql: 'postgresql',
  mysql: 'mysql',
  sqlite: 'sqlite',
};

/** Reads the files of all tables, and makes directories of them. */
export async function importNatives(
  natives: readonly Native[],
  parameters: ReadonlyMap<string, Parameter>,
): Promise<Tables> {
  const notes: Note[] = [];
  const places = new Map<string, Place>();
  const directories: Record<string, object> = {};
  for (const type of NATIVE_TYPES) {
    const names = new Set(natives.filter((each) => each.type === type).map(({ file }) => file));
    const files: TextFile[] = [];
    for (const name of names) {
      const read = await readTable(name, parameters);
      if ('text' in read) files.push(read);
      else notes.push({ where: name, text: read.why, isEssential: true });
    }
    if (files.length === 0) continue;
    const imported = await importFiles(type, files);
    notes.push(...imported.notes);
    Object.assign(directories, imported.settings.directories);
    for (const { specs, first } of imported.replacements)
      for (const spec of specs) places.set(`${type}:${spec}`, first);
  }
  return { directories, placeOf: ({ type, file }) => places.get(`${type}:${file}`), notes };
}

async function importFiles(type: NativeType, files: readonly TextFile[]): Promise<Imported> {
  const orders = [{ keys: 'exact' as const, files }];
  if (type !== 'ldap') return importSqlTables(orders, DIALECTS[type]);
  const others = await readNamed(files);
  const imported = importTables(orders, others);
  return { ...imported, notes: [...imported.notes, ...[...files, ...others].flatMap(tellLetters)] };
}

/** A file's text, or what main.cf says of a table in parameters that begin with its name, as in old days. */
async function readTable(
  name: string,
  parameters: ReadonlyMap<string, Parameter>,
): Promise<TextFile | { readonly why: string }> {
  if (!name.includes('/')) {
    const own = [...parameters.values()].filter((each) => each.name.startsWith(`${name}_`));
    if (own.length === 0) return { why: `main.cf has no parameters ${name}_…, and it is no file` };
    const lines = own.map((each) => `${each.name.slice(name.length + 1)} = ${each.value}`);
    return { file: name, text: `${lines.join('\n')}\n` };
  }
  try {
    return await readText(name);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { why: `${error.message}: its tables stay in main.cf` };
  }
}
