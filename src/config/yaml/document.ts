import { LineCounter, parseDocument, type YAMLError, type Document as YamlDocument } from 'yaml';
import type { Path } from '../sources/tree.ts';
import { offsetKey, readNodes } from './nodes.ts';
import { AMONG_ITEMS, findSlip, INDENTATION } from './slips.ts';
import { findOddLine, SWALLOWED } from './traps.ts';

/** Where something stands in a text: both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What is wrong with a text as YAML, and where. */
export interface Flaw {
  readonly position?: Position;
  readonly path: Path;
  readonly message: string;
}

/** A YAML text that was read. */
export interface Document {
  /** Plain objects, arrays and scalars; absent where the text is empty, or has flaws. */
  readonly tree?: unknown;
  readonly flaws: readonly Flaw[];
  /**
   * Where the setting at `path` stands: its value, or its key where that is asked for or the value is empty. Absent
   * where the text has no such setting.
   */
  locate(path: Path, part: 'key' | 'value'): Position | undefined;
}

/** Faults that need better words than the parser's. */
const FAULTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab indents this line, indent with spaces',
  TAG_RESOLVE_FAILED:
    'a tag means nothing here, write the value itself ({ file: PATH } or { env: NAME } for a secret); quote text that begins with !',
  BAD_DQ_ESCAPE: 'an escape is unknown in double quotes, write the text in single ones',
  BAD_SCALAR_START: "text that begins with @, ` or % needs quotes: '…'",
  MULTIPLE_DOCS: 'a second document begins here (---), write all settings into one',
  BLOCK_AS_IMPLICIT_KEY:
    'a setting begins within the value of another, mend the indentation, or quote a value that holds ": "',
};

/** Reads YAML 1.2 (so also JSON), one document without merge keys. Never throws: what is wrong is a flaw. */
export function readDocument(text: string): Document {
  const counter = new LineCounter();
  const positionOf = (offset: number): Position => {
    const { line, col } = counter.linePos(offset);
    return { line, column: col };
  };
  const document = parse(text, counter);
  // One slip makes the parser stumble several times; what follows the first fault is noise.
  const fault = document.errors[0] ?? document.warnings[0];
  const odd = findOddLine(text, fault === undefined);
  if (odd !== undefined) {
    const flaw = { position: positionOf(odd.offset), path: [], message: odd.message };
    return { flaws: [flaw], locate: () => undefined };
  }
  if (fault !== undefined) {
    const position = positionOf(fault.pos[0]);
    return { flaws: [describeFault(fault, position, text)], locate: () => undefined };
  }
  const { tree, offsets, flaws } = readNodes(document, text, (offset) => positionOf(offset).line);
  return {
    ...(tree === undefined || tree === null || flaws.length > 0 ? {} : { tree }),
    flaws: flaws.map(({ offset, ...flaw }) => ({ ...flaw, position: positionOf(offset) })),
    locate: (path, part) => {
      const offset = offsets.get(offsetKey(path))?.[part];
      return offset === undefined ? undefined : positionOf(offset);
    },
  };
}

const parse = (text: string, lineCounter: LineCounter): YamlDocument.Parsed =>
  parseDocument(text, {
    schema: 'core',
    uniqueKeys: false,
    prettyErrors: false,
    lineCounter,
    // Silent, it would not tell of a second document.
    logLevel: 'error',
  });

/** Texts above it are told as the parser does: it would read them several times. Characters. */
const MAX_SLIPPERY = 100_000;

function describeFault({ code, message }: YAMLError, position: Position, text: string): Flaw {
  const known = FAULTS[code];
  const isSound = (changed: string): boolean => {
    const counter = new LineCounter();
    const changedDocument = parse(changed, counter);
    if (changedDocument.errors.length + changedDocument.warnings.length > 0) return false;
    // An item that became part of the text above is no remedy.
    return !readNodes(changedDocument, changed, () => 0).flaws.some(
      ({ message: told }) => told === SWALLOWED,
    );
  };
  const isTold = known !== undefined && code !== 'BLOCK_AS_IMPLICIT_KEY';
  const slips = known === undefined ? undefined : [INDENTATION, AMONG_ITEMS];
  const slip =
    isTold || text.length > MAX_SLIPPERY
      ? undefined
      : findSlip(text, position.line, isSound, slips);
  if (slip !== undefined)
    return { position: { line: slip.line, column: 1 }, path: [], message: slip.message };
  return { position, path: [], message: known ?? `is no YAML: ${withoutSource(message)}` };
}

/** Some of the parser's messages end with what they stumbled over, which may be a secret. */
const withoutSource = (message: string): string =>
  message.charAt(0).toLowerCase() + message.slice(1).replace(/: .*$/su, '');
