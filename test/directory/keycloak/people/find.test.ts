import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Ask, Entry } from '../../../../src/directory/directory.ts';
import { findingOf, none, valuesOf } from '../../../../src/directory/finding.ts';
import { askEntries } from '../../../../src/directory/people/ask.ts';
import type { CleanFigures } from '../../../../src/directory/people/clean.ts';
import type { HoldingRules } from '../../../../src/directory/people/owners.ts';
import { says, user } from '../../../support/keycloak/script.ts';
import type { Plain } from '../../../support/plain.ts';
import { NOBODY, open, signal } from '../fixture.ts';

/** Asks as the daemon does. */
const askPlain =
  (directory: Plain, rules: HoldingRules, figures: CleanFigures) =>
  async (address: string, own: AbortSignal) => {
    const find: Ask<Entry> = async (key, how) =>
      findingOf(await directory.find(key, how.signal), () => none('probe', 'scripted'));
    return valuesOf(await askEntries({ find }, rules, figures)(address, { signal: own }));
  };

test('a mailbox costs one question, by its exact address', async () => {
  const { keycloak, directory } = await open({
    aliasAttribute: 'mailAlias',
    groupAttribute: 'mail',
  });
  expect(await directory.find('ann@example.org', signal)).toEqual([
    {
      id: 'id-ann',
      kind: 'account',
      address: 'ann@example.org',
      aliases: [],
      logins: ['ann', 'ann@example.org'],
      members: [],
      enabled: true,
    },
  ]);
  expect(keycloak.asked.map(({ path, query }) => [path, query])).toEqual([
    [
      '/admin/realms/mail/users',
      { email: 'ann@example.org', exact: 'true', briefRepresentation: 'false', max: '10' },
    ],
  ]);
});

test('the brief form is asked for where attributes do not count', async () => {
  const { keycloak, directory } = await open();
  await directory.find('ann@example.org', signal);
  expect(keycloak.asked[0]?.query['briefRepresentation']).toBe('true');
});

test('nobody is none, after account, alias and group were asked for in two ways each', async () => {
  const { keycloak, directory } = await open({
    aliasAttribute: 'mailAlias',
    groupAttribute: 'mail',
  });
  expect(await directory.find(NOBODY, signal)).toEqual([]);
  const asked = keycloak.asked.map(
    ({ path, query }) => `${path.slice(18)} ${query['email'] ?? query['q']}`,
  );
  expect(asked.toSorted()).toEqual(
    [
      `/users ${NOBODY}`,
      `/users/count ${NOBODY}`,
      `/users mailAlias:"${NOBODY}"`,
      `/users/count mailAlias:"${NOBODY}"`,
      `/groups mail:"${NOBODY}"`,
      `/groups mail:"${NOBODY}"`,
    ].toSorted(),
  );
});

test('letter case in Keycloak does not matter', async () => {
  const { keycloak, directory } = await open();
  keycloak.users.push(user('eve', { email: 'Eve.Upper@Example.ORG' }));
  expect(await directory.find('eve.upper@example.org', signal)).toMatchObject([
    { address: 'eve.upper@example.org' },
  ]);
});

test('a domain that people write with umlauts is asked for in both forms', async () => {
  const { keycloak, directory } = await open();
  keycloak.users.push(user('jo', { email: 'jo@exämple.org' }));
  expect(await directory.find('jo@xn--exmple-cua.org', signal)).toMatchObject([{ id: 'id-jo' }]);
});

test('a disabled account is found as such', async () => {
  const { keycloak, directory } = await open();
  keycloak.users.push(user('bob', { enabled: false }));
  expect(await directory.find('bob@example.org', signal)).toMatchObject([{ enabled: false }]);
});

test('a disabled account does not hold the address against one that is enabled', async () => {
  const { keycloak, directory } = await open();
  const email = 'twin@example.org';
  keycloak.users.push(user('one', { email, enabled: false }), user('two', { email }));
  const ask = askPlain(directory, { sharedAliases: false }, { dropped: 0 });
  expect(await ask(email, signal)).toMatchObject([{ id: 'id-two' }]);
});

test('several disabled accounts of one address are as good as one', async () => {
  const { keycloak, directory } = await open();
  const gone = { email: 'gone@example.org', enabled: false };
  keycloak.users.push(user('one', gone), user('two', gone));
  const ask = askPlain(directory, { sharedAliases: false }, { dropped: 0 });
  expect(await ask('gone@example.org', signal)).toMatchObject([{ id: 'id-one' }]);
});

test('two enabled accounts of one address are a doubt', async () => {
  const { keycloak, directory } = await open();
  const email = 'twin@example.org';
  keycloak.users.push(user('one', { email }), user('two', { email }));
  const ask = askPlain(directory, { sharedAliases: true }, { dropped: 0 });
  await expect(ask(email, signal)).rejects.toMatchObject({ kind: 'entry' });
});

test('more holders than are read are a doubt', async () => {
  const { keycloak, directory } = await open();
  const email = 'many@example.org';
  for (let i = 0; i < 10; i++) keycloak.users.push(user(`many${i}`, { email, enabled: i === 9 }));
  await expect(directory.find(email, signal)).rejects.toMatchObject({ kind: 'entry' });
});

test("a client's own account is nobody", async () => {
  const { keycloak, directory } = await open();
  keycloak.users.push(user('service-account-x', { email: 'x@example.org' }));
  expect(await directory.find('x@example.org', signal)).toEqual([]);
});

test.each([
  { emailVerified: 'any', found: 1 },
  { emailVerified: 'required', found: 0 },
] as const)(
  'with emailVerified: $emailVerified an unverified address is held by $found',
  async ({ emailVerified, found }) => {
    const { keycloak, directory } = await open({ emailVerified });
    keycloak.users.push(user('una', { emailVerified: false }));
    expect(await directory.find('una@example.org', signal)).toHaveLength(found);
  },
);

test('addresses may be usernames', async () => {
  const { keycloak, directory } = await open({ addressFrom: 'username', logins: ['username'] });
  keycloak.users.push(user('heidi@example.org', { email: 'private@example.net' }));
  expect(await directory.find('heidi@example.org', signal)).toMatchObject([
    { address: 'heidi@example.org', logins: ['heidi@example.org'] },
  ]);
  expect(keycloak.asked[0]?.query).toMatchObject({ username: 'heidi@example.org', exact: 'true' });
});

test('addresses may lie in an attribute', async () => {
  const { keycloak, directory } = await open({ addressFrom: 'mailAddress' });
  const attributes = { mailAddress: ['Olga@example.org', 'o@example.org'] };
  keycloak.users.push(user('olga', { email: 'olga@private.example', attributes }));
  expect(await directory.find('o@example.org', signal)).toMatchObject([
    { address: 'olga@example.org', aliases: ['o@example.org'] },
  ]);
});

test('an alias finds its account, with all its aliases', async () => {
  const { keycloak, directory } = await open({ aliasAttribute: 'mailAlias' });
  const attributes = { mailAlias: ['Office@example.org', 'info@example.org'] };
  keycloak.users.push(user('eve', { attributes }));
  expect(await directory.find('office@example.org', signal)).toMatchObject([
    { address: 'eve@example.org', aliases: ['office@example.org', 'info@example.org'] },
  ]);
});

test('an alias of an account without an address is a doubt', async () => {
  const { keycloak, directory } = await open({ aliasAttribute: 'mailAlias' });
  keycloak.users.push({
    ...user('dave', { attributes: { mailAlias: ['d@example.org'] } }),
    email: '',
  });
  const ask = askPlain(directory, { sharedAliases: false }, { dropped: 0 });
  await expect(ask('d@example.org', signal)).rejects.toThrow('no usable address of its own');
});

test("an account's own address is not asked for as somebody's alias", async () => {
  const { keycloak, directory } = await open({ aliasAttribute: 'mailAlias' });
  keycloak.users.push(user('mallory', { attributes: { mailAlias: ['ann@example.org'] } }));
  expect(await directory.find('ann@example.org', signal)).toMatchObject([{ id: 'id-ann' }]);
});

test('a row that was not asked for is left out beside the right one', async () => {
  const { keycloak, directory } = await open();
  keycloak.script = ({ query }) =>
    query['email'] === undefined ? undefined : says([user('ann'), user('bob')]);
  expect(await directory.find('ann@example.org', signal)).toMatchObject([{ id: 'id-ann' }]);
});

const HOSTILE = [
  '',
  '@',
  '%@example.org',
  '*@example.org',
  '_@example.org',
  'ann%@example.org',
  '"x" mailalias:office@example.org',
  'x mailalias:office@example.org',
  '"x"@example.org',
  'x\\"@example.org',
  `${'a'.repeat(20_000)}@example.org`,
  'nul\0@example.org',
  'new\nline@example.org',
  'a+b@example.org',
  'a b@example.org',
  'a&max=1@example.org',
  "o'brien@example.org",
  'a:b@example.org',
  'a#b?c@example.org',
];

/** A quote that ends the value, or what a value can't hold. */
const BREAKING_OUT = /(?<!\\)"|[^\P{Cc}\n]/u;

test.each(HOSTILE)('the key %j finds nobody, and breaks out of no question', async (key) => {
  const { keycloak, directory } = await open({
    aliasAttribute: 'mailAlias',
    groupAttribute: 'mail',
  });
  keycloak.users.push(user('eve', { attributes: { mailAlias: ['office@example.org'] } }));
  const found = await directory.find(key, signal).catch((error: unknown) => error);
  expect([[], expect.objectContaining({ kind: 'entry' })]).toContainEqual(found);
  for (const { query } of keycloak.asked.filter(({ path }) => /users$|groups$/.test(path))) {
    const [, value = ''] = /^\w+:"(.*)"$/s.exec(query['q'] ?? '') ?? [];
    if (query['exact'] !== 'false' && query['populateHierarchy'] === undefined) {
      const asked = query['email'] ?? value.replaceAll('\\"', '"');
      expect([key, key.replace('ffi', '\ufb03')]).toContain(asked);
    }
    expect(value).not.toMatch(BREAKING_OUT);
    if (query['q'] === undefined) expect(query).toMatchObject({ exact: 'true' });
    expect(Number(query['max'])).toBeLessThan(101);
  }
});

test('no key is sent as anything but one value', async () => {
  const { keycloak, directory } = await open({ aliasAttribute: 'mailAlias' });
  const local = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(local, async (name) => {
      keycloak.asked.length = 0;
      const found = await directory.find(`${name}@example.org`, signal).catch(() => []);
      expect(found.every(({ address }) => address === `${name.toLowerCase()}@example.org`)).toBe(
        true,
      );
      for (const { query } of keycloak.asked) {
        const names = ['briefRepresentation', 'email', 'exact', 'max', 'q'];
        expect(Object.keys(query).filter((each) => !names.includes(each))).toEqual([]);
        expect(query['q'] ?? 'mailAlias:"x"').toMatch(/^mailAlias:"(?:\\"|[^"])*"$/);
      }
    }),
    { numRuns: 60 },
  );
});
