import {
  ApproximateFilter,
  EqualityFilter,
  ExtensibleFilter,
  type Filter,
  GreaterThanEqualsFilter,
  LessThanEqualsFilter,
  PresenceFilter,
  SubstringFilter,
} from 'ldapts';
import { type Bindable, bindAll, bindOne } from '../../templates/template.ts';
import { readText, readValue } from './filtervalue.ts';

/** How far a filter has been read. */
export interface Cursor {
  readonly text: string;
  at: number;
}

/** A name or an OID, with options, as in `cn;lang-en`; AD and 389-DS know names with underscores. */
const ATTRIBUTE = String.raw`(?<attribute>(?:[a-z][\w-]*|\d+(?:\.\d+)*)(?:;[\w-]+)*)`;
const RULE = String.raw`:(?<rule>[a-z][\w-]*|\d+(?:\.\d+)*)`;

const SIMPLE = new RegExp(`${ATTRIBUTE}(?<operator>[~<>]?=)`, 'iy');
/** Names an attribute, a rule, or both. */
const EXTENSIBLE = new RegExp(`(?!(?::dn)?:=)${ATTRIBUTE}?(?<dn>:dn(?=:))?(?:${RULE})?:=`, 'iy');

/** Where a raw value lies in its filter. */
interface Raw {
  readonly text: string;
  readonly offset: number;
}

/**
 * Reads one comparison, from its attribute to its closing parenthesis or the end.
 * @throws {SyntaxError} with the offset, and what was expected there
 */
export function readComparison(cursor: Cursor): Bindable<Filter> {
  const simple = take(SIMPLE, cursor)?.groups;
  if (simple !== undefined) return compare(simple, readRaw(cursor));
  const { attribute = '', dn, rule = '' } = takeExtensible(cursor);
  const match = { matchType: attribute, dnAttributes: dn !== undefined, rule };
  return bindText(readRaw(cursor), (value) => new ExtensibleFilter({ ...match, value }));
}

function takeExtensible(cursor: Cursor): Readonly<Record<string, string | undefined>> {
  const found = take(EXTENSIBLE, cursor)?.groups;
  if (found === undefined) throw expected('a comparison such as mail=%s', cursor);
  return found;
}

type Groups = Readonly<Record<string, string>>;

function compare({ attribute = '', operator = '=' }: Groups, raw: Raw): Bindable<Filter> {
  switch (operator) {
    case '>=':
      return bindText(raw, (value) => new GreaterThanEqualsFilter({ attribute, value }));
    case '<=':
      return bindText(raw, (value) => new LessThanEqualsFilter({ attribute, value }));
    case '~=':
      return bindText(raw, (value) => new ApproximateFilter({ attribute, value }));
    default:
      return raw.text.includes('*') ? compareParts(attribute, raw) : compareWhole(attribute, raw);
  }
}

function bindText(raw: Raw, make: (value: string) => Filter): Bindable<Filter> {
  const star = raw.text.indexOf('*');
  if (star !== -1) {
    throw new SyntaxError(
      `expected no * at offset ${raw.offset + star}: it belongs to =, in a value it is written \\2a`,
    );
  }
  return bindOne(readText(raw.text, raw.offset), make);
}

const compareWhole = (attribute: string, raw: Raw): Bindable<Filter> =>
  bindOne(readValue(raw.text, raw.offset), (value) => new EqualityFilter({ attribute, value }));

/** Reads `*`, or what stands between stars. Stars side by side are one. */
function compareParts(attribute: string, { text, offset }: Raw): Bindable<Filter> {
  const parts: Bindable<string>[] = [];
  let at = offset;
  for (const part of text.split('*')) {
    parts.push(readText(part, at));
    at += part.length + 1;
  }
  return bindAll(parts, (values) => {
    const [initial = '', ...rest] = values;
    const final = rest.pop() ?? '';
    const any = rest.filter((value) => value !== '');
    return initial === '' && any.length === 0 && final === ''
      ? new PresenceFilter({ attribute })
      : new SubstringFilter({ attribute, initial, any, final });
  });
}

function readRaw(cursor: Cursor): Raw {
  const offset = cursor.at;
  const text = take(/[^()]*/y, cursor)?.[0] ?? '';
  if (cursor.text[cursor.at] === '(') {
    throw expected('")", or \\28 where a value holds a parenthesis', cursor);
  }
  return { text, offset };
}

/** Moves over spaces and newlines. */
export function skipSpace(cursor: Cursor): void {
  take(/\s*/y, cursor);
}

/** What to throw where something else stands than `what`. */
export function expected(what: string, { text, at }: Cursor): SyntaxError {
  const found = at < text.length ? `not "${text.slice(at, at + 20)}"` : 'where the filter ends';
  return new SyntaxError(`expected ${what} at offset ${at}, ${found}`);
}

/** Matches a sticky pattern; moves over what it matched. */
function take(pattern: RegExp, cursor: Cursor): RegExpExecArray | undefined {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text);
  if (found === null) return undefined;
  cursor.at += found[0].length;
  return found;
}
