import type { Decoded } from '../ber.ts';

/** An entry's values as whoever asks may search for them: by lower-case name; absent: no right, or no such type. */
export type Searchable = (attribute: string) => readonly string[] | undefined;

/** How an attribute is compared. */
export type Comparing = (attribute: string) => 'exact' | 'folded' | 'not at all';

/** Whether a filter meets an entry; `undefined` where that is not to be told, and so is its negation (RFC 4511, 4.5.1.7). */
export function meets(
  filter: Decoded,
  values: Searchable,
  comparing: Comparing,
): boolean | undefined {
  const [kind = '', ...parts] = filter;
  const all = () => parts.map((part) => meets(part, values, comparing));
  switch (kind) {
    case 'and':
      return undecided(all(), false);
    case 'or':
      return undecided(all(), true);
    case 'not': {
      const [inner] = all();
      return inner === undefined ? undefined : !inner;
    }
    default:
      return compares(String(kind), parts, values, comparing);
  }
}

function compares(
  kind: string,
  parts: readonly Decoded[],
  values: Searchable,
  comparing: Comparing,
): boolean | undefined {
  const attribute = String(parts[0]).toLowerCase();
  switch (kind) {
    case 'present':
      return values(attribute)?.some(() => true);
    case '=': {
      const rule = comparing(attribute);
      return rule === 'not at all' ? undefined : equals(values(attribute), String(parts[1]), rule);
    }
    case 'extensible': {
      const type = valueOf(parts, 'type').toLowerCase();
      return equals(values(type), valueOf(parts, 'value'), 'folded');
    }
    case 'substrings':
      return values(attribute)?.some((value) => holdsParts(value, parts[1] ?? ''));
    default:
      throw new Error(`a filter that this server does not know: ${kind} ${JSON.stringify(parts)}`);
  }
}

/** `decisive` where one is, else undecided where one is that. */
function undecided(all: readonly (boolean | undefined)[], decisive: boolean): boolean | undefined {
  if (all.includes(decisive)) return decisive;
  return all.includes(undefined) ? undefined : !decisive;
}

const equals = (
  found: readonly string[] | undefined,
  wanted: string,
  rule: 'exact' | 'folded',
): boolean | undefined => found?.some((value) => folded(value, rule) === folded(wanted, rule));

function folded(value: string, rule: 'exact' | 'folded'): string {
  const text = value
    .trim()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\s*,\s*/g, ',');
  return rule === 'exact' ? text : text.toLowerCase();
}

const valueOf = (parts: readonly Decoded[], name: string): string =>
  String(parts.find((part) => part[0] === name)?.[1] ?? '');

function holdsParts(value: string, pieces: Decoded): boolean {
  const text = value.toLowerCase();
  let at = 0;
  for (const piece of pieces.slice(1)) {
    const [kind, part = ''] = piece;
    const wanted = String(part).toLowerCase();
    const found = kind === 'final' ? text.length - wanted.length : text.indexOf(wanted, at);
    if (found < at || !text.startsWith(wanted, found) || (kind === 'initial' && found > 0))
      return false;
    at = found + wanted.length;
  }
  return true;
}
