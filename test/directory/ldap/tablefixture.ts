import { EqualityFilter } from 'ldapts';
import type { LdapEntry, Search, SearchRequest } from '../../../src/directory/ldap/search.ts';
import type { LdapTableSettings } from '../../../src/directory/ldap/settings.ts';
import { createTable } from '../../../src/directory/ldap/tables/table.ts';
import { viewOf } from './view.ts';

/** The defaults of a table. */
export const SETTINGS: LdapTableSettings = {
  scope: 'sub',
  queryFilter: '(mail=%s)',
  resultAttributes: ['maildrop'],
  resultFormat: '%s',
  specialResultAttributes: [],
  leafResultAttributes: [],
  terminalResultAttributes: [],
  dereference: 'never',
  expansionLimit: 0,
  recursionLimit: 1000,
  sizeLimit: 0,
};

/** An entry's attributes, as a test writes them. */
export type Attributes = Readonly<Record<string, readonly (string | Buffer)[]>>;

/** An entry as the wire gives it. */
export const entry = (dn: string, attributes: Attributes): LdapEntry => ({
  dn,
  attributes: new Map(
    Object.entries(attributes).map(([name, values]) => [
      name.toLowerCase(),
      values.map((value) => (typeof value === 'string' ? Buffer.from(value) : value)),
    ]),
  ),
});

/** A directory that finds by `mail`, by name, and what lies one level below a name. */
function world(people: Readonly<Record<string, Attributes>>) {
  const asked: SearchRequest[] = [];
  const search: Search = async (request) => {
    asked.push(request);
    const { base, scope, filter } = request;
    return Object.entries(people)
      .filter(([dn, { mail = [] }]) => {
        if (scope === 'base') return dn.toLowerCase() === base.toLowerCase();
        if (!(filter instanceof EqualityFilter)) return dn.endsWith(`,${base}`);
        return dn.endsWith(base) && mail.includes(String(filter.value));
      })
      .map(([dn, attributes]) => entry(dn, attributes));
  };
  return { search, asked };
}

/** What came of a key, and how. */
export interface Asked {
  readonly values: readonly string[];
  readonly asked: readonly SearchRequest[];
  readonly missed: number;
}

/** Asks a table of these settings in a directory of these people. */
export async function ask(
  settings: Partial<LdapTableSettings>,
  people: Readonly<Record<string, Attributes>>,
  key = 'ann@example.org',
): Promise<Asked> {
  const { search, asked } = world(people);
  let missed = 0;
  const work = createTable('t', { ...SETTINGS, ...settings }, 'o=x').question(key);
  const missing = (): void => {
    missed++;
  };
  const values = (await work?.(viewOf(search, { missed: missing }))) ?? [];
  return { values, asked, missed };
}

/** Whom the first search finds. */
export const ANN: Attributes = { mail: ['ann@example.org'] };

/** Settings for groups that name their members. */
export const GROUPS: Partial<LdapTableSettings> = {
  resultAttributes: ['external'],
  specialResultAttributes: ['member'],
  leafResultAttributes: ['mail'],
  terminalResultAttributes: ['maildrop'],
};
