import { isDeepStrictEqual } from 'node:util';
import { recordOf } from '../../record.ts';
import type { Content } from '../people/content.ts';
import { checkText } from './check.ts';
import { parsePlainJson } from './json.ts';
import type { Counts } from './seal.ts';

/** A people file's text with its mark, or all that is wrong with the file, one line each. */
export type Sealed =
  | { readonly text: string; readonly counts: Counts }
  | { readonly problems: readonly string[] };

/** Lines at the left margin: nothing else of a people file can stand there that begins so. */
const SEALED_LINE = /^(\ufeff?)sealed:.*\n?/m;
const END_LINES = /^end:.*\n?(?:[ \t]+\S.*\n?)*/m;

/** What may stand before the first key: nothing, comments, directives, the beginning of a document. */
const PREAMBLE = /^\ufeff?(?:(?:[ \t]*(?:#.*)?|%.*|---[ \t]*)\n)*/;

/**
 * Writes `sealed: true` at the beginning and an `end` that counts at the end, in the place of those that are there; all else
 * stays as it is written. `file` is its name in the problems.
 */
export function sealText(text: string, file: string): Sealed {
  const json = parsePlainJson(text);
  const bare = json === undefined ? text.replace(SEALED_LINE, '$1').replace(END_LINES, '') : text;
  const checked = checkText(json === undefined ? bare : toJson(text, withoutMark(json)), file);
  if ('problems' in checked) return checked;
  const counts = countContent(checked.content);
  const sealed =
    json === undefined
      ? sealYaml(bare, counts)
      : toJson(text, { sealed: true, ...withoutMark(json), end: counts });
  const again = checkText(sealed, file);
  const isSame =
    'content' in again && again.isSealed && isDeepStrictEqual(again.content, checked.content);
  return isSame
    ? { text: sealed, counts }
    : {
        problems: [
          `${file}: is written in a way that can't be sealed, write it yourself: the first key \`sealed: true\`, the last one \`${formatEnd(counts)}\``,
        ],
      };
}

function sealYaml(text: string, counts: Counts): string {
  const whole = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  const [preamble = ''] = PREAMBLE.exec(whole) ?? [];
  return `${preamble}sealed: true\n${whole.slice(preamble.length)}${formatEnd(counts)}\n`;
}

/** Kinds that are not there are not counted. */
const formatEnd = (counts: Counts): string =>
  `end: { ${Object.entries(counts)
    .filter(([kind, count]) => count > 0 || kind === 'accounts' || kind === 'groups')
    .map(([kind, count]) => `${kind}: ${count}`)
    .join(', ')} }`;

function withoutMark(json: unknown): object {
  return Object.fromEntries(
    Object.entries(recordOf(json)).filter(([key]) => key !== 'sealed' && key !== 'end'),
  );
}

/** As the text is written: with its indentation, or on one line. */
function toJson(text: string, value: object): string {
  const [, indentation] = /^\s*\{[ \t]*\n([ \t]+)/.exec(text) ?? [];
  return `${JSON.stringify(value, null, indentation)}\n`;
}

const countContent = ({ entries, open, domains, rows }: Content): Counts => ({
  accounts: entries.filter(({ kind }) => kind === 'account').length,
  groups: entries.filter(({ kind }) => kind === 'group').length,
  open: open.length,
  domains: domains.length,
  rows: rows.length,
});
