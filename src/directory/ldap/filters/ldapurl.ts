import type { Scope } from '../search.ts';

/** A search that an entry names. Its host does not count: the same server is asked. */
export interface LdapUrl {
  readonly base: string;
  /** Empty: all. */
  readonly attributes: readonly string[];
  readonly scope: Scope;
  readonly filter: string;
}

/** What a URL begins with: a server, which does not count, and the slash before the base. */
const START = /^<?(?:URL:)?ldap[si]?:\/\/[^/?>]*\/?/i;

const SCOPES: Readonly<Record<string, Scope>> = {
  '': 'base',
  base: 'base',
  one: 'one',
  onelevel: 'one',
  sub: 'sub',
  subtree: 'sub',
};

/** Whether a value is meant as an LDAP URL; else it is a DN. */
export const isLdapUrl = (value: string): boolean => START.test(value);

/**
 * Reads `ldap://host/base?attributes?scope?filter`; absent where it can't be read or has an extension that must not be
 * passed over.
 * @see RFC 4516
 */
export function parseLdapUrl(value: string): LdapUrl | undefined {
  const parts = value.replace(START, '').replace(/>$/, '').split('?').map(decode);
  const at = (i: number): string => parts[i] ?? '';
  const scope = SCOPES[at(2).toLowerCase()];
  if (scope === undefined || parts.includes(undefined) || parts.length > 5) return undefined;
  if (at(4).includes('!')) return undefined;
  return { base: at(0), attributes: attributesIn(at(1)), scope, filter: at(3) || ANYTHING };
}

const ANYTHING = '(objectClass=*)';

/** Absent where a percent sign begins nothing. */
function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** `*` are all, as none are. */
function attributesIn(list: string): readonly string[] {
  const names = list.split(',').filter((name) => name !== '');
  return names.includes('*') ? [] : names;
}
