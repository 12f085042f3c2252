import { buffer } from 'node:stream/consumers';
import type { Content, Piece } from '../people/content.ts';
import { checkBytes } from './check.ts';

/** The first line that the child writes: problems, or the head of a content whose pieces follow, one a line. */
export type FirstLine =
  | { readonly problems: readonly string[] }
  | (Pick<Content, 'open' | 'domains' | 'tables'> & { readonly isSealed: boolean });

/** So many items are parsed and indexed in two or three milliseconds. */
const PIECE_ITEMS = 1000;

/** The program that `checker.ts` starts: checks the file that comes in, whose name is its argument. */
async function main(): Promise<void> {
  const checked = checkBytes(await buffer(process.stdin), process.argv[2] ?? '');
  if ('problems' in checked) return writeLine({ problems: checked.problems });
  const { entries, rows, ...head } = checked.content;
  writeLine({ ...head, isSealed: checked.isSealed });
  for (const piece of cut(entries)) writeLine({ entries: piece, rows: [] });
  for (const piece of cut(rows)) writeLine({ entries: [], rows: piece });
}

function writeLine(line: FirstLine | Piece): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function* cut<T>(items: readonly T[]): Iterable<readonly T[]> {
  for (let i = 0; i < items.length; i += PIECE_ITEMS) yield items.slice(i, i + PIECE_ITEMS);
}

void main();
