import { describe, expect, test } from 'vitest';
import { checkTexts } from '../../../../src/directory/ldap/filters/check.ts';
import type { LdapTableSettings } from '../../../../src/directory/ldap/settings.ts';
import { createTables } from '../../../../src/directory/ldap/tables/tables.ts';
import { settingsWith } from '../branchfixture.ts';
import { CONTAINERS, openOver, person } from '../memory/open.ts';
import { type Attributes, startMemory } from '../memory/server.ts';
import { SETTINGS } from '../tablefixture.ts';

const DOMAIN: Readonly<Record<string, Attributes>> = {
  'associatedDomain=example.org,dc=x': {
    objectClass: 'domainRelatedObject',
    associatedDomain: 'example.org',
  },
};

const mydestination: LdapTableSettings = {
  ...SETTINGS,
  queryFilter: '(associatedDomain=%s)',
  resultAttributes: ['associatedDomain'],
};
const people: LdapTableSettings = {
  ...SETTINGS,
  resultAttributes: ['mail'],
  domainTable: 'mydestination',
};

/** A server with one domain, and somebody beyond it; what the table says of a key. */
async function open(changes: Partial<LdapTableSettings> = {}) {
  const server = await startMemory({
    ...CONTAINERS,
    ...DOMAIN,
    ...person('svc'),
    ...person('ann'),
    ...person('far', { mail: 'far@elsewhere.example' }),
  });
  const directory = openOver(server, {
    tables: { mydestination, people: { ...people, ...changes } },
  });
  const ask = directory.table?.({ table: 'people' });
  const says = async (key: string): Promise<string> => {
    try {
      const finding = await ask?.(key, { signal: new AbortController().signal });
      return finding?.status === 'found' ? finding.value.join() : String(finding?.status);
    } catch (error) {
      return String(error);
    }
  };
  return { server, says };
}

describe('a table whose domains are in another one', () => {
  test('finds people of those alone', async () => {
    const { says } = await open();
    expect(await says('ann@example.org')).toBe('ann@example.org');
    expect(await says('far@elsewhere.example')).toBe('none');
    expect(await says('nobody@example.org')).toBe('none');
  });

  test('finds those of domains that are named besides', async () => {
    const { says } = await open({ domain: ['elsewhere.example'] });
    expect(await says('far@elsewhere.example')).toBe('far@elsewhere.example');
    expect(await says('ann@example.org')).toBe('ann@example.org');
    expect(await says('ann@third.example')).toBe('none');
  });

  test('asks for the domain in lower case, as Postfix does', async () => {
    const { says, server } = await open();
    expect(await says('ann@EXAMPLE.org')).toBe('ann@example.org');
    expect(server.peer.asked.some(({ text }) => text.includes('EXAMPLE.org'))).toBe(true);
  });

  test.each(['example.org', 'ann', '@example.org', 'ann@', ''])(
    'has nothing for %j',
    async (key) => {
      expect(await (await open()).says(key)).toBe('none');
    },
  );

  test('denies nobody where the domains are not shown any more', async () => {
    const { says, server } = await open();
    expect(await says('far@elsewhere.example')).toBe('none');
    server.rights.hidden.add('associateddomain');
    expect(await says('ann@example.org')).toMatch(/associatedDomain/);
    server.rights.hidden.clear();
    expect(await says('ann@example.org')).toBe('ann@example.org');
  });

  test('denies nobody where the other table fails', async () => {
    const { says, server } = await open();
    server.codes.set('associatedDomain', 51);
    expect(await says('ann@example.org')).toMatch(/it is busy/);
  });
});

describe('a table that names', () => {
  const chain = (names: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(names).map(([name, domainTable]) => [name, { ...SETTINGS, domainTable }]),
    );

  test.each([
    ['itself', { a: 'a' }, /leads back/, ['"a" would have to find its own domains']],
    ['one that is not there', { a: 'b' }, /no table "b"/, ['"b" is none of the tables, name one']],
    [
      'one that names it',
      { a: 'b', b: 'a' },
      /leads back/,
      ['"a" would have to find its own domains', '"b" would have to find its own domains'],
    ],
  ])('%s is refused, and told by the setting', (_, names, says, told) => {
    const settings = settingsWith({ tables: chain(names) });
    expect(() => createTables(settings)).toThrow(says);
    expect(checkTexts(settings).map(({ message }) => message)).toEqual(told);
  });
});
