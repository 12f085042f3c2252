/** A text of ASCII alone, and where it has grown. */
export interface Escaped {
  readonly text: string;
  /** For each line, from 0, that has grown: the columns of what was escaped, as they were. */
  readonly grown: ReadonlyMap<number, readonly number[]>;
}

/** By so much one escape is longer than what it stands for. */
export const GROWTH = String.raw`\u2019`.length - 1;

const FOREIGN = /[^\0-\x7f]/g;

/**
 * Escapes what is not ASCII in a program: V8 keeps a program that has one such letter at two bytes a letter, for as long as the
 * process runs. An escape means the same in strings, templates and regular expressions.
 * @throws {Error} where a tagged template, which may read what is written and not what it means, has such a letter
 */
export function escapeText(program: string): Escaped {
  const raw = /\bString\.raw`[^`]*[^\0-\x7f`][^`]*`/.exec(program);
  if (raw !== null) throw new Error(`can't be escaped: ${raw[0]}`);
  const grown = new Map<number, readonly number[]>();
  const lines = program.split('\n').map((line, at) => {
    const columns = Array.from(line.matchAll(FOREIGN), ({ index }) => index);
    if (columns.length === 0) return line;
    grown.set(at, columns);
    return line.replaceAll(FOREIGN, (unit) => String.raw`\u${hex(unit)}`);
  });
  return { text: lines.join('\n'), grown };
}

const hex = (unit: string): string => unit.charCodeAt(0).toString(16).padStart(4, '0');
