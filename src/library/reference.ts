import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What may be imported, and the file that says what it gives. */
const ENTRIES: Readonly<Record<string, string>> = {
  idpmap: 'index.ts',
  'idpmap/directory': 'directory.ts',
  'idpmap/testing': 'testing.ts',
};

const SRC = join(import.meta.dirname, '..');

/** One name that the library gives. */
export interface Exported {
  readonly entry: string;
  readonly name: string;
  /** Its docstring, without stars; absent: it has none. */
  readonly text?: string;
  /** How it is declared, without a body. */
  readonly declaration: string;
}

/** Reads all that the library gives, entry by entry, by name. */
export async function listExports(): Promise<readonly Exported[]> {
  const all = await Promise.all(
    Object.entries(ENTRIES).map(([entry, file]) => readEntry(entry, file)),
  );
  return all.flat();
}

async function readEntry(entry: string, file: string): Promise<readonly Exported[]> {
  const source = await readFile(join(SRC, file), 'utf8');
  const lists = [...source.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)';/gms)];
  const found = await Promise.all(
    lists.map(async ([, names = '', from = '']) => {
      const text = await readFile(join(SRC, dirname(file), from), 'utf8');
      return names
        .split(',')
        .map((name) => name.trim().replace(/^type /, ''))
        .filter((name) => name !== '')
        .map((name) => readExport(entry, name, text));
    }),
  );
  return found.flat().toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

function readExport(entry: string, name: string, source: string): Exported {
  const at = source.search(
    new RegExp(`^export (?:async )?(?:const|function|class|interface|type) ${name}\\b`, 'm'),
  );
  if (at === -1)
    throw new Error(`${entry} gives ${name}, which is not declared where it comes from`);
  const before = source.slice(0, at);
  const declaration = cutDeclaration(source.slice(at + 'export '.length));
  const comment = /\/\*\*(?<text>(?:(?!\*\/).)*)\*\/\n$/s.exec(before)?.groups?.['text'];
  return { entry, name, declaration, ...(comment !== undefined && { text: plain(comment) }) };
}

/** A docstring's text, a line a line. */
const plain = (comment: string): string =>
  comment
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trim())
    .join('\n')
    .trim()
    .replaceAll(/\{@link (\S+)\}/g, '$1');

/** Up to the end of what says how it is used: a body is left out, and what a class keeps to itself. */
function cutDeclaration(text: string): string {
  const [first = ''] = text.split('\n');
  if (/^(?:interface|type)/.test(first)) return text.slice(0, endOf(text)).trimEnd();
  if (/^class/.test(first)) return first.replace(/ \{$/, '');
  if (/^const/.test(first)) return constant(text);
  const body = /\)(?:: [^{}]*?(?:\{[^{}]*\}[^{}]*?)?)? \{\n/s.exec(text);
  return text.slice(0, body === null ? first.length : body.index + body[0].length - ' {\n'.length);
}

const constant = (text: string): string =>
  text.slice(0, Math.max(text.search(/ =>|;\n| = [^(<a]/), 0)).replace(/ = (?=[(<a])/, ': ');

/** Where a declaration of a type ends: at the semicolon or brace that closes it. */
function endOf(text: string): number {
  const isInterface = text.startsWith('interface');
  const end = text.search(isInterface ? /^\}$/m : /;$(?!\n(?: {2}|\/\*))/m);
  return end === -1 ? text.length : end + 1;
}

const HEAD = `# Reference of the library

Made of the docstrings by \`npm run reference\`: what [the library](library.md) gives, name by name.
`;

/** Writes the page. */
export function writePage(all: readonly Exported[]): string {
  const parts = Object.keys(ENTRIES).map((entry) => {
    const own = all.filter((each) => each.entry === entry);
    const told = own.map(
      ({ name, text = '', declaration }) =>
        `### ${name}\n\n${text.replaceAll(/^@(\w+)/gm, '\n*$1*:')}\n\n\`\`\`text\n${declaration}\n\`\`\`\n`,
    );
    return `## ${entry}\n\n${told.join('\n')}`;
  });
  return `${HEAD}\n${parts.join('\n')}`;
}

/** Its place in the repository. */
export const PAGE = 'docs/library-reference.md';

if (import.meta.main) await writeFile(join(SRC, '..', PAGE), writePage(await listExports()));
