import { wrap } from '../../../src/cli/exits.ts';

/** What stands for a character in every man. */
const CHARACTERS: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '’': '\\(cq',
  '‘': '\\(oq',
  '“': '\\(lq',
  '”': '\\(rq',
  '…': '...',
  '→': '\\(->',
  '–': '\\(en',
  '—': '\\(em',
};

/** Writes text of which nothing is a macro or an escape. Code (`` `like this` ``) is bold. */
export function prose(text: string): string {
  const parts = text.split(/`([^`]*)`/);
  return line(parts.map((part, i) => (i % 2 === 0 ? escape(part) : bold(part))).join(''));
}

/** Text as it is typed. */
export const bold = (text: string): string => `\\fB${breakable(literal(text))}\\fR`;

/** Words that are wider than a page may be parted behind their signs. */
const breakable = (text: string): string =>
  text.replaceAll(/\S{50,}/g, (word) => word.replaceAll(/[/?&,_](?=[^\s\\_])/g, '$&\\:'));

/** What somebody puts in its place. */
export const italic = (text: string): string => `\\fI${literal(text)}\\fR`;

/** A hyphen that is typed is none of the typesetter's. */
export const literal = (text: string): string =>
  escape(text).replaceAll('-', '\\-').replaceAll("'", '\\(aq').replaceAll('`', '\\(ga');

const escape = (text: string): string =>
  text
    .replaceAll(/[\\’‘“”…→–—]/g, (character) => CHARACTERS[character] ?? character)
    .replaceAll(/[^\n -~]/gu, (other) => `\\[u${hex(other.codePointAt(0) ?? 0)}]`);

const hex = (code: number): string => code.toString(16).toUpperCase().padStart(4, '0');

/** A line that begins with a sign of roff's begins with nothing before it. */
export const line = (text: string): string => text.replace(/^(?=[.'])/, '\\&');

/** Lines as they stand, such as of an example. */
export const example = (text: string): readonly string[] => [
  '.PP',
  '.nf',
  ...text.split('\n').map((each) => line(literal(each))),
  '.fi',
];

/** Columns of the sources: whoever lints them counts. */
const WIDTH = 78;

/** Joins lines to a page. Text is broken at blanks; what is to stand as it is, is left so. */
export function layOut(lines: readonly string[]): string {
  let isFilled = true;
  const laid = lines.flatMap((each) => {
    if (each === '.nf' || each === '.fi') isFilled = each === '.fi';
    return isFilled && !each.startsWith('.') ? wrap(each, 0, WIDTH).map(line) : [each];
  });
  return `${laid.join('\n')}\n`;
}

/** A term and what it means. */
export const term = (title: string, text: string): readonly string[] => ['.TP', title, text];

/** The head of a page. It has no date: the same sources give the same page. */
export const head = (name: string, section: number, version: string): readonly string[] => [
  '.\\" made by `npm run reference`; edit what it is made of',
  `.TH ${name} ${section} "" "idpmap ${version}" "idpmap"`,
  // Words are not parted, and lines are as long as they are.
  '.nh',
  '.ad l',
];
