import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { reasonOf } from '../../reason.ts';
import { CliError, EXIT } from '../exit.ts';
import type { TextFile } from './directories.ts';
import { filesNamedIn } from './domains.ts';
import { readParameters } from './parameters.ts';
import type { Note } from './reader.ts';

/**
 * Reads a file as Postfix would. One that is not UTF-8 is taken for Latin-1, in which old ones were written.
 * @throws {CliError} where it can't be read
 */
export async function readText(file: string): Promise<TextFile> {
  try {
    const bytes = await readFile(file);
    if (isUtf8(bytes)) return { file, text: bytes.toString('utf8').replace(/^\ufeff/, '') };
    return { file, text: bytes.toString('latin1'), isLatin1: true };
  } catch (error) {
    throw new CliError(EXIT.data, `${file} can't be read: ${reasonOf(error)}`, { cause: error });
  }
}

/** Reads the files that others name in `domain`, and those that they name in turn; what can't be read is left out. */
export async function readNamed(files: readonly TextFile[]): Promise<readonly TextFile[]> {
  const known = new Map<string, TextFile>();
  let level = files;
  while (level.length > 0) {
    const names = new Set(level.flatMap(({ text }) => namedIn(text)));
    const fresh = await Promise.all(
      [...names].filter((name) => !known.has(name)).map((name) => readText(name).catch(() => {})),
    );
    level = fresh.filter((file) => file !== undefined);
    for (const each of level) known.set(each.file, each);
  }
  return [...known.values()];
}

const namedIn = (text: string): readonly string[] =>
  [...readParameters(text).parameters.values()]
    .filter(({ name }) => /(?:^|_)domain$/.test(name))
    .flatMap(({ value }) => filesNamedIn(value));

/** LDAP's letters are those of UTF-8, and Postfix asks for the bytes that a file holds. */
export function tellLetters({ file, text, isLatin1 }: TextFile): readonly Note[] {
  if (isLatin1 !== true) return [];
  return [...readParameters(text).parameters.values()]
    .filter(({ value }) => /[\u0080-\u00ff]/.test(value))
    .map(({ name, line }) => ({
      where: `${file}:${line}`,
      text: `${name}: it is not UTF-8, so Postfix asks for other letters than LDAP has; it was read as Latin-1`,
      isEssential: false,
    }));
}
