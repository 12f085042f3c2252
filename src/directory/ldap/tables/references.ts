import { PresenceFilter } from 'ldapts';
import { Fault } from '../../directory.ts';
import { templateKey } from '../../templates/template.ts';
import { parseFilter } from '../filters/filter.ts';
import { isLdapUrl, parseLdapUrl } from '../filters/ldapurl.ts';
import type { SearchRequest } from '../search.ts';

/** What a search for what a value names has besides. */
export type Common = Pick<SearchRequest, 'attributes' | 'sizeLimit' | 'dereference'>;

/**
 * The search for what `value`, a DN or an LDAP URL, names; absent where the URL selects none of the table's attributes.
 * @throws {Fault} `entry` where it can't be read
 */
export function requestFor(value: string, common: Common): SearchRequest | undefined {
  if (!isLdapUrl(value)) {
    const filter = new PresenceFilter({ attribute: 'objectClass' });
    return { ...common, base: value, scope: 'base', filter, baseMayBeAbsent: true };
  }
  const url = parseLdapUrl(value);
  if (url === undefined) throw unreadable(value);
  const attributes =
    url.attributes.length === 0 ? common.attributes : select(url.attributes, common.attributes);
  if (attributes.length === 0) return undefined;
  const { base, scope } = url;
  const filter = readFilter(url.filter, value);
  return { ...common, base, scope, filter, attributes, baseMayBeAbsent: true };
}

/** Reads a filter in which a percent sign is one. */
function readFilter(text: string, url: string) {
  try {
    const filter = parseFilter(text.replaceAll('%', '%%')).bind(templateKey(''));
    if (filter !== undefined) return filter;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw unreadable(url);
}

const unreadable = (url: string): Fault =>
  new Fault(
    'entry',
    `an entry holds "${url}", which is no LDAP URL that can be followed: mend it there`,
  );

/** Names in both lists; where they differ in options only, the one that has more. */
const select = (names: readonly string[], own: readonly string[]): readonly string[] =>
  names.flatMap((name) =>
    own.flatMap((other) => {
      if (isSubtype(other, name)) return [other];
      return isSubtype(name, other) ? [name] : [];
    }),
  );

/** Whether `name` is `other`, or `other` with options. */
const isSubtype = (name: string, other: string): boolean =>
  name.toLowerCase() === other.toLowerCase() ||
  name.toLowerCase().startsWith(`${other.toLowerCase()};`);
