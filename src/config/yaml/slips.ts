/** A way to write a line otherwise, and what is said where that makes the text YAML. The line is never shown: it may be a secret. */
export interface Slip {
  readonly mend: (line: string, above: string) => string | undefined;
  readonly message: string;
}

const QUOTE = "quote this text: '…'";

/** A line that stands too far to the right, or to the left. */
export const INDENTATION: Slip = {
  mend: (line, above) => (/^\s*/.exec(above)?.[0] ?? '') + line.trimStart(),
  message: 'is indented otherwise than the line above, indent it alike',
};

/** A setting that stands beside items of a list. */
export const AMONG_ITEMS: Slip = {
  mend: (line) => replaced(line, /^(\s*)(?=[\w.-]+: )/, '$1- '),
  message: 'a setting stands among items of a list, begin it with -, too',
};

const SLIPS: readonly Slip[] = [
  INDENTATION,
  {
    mend: (line) => replaced(line, /^(\s*)(?:\/\/|;|--|\/\*)/, '$1#'),
    message: 'a comment begins with #, write that',
  },
  {
    mend: (line) => replaced(line, /^(\s*(?:- )?[\w.-]+)\s*[:=]\s*(?=\S)/, '$1: '),
    message: 'a name ends with a colon and a blank, write name: value',
  },
  {
    mend: (line) => replaced(line, /^(\s*(?:- )?[\w.-]+)\s+(?=\S)/, '$1: '),
    message: 'a colon is missing behind the name, write name: value',
  },
  {
    mend: (line) => replaced(line, /^(\s*)(\*[\w.-]+)\s*:(?=\s|$)/, "$1'$2':"),
    message: "text that begins with * needs quotes: '…'",
  },
  {
    mend: (line) => (isOdd(line, '"') ? `${line}"` : undefined),
    message: 'a quotation mark is not closed, write " at its end',
  },
  {
    mend: (line) => (isOdd(line, "'") ? `${line}'` : undefined),
    message: "a quotation mark is not closed, write ' at its end",
  },
  {
    mend: (line) => (isOdd(line, '"') ? replaced(line, /(\s*[}\]])\s*$/, '"$1') : undefined),
    message: 'a quotation mark is not closed, write " before the bracket',
  },
  {
    mend: (line) => replaced(line, /(: )'(.*'.*)'(\s*[}\]]*\s*)$/, '$1"$2"$3'),
    message: "a ' within '…' ends the text, write \"…\" around it",
  },
  {
    mend: (line) => replaced(line, /\$\{\w+\}/, "''"),
    message:
      'variables (${…}) are not filled in here, write { env: NAME } for a secret; any other setting has a variable of its own (IDPMAP_…)',
  },
  {
    mend: (line) => replaced(line, /(: [^\s,{}[\]]+)\s+(?=[\w.-]+: )/, '$1, '),
    message: 'a comma is missing between two settings, write name: value, name: value',
  },
  {
    mend: (line) => (isOpen(line, '{', '}') ? `${line} }` : undefined),
    message: 'a bracket is not closed, write } at its end',
  },
  {
    mend: (line) => (isOpen(line, '[', ']') ? `${line}]` : undefined),
    message: 'a bracket is not closed, write ] at its end',
  },
  AMONG_ITEMS,
  {
    mend: (line) => replaced(line, /[,;]\s*$/, ''),
    message: 'no sign ends a line here, leave it out',
  },
  {
    mend: (line) => replaced(line, /^- (?=[\w.-]+:(?:\s|$))/, ''),
    message: 'an item of a list stands among settings, leave out the - before it',
  },
  {
    // What stands in braces is settings, and no text.
    mend: (line) => quoted(line, /^(\s*(?:- )?[\w.-]+:\s+)([^\s'"{].*?)(\s*)$/),
    message: `is no plain text, ${QUOTE}`,
  },
];

/** The last line of a group that was begun above has the most of them. */
const isOpen = (line: string, open: string, close: string): boolean =>
  line.includes(open) && line.split(open).length >= line.split(close).length;

const isOdd = (line: string, mark: string): boolean => line.split(mark).length % 2 === 0;

const replaced = (line: string, pattern: RegExp, by: string): string | undefined =>
  pattern.test(line) ? line.replace(pattern, by) : undefined;

const quoted = (line: string, pattern: RegExp): string | undefined => {
  const [, before, text, after] = pattern.exec(line) ?? [];
  return text === undefined ? undefined : `${before}'${text.replaceAll("'", "''")}'${after}`;
};

/** What was found, and in which line, from 1. */
export interface FoundSlip {
  readonly line: number;
  readonly message: string;
}

/**
 * Finds what somebody who wrote `text` got wrong in the line where a parser stumbles, or right above: a change by which the text
 * `isSound`. Absent where none of those that are usual makes it so.
 */
export function findSlip(
  text: string,
  line: number,
  isSound: (text: string) => boolean,
  slips: readonly Slip[] = SLIPS,
): FoundSlip | undefined {
  const lines = text.split('\n');
  for (const { mend, message } of slips) {
    for (const at of [line, line + 1, line - 1]) {
      const own = lines[at - 1];
      const above =
        lines.slice(0, Math.max(0, at - 1)).findLast((each) => each.trim() !== '') ?? '';
      const mended = own === undefined || own.trim() === '' ? undefined : mend(own, above);
      if (mended === undefined || mended === own) continue;
      if (isSound(lines.with(at - 1, mended).join('\n'))) return { line: at, message };
    }
  }
  return undefined;
}
