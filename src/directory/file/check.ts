import { LineCounter, parseDocument, type YAMLError } from 'yaml';
import { reasonOf } from '../../reason.ts';
import type { Content } from '../people/content.ts';
import { toContent } from './content.ts';
import { findDuplicates } from './duplicates.ts';
import { parsePlainJson } from './json.ts';
import {
  createLocate,
  formatPlace,
  formatProblem,
  fromIssue,
  type Locate,
  type Problem,
  withoutConsequences,
} from './problems.ts';
import { peopleSchema } from './schema.ts';
import { findGaps } from './seal.ts';

/** A people file's content, or all that is wrong with it. */
export type Checked = Sound | Broken;

interface Sound {
  readonly content: Content;
  /** It has an end mark, so it is not cut off. */
  readonly isSealed: boolean;
}

interface Broken {
  /** One line each. */
  readonly problems: readonly string[];
}

interface Parsed {
  readonly value: unknown;
  readonly locate: Locate;
}

/** More problems than this are counted, not listed. */
const MAX_PROBLEMS = 50;

/** Checks the `bytes` of a people file strictly; `file` is its name in the problems. Never throws. */
export function checkBytes(bytes: Uint8Array, file: string): Checked {
  try {
    return checkText(new TextDecoder('utf-8', { fatal: true }).decode(bytes), file);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { problems: [`${file}: is not UTF-8, save it in that encoding`] };
  }
}

/** Checks the text of a people file strictly; `file` is its name in the problems. Never throws. */
export function checkText(text: string, file: string): Checked {
  const json = parsePlainJson(text);
  const plain = json === undefined ? undefined : checkShape(json);
  return plain !== undefined && 'content' in plain ? plain : checkYaml(text, file);
}

function checkYaml(text: string, file: string): Checked {
  const parsed = parseYaml(text, file);
  if ('problems' in parsed) return parsed;
  const checked = checkShape(parsed.value);
  if ('content' in checked) return checked;
  return {
    problems: shorten(checked.problems, (problem) => formatProblem(file, problem, parsed.locate)),
  };
}

/** All scalars are read as text (`failsafe`), so that `no` is not false and `1.10` not 1.1. */
function parseYaml(text: string, file: string): Parsed | Broken {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      schema: 'failsafe',
      stringKeys: true,
    });
    const faults = [...document.errors, ...document.warnings];
    if (faults.length > 0) {
      return {
        problems: shorten(
          faults,
          (fault) => `${file}${formatPlace(lines, fault.pos[0])}: ${describe(fault)}`,
        ),
      };
    }
    const value: unknown = document.contents === null ? {} : document.toJS();
    return { value, locate: createLocate(document, lines) };
  } catch (error) {
    // What the parser throws: an alias without its anchor, too many aliases, nesting beyond the stack.
    return { problems: [`${file}: can't be read as YAML: ${lowerFirst(reasonOf(error))}`] };
  }
}

function checkShape(value: unknown): Sound | { readonly problems: readonly Problem[] } {
  const result = peopleSchema.safeParse(value);
  const others = [...findGaps(value), ...findDuplicates(value)];
  if (result.success && others.length === 0)
    return { content: toContent(result.data), isSealed: result.data.end !== undefined };
  const problems = [...(result.error?.issues ?? []).flatMap(fromIssue), ...others];
  return { problems: withoutConsequences(problems) };
}

function shorten<T>(problems: readonly T[], format: (problem: T) => string): readonly string[] {
  const listed = problems.slice(0, MAX_PROBLEMS).map(format);
  const rest = problems.length - listed.length;
  return rest === 0 ? listed : [...listed, `and ${rest} more problems`];
}

function describe({ code, message }: YAMLError): string {
  if (code === 'DUPLICATE_KEY') return 'this key stands twice, keep one';
  if (code === 'MULTIPLE_DOCS') return 'a second document begins here, write all in one';
  return lowerFirst(message);
}

const lowerFirst = (message: string): string => message.charAt(0).toLowerCase() + message.slice(1);
