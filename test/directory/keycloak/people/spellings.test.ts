import { expect, test } from 'vitest';
import { holders } from '../../../../src/directory/people/owners.ts';
import { says, user } from '../../../support/keycloak/script.ts';
import { until } from '../../../support/until.ts';
import { open, openOn, signal, start } from '../fixture.ts';

test.each([
  ['kate.smith@example.org', 1],
  ['jess.bassett@example.org', 4],
  ['office@example.org', 2],
  ['steffi.flint@example.org', 2],
  ['jürgen@example.org', 2],
  [`${'s'.repeat(30)}@example.org`, 8],
])('%s costs %d questions', async (address, count) => {
  const { keycloak, directory } = await open();
  await directory.find(address, signal).catch(() => {});
  expect(keycloak.asked.filter(({ path }) => path.endsWith('/users'))).toHaveLength(count);
});

test.each([
  ['strauß@example.org', 'strauss@example.org'],
  ['γιώργος@example.org', 'γιώργοσ@example.org'],
  ['groß.strauß@example.org', 'gross.strauss@example.org'],
  ['info@straße.example', 'info@xn--strae-oqa.example'],
])('%s is found by what Postfix makes of it, and keeps its letters', async (email, address) => {
  const { keycloak, directory } = await open();
  keycloak.users.push(user('eve', { email }));
  expect(await directory.find(address, signal)).toMatchObject([
    { id: 'id-eve', address, ...(email.includes('straße') ? {} : { spelling: email }) },
  ]);
});

const RARE = [
  ['\u017fmith@example.org', 'smith@example.org'],
  ['o\ufb03ce@example.org', 'office@example.org'],
  ['\ufb01rst.o\ufb00ice@example.org', 'first.office@example.org'],
  ['\u00b5@example.org', '\u03bc@example.org'],
  ['\u03d1eo@example.gr', '\u03b8eo@example.gr'],
  ['\u1f71nna@example.gr', '\u03acnna@example.gr'],
] as const;

test.each(RARE)(
  '%s, whose letters nobody is asked for by, is seen at a look round',
  async (email, address) => {
    const keycloak = await start();
    keycloak.users.push(user('eve', { email }));
    const { directory } = openOn(keycloak);
    expect(await directory.find(address, signal)).toMatchObject([{ id: 'id-eve', address }]);
    expect(await directory.find('nobody.smith@example.org', signal)).toEqual([]);
  },
);

test.each(RARE)(
  'so is the alias %s, which costs nobody else a question',
  async (alias, address) => {
    const keycloak = await start();
    keycloak.users.push(user('eve', { attributes: { mailAlias: [alias] } }));
    const { directory } = openOn(keycloak, { aliasAttribute: 'mailAlias' });
    expect(await directory.find(address, signal)).toMatchObject([{ id: 'id-eve' }]);
    let asked = 0;
    // More, until it is known that this Keycloak counts by a part.
    const areTwo = async () => {
      const local = `kate.smith${++asked}`;
      await directory.find(`${local}@example.org`, signal);
      return keycloak.to('/users').filter(({ search }) => search.includes(local)).length === 2;
    };
    expect(await until(areTwo, 30_000)).toBe(true);
  },
);

test('a look round that fails leaves doubt about nobody, and is tried again', async () => {
  const keycloak = await start();
  keycloak.users.push(user('eve', { email: '\u017fmith@example.org' }));
  let fails = true;
  keycloak.script = ({ path, query }) =>
    fails && path.endsWith('/users/count') && query['email'] === '\u017f'
      ? { status: 500, body: {} }
      : undefined;
  const { directory } = openOn(keycloak, { selfCheck: 20 });
  expect(await directory.find('nobody@example.org', signal)).toEqual([]);
  fails = false;
  const isFound = async () => (await directory.find('smith@example.org', signal)).length === 1;
  expect(await until(isFound, 30_000)).toBe(true);
});

test('a database that takes rare letters for common ones has nobody looked at in vain', async () => {
  const keycloak = await start();
  keycloak.compare = (text) => text.toLowerCase().replaceAll('\u017f', 's');
  for (let i = 0; i < 80; i++) keycloak.users.push(user(`someone${i}`));
  keycloak.users.push(user('eve', { email: '\u017fmith@example.org' }));
  const { directory } = openOn(keycloak);
  expect(await directory.find('smith@example.org', signal)).toMatchObject([{ id: 'id-eve' }]);
  expect(await directory.find('nobody.smith@example.org', signal)).toEqual([]);
});

test('an alias and a group are found by what Postfix makes of them', async () => {
  const { keycloak, directory } = await open({
    aliasAttribute: 'mailAlias',
    groupAttribute: 'mail',
  });
  keycloak.users.push(user('eve', { attributes: { mailAlias: ['boß@example.org'] } }));
  expect(await directory.find('boss@example.org', signal)).toMatchObject([{ id: 'id-eve' }]);
});

test('two users whose addresses fold to one are both found, which is a doubt', async () => {
  const { keycloak, directory } = await open();
  keycloak.users.push(user('one', { email: 'weiß@example.org' }));
  keycloak.users.push(user('two', { email: 'weiss@example.org' }));
  const entries = await directory.find('weiss@example.org', signal);
  expect(entries).toMatchObject([{ id: 'id-two' }, { id: 'id-one' }]);
  expect(() => holders(entries, 'weiss@example.org', { sharedAliases: true })).toThrow(
    expect.objectContaining({ kind: 'entry' }),
  );
});

test('who is not found is in doubt where not all spellings were asked, who is found is there', async () => {
  const { keycloak, directory } = await open();
  const email = `${'s'.repeat(30)}@example.org`;
  await expect(directory.find(email, signal)).rejects.toMatchObject({ kind: 'entry' });
  keycloak.users.push(user('eve', { email }));
  expect(await directory.find(email, signal)).toMatchObject([{ id: 'id-eve' }]);
});

test.each([
  ['müller@example.org', 'muller@example.org'],
  ['strauss@example.org', 'straus@example.org'],
])('whom a database shows for %s that takes it for %s is somebody else', async (address, email) => {
  const { keycloak, directory } = await open();
  keycloak.script = ({ path, query }) => {
    if (path.endsWith('/users')) return says([user('eve', { email })]);
    return query['email'] === undefined ? undefined : says(1);
  };
  expect(await directory.find(address, signal)).toEqual([]);
});

/** How databases make letters small: MariaDB (utf8mb3_general_ci), and PostgreSQL in the locale C. */
const LOWER_CASES: Readonly<Record<string, (text: string) => string>> = {
  mariadb: (text) =>
    text
      .split(/(ẞ)/u)
      .map((part) => (part === 'ẞ' ? part : part.replaceAll('İ', 'i').toLowerCase()))
      .join(''),
  postgresql: (text) => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()),
};

const STORED = [
  ['MAX.STRAUẞ@example.org', 'max.strauss@example.org'],
  ['GROẞ.WEIẞ@example.org', 'gross.weiss@example.org'],
  ['İnci@example.org', 'i\u0307nci@example.org'],
  ['Eda.İnci@example.org', 'eda.i\u0307nci@example.org'],
  ['İnci.ẞ@example.org', 'i\u0307nci.ss@example.org'],
  ['Jürgen.Über@example.org', 'jürgen.über@example.org'],
  ['MÜLLER@example.org', 'müller@example.org'],
  ['Иван.Петров@example.org', 'иван.петров@example.org'],
  ['office@BÜCHER.example', 'office@xn--bcher-kva.example'],
] as const;

test.each(
  Object.keys(LOWER_CASES).flatMap((name) => STORED.map((stored) => [name, ...stored] as const)),
)(
  '%s makes other letters small than Java: the alias %s is found as %s',
  async (name, value, address) => {
    const { keycloak, directory } = await open({ aliasAttribute: 'mailAlias' });
    keycloak.compare = LOWER_CASES[name] ?? String;
    for (let i = 0; i < 30; i++) {
      keycloak.users.push(
        user(`u${i}`, { attributes: { mailAlias: [`someone${i}@example.org`] } }),
      );
    }
    keycloak.users.push(user('eve', { attributes: { mailAlias: [value] } }));
    expect(await directory.find(address, signal)).toMatchObject([{ id: 'id-eve' }]);
  },
);

test.each([
  'ä@example.org',
  'äöü@example.org',
  'νίκη@example.org',
  'i\u0307@example.org',
  'ẞ@example.org',
])('%s is nobody’s though its letters, left open, are many people’s', async (address) => {
  const { keycloak, directory } = await open({ aliasAttribute: 'mailAlias' });
  for (let i = 0; i < 30; i++) {
    keycloak.users.push(user(`u${i}`, { attributes: { mailAlias: [`someone${i}@example.org`] } }));
  }
  expect(await directory.find(address, signal)).toEqual([]);
});
