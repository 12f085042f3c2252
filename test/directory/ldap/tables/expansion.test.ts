import { describe, expect, test } from 'vitest';
import type { Search, SearchRequest } from '../../../../src/directory/ldap/search.ts';
import type { LdapTableSettings } from '../../../../src/directory/ldap/settings.ts';
import { createTable } from '../../../../src/directory/ldap/tables/table.ts';
import { ANN, type Attributes, ask, entry, GROUPS, SETTINGS } from '../tablefixture.ts';
import { viewOf } from '../view.ts';

describe('follows', () => {
  const all = { ...ANN, external: ['x@y'] };

  test('names, and puts what they lead to in their place', async () => {
    const { values, missed } = await ask(GROUPS, {
      'cn=g,o=x': { member: ['cn=1,o=x', 'cn=h,o=x', 'cn=2,o=x'], ...all },
      'cn=h,o=x': { mail: ['h@y'], member: ['cn=3,o=x'] },
      'cn=1,o=x': { mail: ['1@y'] },
      'cn=2,o=x': { mail: ['2@y'], external: ['2e@y'] },
      'cn=3,o=x': { mail: ['3@y'] },
    });
    expect(values).toEqual(['1@y', '3@y', '2@y', '2e@y', 'x@y']);
    expect(missed).toBe(0);
  });

  test('no name of an entry with a terminal attribute, which is all of it', async () => {
    const { values } = await ask(GROUPS, {
      'cn=g,o=x': { ...all, member: ['cn=1,o=x'], maildrop: ['list@y'] },
      'cn=1,o=x': { mail: ['1@y'] },
    });
    expect(values).toEqual(['list@y']);
  });

  test('terminal attributes of one entry, and the others of the next', async () => {
    const { values } = await ask(GROUPS, {
      'cn=g,o=x': { ...ANN, member: ['cn=1,o=x', 'cn=2,o=x'] },
      'cn=1,o=x': { mail: ['1@y'], maildrop: ['host'] },
      'cn=2,o=x': { mail: ['2@y'] },
    });
    expect(values).toEqual(['host', '2@y']);
  });

  test('a circle once, and whom two groups hold once', async () => {
    const { values, asked } = await ask(GROUPS, {
      'cn=g,o=x': { ...ANN, member: ['cn=h,o=x', 'CN=1,o=x'] },
      'cn=h,o=x': { member: ['cn=G,o=x', 'cn=h,o=x', 'cn=1,o=x'] },
      'cn=1,o=x': { mail: ['1@y'] },
    });
    expect(values).toEqual(['1@y']);
    expect(asked).toHaveLength(3);
  });

  test('names that lead nowhere, and says so', async () => {
    const { values, missed, asked } = await ask(GROUPS, {
      'cn=g,o=x': { ...ANN, member: ['cn=gone,o=x', 'cn=1,o=x'] },
      'cn=1,o=x': { mail: ['1@y'] },
    });
    expect(values).toEqual(['1@y']);
    expect(missed).toBe(1);
    expect(asked[1]).toMatchObject({ base: 'cn=gone,o=x', scope: 'base', baseMayBeAbsent: true });
  });

  test('many names', async () => {
    const numbers = Array.from({ length: 100 }, (_, i) => i);
    const people = Object.fromEntries(
      numbers.map((i) => [`cn=${i},o=x`, { mail: [`${i}@y`] }] as const),
    );
    const group = { ...ANN, member: Object.keys(people) };
    const { values } = await ask(GROUPS, { 'cn=g,o=x': group, ...people });
    expect(values).toEqual(numbers.map((i) => `${i}@y`));
  });

  test("AD's ranges to their end", async () => {
    const first = entry('cn=g,o=x', { member: [], 'member;range=0-1': ['cn=1,o=x', 'cn=2,o=x'] });
    const last = entry('cn=g,o=x', { 'member;range=2-*': ['cn=3,o=x'] });
    const search: Search = async ({ base, attributes }) => {
      if (attributes.includes('member;range=2-*')) return [last];
      return base === 'o=x' ? [first] : [entry(base, { mail: [base.slice(3, 4)] })];
    };
    const work = createTable('t', { ...SETTINGS, ...GROUPS }, 'o=x').question('ann@example.org');
    expect(await work?.(viewOf(search))).toEqual(['1', '2', '3']);
  });
});

describe('LDAP URLs', () => {
  const through = async (url: string, settings: Partial<LdapTableSettings> = {}) =>
    await ask(
      { ...GROUPS, ...settings },
      {
        'cn=g,o=x': { ...ANN, member: [url] },
        'cn=1,ou=p,o=x': { mail: ['1@y'] },
        'cn=2,ou=p,o=x': { mail: ['2@y'] },
      },
    );

  test('are searches of their own', async () => {
    const { values, asked } = await through(
      'ldap://other.example.org/ou=p,o=x?mail?one?(objectClass=*)',
    );
    expect(values).toEqual(['1@y', '2@y']);
    expect(asked[1]).toMatchObject({ base: 'ou=p,o=x', scope: 'one', attributes: ['mail'] });
  });

  test.each<[string, Partial<SearchRequest>]>([
    ['ldap:///ou=p,o=x', { scope: 'base', attributes: ['maildrop', 'mail', 'external', 'member'] }],
    ['ldap:///ou=p,o=x??sub?', { scope: 'sub' }],
    [
      'LDAPS://h/ou=p,o=x?*?subtree',
      { scope: 'sub', attributes: ['maildrop', 'mail', 'external', 'member'] },
    ],
    [
      '<URL:ldap:///ou=%70,o=x?MAIL,cn?onelevel>',
      { base: 'ou=p,o=x', scope: 'one', attributes: ['mail'] },
    ],
    ['ldap:///ou=p,o=x?mail;lang-en', { attributes: ['mail;lang-en'] }],
    ['ldap:///ou=p,o=x?mail???bindname=cn=x', { attributes: ['mail'] }],
    ['ldap:///ou=p,o=x??sub?(a=50%25%2a)', { filter: expect.objectContaining({ initial: '50%' }) }],
  ])('%s', async (url, expected) => {
    expect((await through(url)).asked[1]).toMatchObject(expected);
  });

  test('take an option from the table', async () => {
    const { asked } = await through('ldap:///o=x?mail', { leafResultAttributes: ['mail;lang-en'] });
    expect(asked[1]).toMatchObject({ attributes: ['mail;lang-en'] });
  });

  test('that select nothing of the table are not asked', async () => {
    expect(await through('ldap:///ou=p,o=x?cn,mai')).toMatchObject({ values: [], missed: 0 });
    expect((await through('ldap:///ou=p,o=x?cn')).asked).toHaveLength(1);
  });

  test.each([
    'ldap:///o=x?mail?everything',
    'ldap:///o=x?mail?sub?(mail=',
    'ldap:///o=x?mail?sub?mail',
    'ldap:///%zz?mail',
    'ldap:///o=x?mail?sub?(a=1)?!ext',
    'ldap:///o=x?a?sub?a=b?c?d',
  ])('that can not be followed are doubt: %s', async (url) => {
    await expect(through(url)).rejects.toMatchObject({
      kind: 'entry',
      message: expect.stringContaining(`"${url}", which is no LDAP URL that can be followed`),
    });
  });
});

describe('limits', () => {
  const people: Readonly<Record<string, Attributes>> = {
    'cn=g,o=x': { ...ANN, member: ['cn=h,o=x'], external: ['1', '2'] },
    'cn=h,o=x': { member: ['cn=1,o=x'] },
    'cn=1,o=x': { mail: ['3'] },
  };

  test.each<[Partial<LdapTableSettings>, string]>([
    [{ expansionLimit: 2 }, "it has more than 2 values, the table's expansionLimit"],
    [{ expansionLimit: 1 }, 'it has more than 1 values'],
    [{ recursionLimit: 2 }, "it names entries 2 deep and deeper, the table's recursionLimit"],
    [{ recursionLimit: 1 }, 'it names entries 1 deep and deeper'],
  ])('%o are doubt', async (limit, message) => {
    await expect(ask({ ...GROUPS, ...limit }, people)).rejects.toMatchObject({
      kind: 'entry',
      message: expect.stringContaining(message),
    });
  });

  test.each([{ expansionLimit: 3 }, { recursionLimit: 3 }, { recursionLimit: 0 }])(
    '%o are kept',
    async (limit) => {
      expect((await ask({ ...GROUPS, ...limit }, people)).values).toEqual(['3', '1', '2']);
    },
  );

  test('do not count values that the format leaves out', async () => {
    const { values } = await ask(
      { expansionLimit: 1, resultFormat: '%d' },
      { 'cn=1,o=x': { ...ANN, maildrop: ['a', 'b', 'c@d'] } },
    );
    expect(values).toEqual(['d']);
  });
});
