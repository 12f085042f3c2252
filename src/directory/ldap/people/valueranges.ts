import { isUtf8 } from 'node:buffer';
import { PresenceFilter } from 'ldapts';
import { Fault } from '../../directory.ts';
import type { LdapEntry, Search } from '../search.ts';
import { textsOf } from './values.ts';

/** Active Directory gives 1500 values at a time, under a name such as `member;range=0-1499`. */
const RANGE = /^(?<name>[^;]+);range=(?<first>\d+)-(?<last>\d+|\*)$/;

/**
 * All values of an attribute that may come in ranges, read until there are more than `most`.
 * @throws {Fault} `entry` where the next range does not come: never a shortened list
 */
export async function readRest(
  entry: LdapEntry,
  attribute: string,
  most: number,
  search: Search,
): Promise<readonly string[]> {
  const values = [...textsOf(entry, attribute)];
  let range = rangeOf(entry, attribute);
  while (range !== undefined) {
    values.push(...range.values);
    if (range.last === '*' || values.length > most) break;
    range = await readRange(entry, attribute, Number(range.last) + 1, search);
  }
  return values;
}

interface Range {
  readonly first: string;
  /** The number of the last value, `*` for the end. */
  readonly last: string;
  readonly values: readonly string[];
}

async function readRange(
  { dn }: LdapEntry,
  attribute: string,
  first: number,
  search: Search,
): Promise<Range> {
  const [entry] = await search({
    base: dn,
    scope: 'base',
    filter: new PresenceFilter({ attribute: 'objectClass' }),
    // Asked for a range alone, Samba 4.17 finds no entry.
    attributes: [`${attribute};range=${first}-*`, 'objectClass'],
    sizeLimit: 0,
  });
  const range = entry === undefined ? undefined : rangeOf(entry, attribute);
  if (range !== undefined && Number(range.first) === first) return range;
  throw new Fault(
    'entry',
    `the values of ${dn}'s ${attribute} from number ${first} on did not come`,
  );
}

function rangeOf(entry: LdapEntry, attribute: string): Range | undefined {
  for (const [key, found] of entry.attributes) {
    const { name, first = '', last = '' } = RANGE.exec(key)?.groups ?? {};
    if (name !== attribute.toLowerCase()) continue;
    const values = found.filter((value) => isUtf8(value)).map((value) => value.toString('utf8'));
    return { first, last, values };
  }
  return undefined;
}
