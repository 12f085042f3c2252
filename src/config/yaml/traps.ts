import { isScalar, type Node, type Pair, type Scalar } from 'yaml';

/** What YAML reads otherwise than whoever wrote it meant. The text itself is never told: it may be a secret. */
export interface Trap {
  readonly offset: number;
  readonly message: string;
}

/** Blanks that look like one and are part of a name or a value; the mark of byte order where it begins no text. */
const ODD_BLANK = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff]/u;

/** Before a setting, behind its colon, or behind an item's hyphen: where a blank has a meaning. */
const ODD_PLACE = new RegExp(
  `^(?:[ \\t]*-?|[ \\t-]*[\\w.@'"-]+:)(?<odd>${ODD_BLANK.source})(?=\\s*[\\w.@'"*-]+:(?:\\s|$)|\\s*\\S+\\s*$)`,
  'u',
);

/** A table's head in TOML, a section's in an INI file. */
const SECTION = /^\[[\w. -]+\]\s*$/;

/** Finds what the parser takes for text, or stumbles over with words of its own, in the lines of a text. */
export function findOddLine(text: string, isSound: boolean): Trap | undefined {
  if (!isSound && !text.includes('\n') && text.includes('\r'))
    return {
      offset: text.indexOf('\r'),
      message: 'its lines end in CR alone, end them with LF, or CR and LF: tr "\\r" "\\n"',
    };
  if (text.includes('\0'))
    return {
      offset: 0,
      message: 'is no text in UTF-8, save it so: iconv -f UTF-16 -t UTF-8 OLD > NEW',
    };
  let offset = 0;
  for (const line of text.split('\n')) {
    const trap = judgeLine(line, offset, isSound);
    if (trap !== undefined) return trap;
    offset += line.length + 1;
  }
  return undefined;
}

function judgeLine(line: string, offset: number, isSound: boolean): Trap | undefined {
  // One at the very start marks the order of bytes, and Windows' editors write it.
  const bare = offset === 0 ? line.replace(/^\ufeff/, ' ') : line;
  const { odd } = ODD_PLACE.exec(bare)?.groups ?? {};
  if (odd !== undefined) {
    const code = (odd.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return {
      offset: offset + bare.indexOf(odd),
      message: `a blank that is none to YAML (U+${code}) stands here, write an ordinary one`,
    };
  }
  // No setting begins so.
  if (/^\s*\/\/\s/.test(line)) return { offset, message: 'a comment begins with #, write that' };
  const message =
    'a section begins with its name and a colon, write NAME: and indent what it holds';
  return !isSound && SECTION.test(line) ? { offset, message } : undefined;
}

/** Whether a text has to be quoted, for it would be told as a trap. */
export const needsQuotes = (text: string): boolean => TYPESET.test(text);

/** A text that begins and ends with quotes of a typesetter. */
const TYPESET =
  /^(?:[\u{201c}-\u{201f}«»].*[\u{201c}\u{201d}\u{201f}«»]|[\u{2018}-\u{201b}‹›].*[\u{2018}\u{2019}\u{201b}‹›])$/su;

/** Also what no remedy may lead to. */
export const SWALLOWED =
  'a line below begins with - and is part of this text, indent it as the first item, or write - here too';

const NO_UTF8 =
  'holds bytes that are no UTF-8, save the file as UTF-8: iconv -f ISO-8859-1 -t UTF-8 OLD > NEW';

const THOUSANDS = 'a dot is no sign between thousands, write all digits without it';

/** What is wrong with one value, which `source` is as it was written. */
export function findValueTrap(node: Node, source: string): string | undefined {
  if (isScalar(node) && source.includes('\ufffd')) return NO_UTF8;
  if (!isScalar(node) || node.type !== 'PLAIN') return undefined;
  if (TYPESET.test(source)) return 'typographic quotes are part of the text, write \'…\' or "…"';
  // Where a dot stands between thousands, YAML reads a fraction.
  if (/^[1-9]\d{0,2}(?:\.000)+$/.test(source)) return THOUSANDS;
  return /\n\s*- /.test(source) ? SWALLOWED : undefined;
}

/** What is wrong with one setting; `before` is the one that stands before it within the same braces. */
export function findPairTrap(
  { key, value }: Pair,
  before: Pair | undefined,
  isFlow: boolean,
): string | undefined {
  if (isPlain(key) && key.source === '<<')
    return 'merge keys (<<) are not read, write the settings out';
  if (isFlow && value === null && isPlain(before?.value))
    return "a comma within braces ends the value before it: write that value, with its comma, in quotes: '…'";
  if (isAnchorOnly(value)) return "text that begins with & needs quotes: '…'";
  return undefined;
}

const isPlain = (node: unknown): node is Scalar =>
  isScalar(node) && node.type === 'PLAIN' && node.value !== null;

const isAnchorOnly = (node: unknown): boolean =>
  isScalar(node) && node.value === null && node.anchor !== undefined;
