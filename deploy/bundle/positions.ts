import { relative } from 'node:path';
import { type Escaped, GROWTH } from './plain.ts';

/** A source map, as far as it is used here. @see https://tc39.es/ecma426/ */
export interface SourceMapText {
  readonly version: number;
  readonly sources: readonly string[];
  readonly mappings: string;
}

/** A place in a line, and the place in the sources that it comes from; all count from 0. */
interface Segment {
  readonly column: number;
  readonly source: number;
  readonly line: number;
}

/**
 * Makes a map smaller: it leads from a place to a source's line, and no further. With columns, names and the sources' texts
 * it would be read in a second and take 100 MB.
 */
export function narrowMap(map: SourceMapText, grown: Escaped['grown']): SourceMapText {
  const lines = decode(map.mappings).map((segments, at) => {
    const columns = grown.get(at) ?? [];
    const moved = segments.map((segment) => ({
      ...segment,
      column: segment.column + GROWTH * columns.filter((column) => column < segment.column).length,
    }));
    return moved.filter(({ source, line }, i) => {
      const before = moved[i - 1];
      return before === undefined || before.source !== source || before.line !== line;
    });
  });
  const sources = map.sources.map((source) => relative('/', `/${source}`));
  return {
    version: map.version,
    sources: sources.map((each) => `../${each}`),
    mappings: encode(lines),
  };
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function decode(mappings: string): readonly (readonly Segment[])[] {
  let [source, line] = [0, 0];
  return mappings.split(';').map((text) => {
    let column = 0;
    const segments: Segment[] = [];
    for (const each of text === '' ? [] : text.split(',')) {
      const [byColumn = 0, bySource, byLine = 0] = readNumbers(each);
      column += byColumn;
      // What the bundler has written itself has no source.
      if (bySource === undefined) continue;
      source += bySource;
      line += byLine;
      segments.push({ column, source, line });
    }
    return segments;
  });
}

function encode(lines: readonly (readonly Segment[])[]): string {
  let last: Segment = { column: 0, source: 0, line: 0 };
  return lines
    .map((segments) => {
      last = { ...last, column: 0 };
      return segments
        .map((each) => {
          const steps = [
            each.column - last.column,
            each.source - last.source,
            each.line - last.line,
            0,
          ];
          last = each;
          return steps.map(writeNumber).join('');
        })
        .join(',');
    })
    .join(';');
}

/** Five bits a digit, the lowest first; the sixth says that more follow, the lowest of all is the sign. */
function readNumbers(text: string): readonly number[] {
  const numbers: number[] = [];
  let [value, shift] = [0, 0];
  for (const letter of text) {
    const digit = DIGITS.indexOf(letter);
    value += (digit & 31) << shift;
    shift += 5;
    if ((digit & 32) !== 0) continue;
    numbers.push((value & 1) === 1 ? -(value >> 1) : value >> 1);
    [value, shift] = [0, 0];
  }
  return numbers;
}

function writeNumber(number: number): string {
  let rest = number < 0 ? (-number << 1) | 1 : number << 1;
  let text = '';
  do {
    const digit = rest & 31;
    rest >>= 5;
    text += DIGITS.charAt(rest > 0 ? digit | 32 : digit);
  } while (rest > 0);
  return text;
}
