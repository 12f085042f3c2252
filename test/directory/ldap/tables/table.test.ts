import { EqualityFilter } from 'ldapts';
import { describe, expect, test } from 'vitest';
import type { LdapTableSettings } from '../../../../src/directory/ldap/settings.ts';
import { createTable } from '../../../../src/directory/ldap/tables/table.ts';
import { ANN, ask, SETTINGS } from '../tablefixture.ts';

describe('asks', () => {
  test('with the settings of the table', async () => {
    const { asked } = await ask(
      {
        searchBase: 'ou=a,o=x',
        scope: 'one',
        dereference: 'find',
        sizeLimit: 7,
        terminalResultAttributes: ['t'],
        leafResultAttributes: ['l'],
        specialResultAttributes: ['s', 'maildrop'],
      },
      {},
    );
    expect(asked).toEqual([
      {
        base: 'ou=a,o=x',
        scope: 'one',
        filter: new EqualityFilter({ attribute: 'mail', value: 'ann@example.org' }),
        attributes: ['t', 'l', 'maildrop', 's'],
        dereference: 'find',
        sizeLimit: 7,
      },
    ]);
  });

  test("in the directory's base, where the table has none", async () => {
    expect((await ask({}, {})).asked).toMatchObject([{ base: 'o=x' }]);
    expect((await ask({}, {})).asked[0]).not.toHaveProperty('baseMayBeAbsent');
  });

  test('in a base of the key, escaped, which may be absent', async () => {
    const { asked } = await ask({ searchBase: 'ou=%d,cn=%u,o=x' }, {}, '#a, b=c@mail+x');
    expect(asked).toMatchObject([
      { base: String.raw`ou=mail\+x,cn=\#a\, b\=c,o=x`, baseMayBeAbsent: true },
    ]);
  });

  test.each<[string, Partial<LdapTableSettings>, string]>([
    ['an empty key', { queryFilter: '(a=1)' }, ''],
    ['a key without domain, for a filter', { queryFilter: '(a=%d)' }, 'ann'],
    ['a key without domain, for a base', { searchBase: 'ou=%d,o=x' }, 'ann'],
    ['a key without domain, for a result', { resultFormat: '%s@%D' }, 'ann'],
    ['a key with too few labels, for a result', { resultFormat: '%2' }, 'ann@org'],
    ['a key without local part, for a result', { resultFormat: '%U' }, '@example.org'],
    ['another domain', { domain: ['example.net', 'org'] }, 'ann@example.org'],
    ['a bare domain, where domains are listed', { domain: ['example.org'] }, 'example.org'],
    ['no local part, where domains are listed', { domain: ['example.org'] }, '@example.org'],
  ])('nothing for %s', async (_, settings, key) => {
    expect(await ask(settings, {}, key)).toEqual({ values: [], asked: [], missed: 0 });
  });

  test('for an address in each spelling that Postfix folds to it', async () => {
    const { asked } = await ask({ queryFilter: '(mail=%s)' }, {}, 'strauss@example.org');
    for (const text of ['strauss', 'strauß', 'strauẞ'])
      expect(String(asked[0]?.filter)).toContain(`(mail=${text}@example.org)`);
  });

  test('in doubt where nobody has it and not all spellings were asked', async () => {
    const key = `${'s'.repeat(40)}@example.org`;
    await expect(ask({}, {}, key)).rejects.toMatchObject({ kind: 'entry' });
  });

  test.each([
    ['straße.example', 'ann@xn--strae-oqa.example'],
    ['straße.example', 'ann@strasse.example'],
    ['Bücher.example', 'ann@xn--bcher-kva.example'],
  ])('where %s is listed, for %s', async (domain, key) => {
    expect((await ask({ domain: [domain] }, {}, key)).asked).toHaveLength(1);
  });

  test('for a key at a listed domain, whatever its case', async () => {
    expect((await ask({ domain: ['Example.ORG'] }, {}, 'ann@eXample.org')).asked).toHaveLength(1);
  });
});

describe('answers', () => {
  test('all values of all result attributes of all entries, in the order of the directory', async () => {
    const { values } = await ask(
      { resultAttributes: ['maildrop', 'fax'] },
      {
        'cn=1,o=x': { ...ANN, fax: ['1f'], maildrop: ['1a', '1b'], other: ['no'] },
        'cn=2,o=x': { ...ANN, maildrop: ['2a'] },
      },
    );
    expect(values).toEqual(['1f', '1a', '1b', '2a']);
  });

  test('whatever case and options the attribute is written with', async () => {
    const { values } = await ask(
      { resultAttributes: ['mailDrop;lang-en'] },
      { 'cn=1,o=x': { ...ANN, maildrop: ['a'] } },
    );
    expect(values).toEqual(['a']);
  });

  test.each([
    ['%s', 'bob@a@example.net', 'bob@a@example.net'],
    ['%u', 'bob@a@example.net', 'bob@a'],
    ['%u', 'bob', 'bob'],
    ['%d', 'bob@a@example.net', 'example.net'],
    ['smtp:[%s]:%%25', 'host', 'smtp:[host]:%25'],
    ['%S %U %D %1 %2', 'x', 'ann@example.org ann example.org org example'],
    ['%u@%D', 'bob@example.net', 'bob@example.org'],
    ['fixed', 'x', 'fixed'],
  ])('in the format %s: %s as %s', async (resultFormat, value, expected) => {
    const { values } = await ask({ resultFormat }, { 'cn=1,o=x': { ...ANN, maildrop: [value] } });
    expect(values).toEqual([expected]);
  });

  test.each([
    ['%s', ''],
    ['fixed', ''],
    ['%d', 'bob'],
    ['%d', 'bob@'],
    ['%u', '@example.net'],
  ])('without those that the format %s has no use for: "%s"', async (resultFormat, value) => {
    const person = { ...ANN, maildrop: [value, 'a@b'] };
    const { values } = await ask({ resultFormat }, { 'cn=1,o=x': person });
    expect(values).toHaveLength(1);
  });

  test.each([
    ['no UTF-8', Buffer.from([0x61, 0xff])],
    ['a NUL', Buffer.from([0x61, 0])],
  ])('never with %s', async (_, value) => {
    await expect(ask({}, { 'cn=1,o=x': { ...ANN, maildrop: [value] } })).rejects.toMatchObject({
      kind: 'entry',
      message: expect.stringContaining('a value of maildrop in cn=1,o=x is no text'),
    });
  });
});

describe('refuses', () => {
  test.each<[Partial<LdapTableSettings>, string]>([
    [{ queryFilter: '(mail=%s' }, 'tables.t.queryFilter: expected ")" at offset 8'],
    [{ searchBase: 'ou=%x' }, 'tables.t.searchBase: "%x" at offset 3 means nothing here'],
    [{ resultFormat: '%' }, 'tables.t.resultFormat: "%" at offset 0 means nothing here'],
    [{ resultAttributes: [] }, 'tables.t names no attribute: give resultAttributes'],
  ])('%o', (settings, message) => {
    expect(() => createTable('t', { ...SETTINGS, ...settings }, 'o=x')).toThrow(message);
  });
});
