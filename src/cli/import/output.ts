import { stringify } from 'yaml';
import { printable } from '../../printable.ts';
import { editorLines } from '../editors.ts';
import { EXIT } from '../exit.ts';
import type { Note } from './reader.ts';

/** Prints what was imported below `remarks`, and what is to be looked at, there and on standard error. Gives the exit code. */
export function printImported(
  settings: object,
  notes: readonly Note[],
  remarks: readonly string[],
): number {
  const all = [
    ...remarks,
    ...(notes.length === 0 ? [] : ['To be looked at:']),
    ...notes.map((note) => `  ${formatNote(note)}`),
  ];
  const comments = [...editorLines(), ...all.map((remark) => `# ${remark}`)]
    .map((line) => `${line}\n`)
    .join('');
  const yaml = stringify(settings, { version: '1.2', schema: 'core', lineWidth: 0 });
  process.stdout.write(comments + yaml);
  for (const note of notes) process.stderr.write(`${printable(formatNote(note))}\n`);
  return notes.some(({ isEssential }) => isEssential) ? EXIT.data : EXIT.ok;
}

/** On one line: it may quote the file. */
const formatNote = ({ where, text, isEssential }: Note): string =>
  `${where}: ${isEssential ? 'MISSING: ' : ''}${text.replaceAll(/\s+/g, ' ')}`;
