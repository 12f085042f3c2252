import { expect, test } from 'vitest';
import { keycloak as type } from '../../../../src/directory/keycloak/type.ts';
import { user } from '../../../support/keycloak/script.ts';
import { NOBODY, open, signal } from '../fixture.ts';

const MADE = { addressFrom: '{username}@example.org' } as const;

/** Whose e-mail is a private address for recovery. */
const privately = (name: string, more: object = {}) =>
  user(name, { email: `${name}@private.example`, ...more });

test('an address made of the username finds its user by one question, the e-mail does not', async () => {
  const { keycloak, directory } = await open(MADE);
  keycloak.users.push(privately('bob'));
  expect(await directory.find('bob@example.org', signal)).toMatchObject([
    { address: 'bob@example.org', logins: ['bob', 'bob@private.example'] },
  ]);
  expect(keycloak.to('/users').map(({ query }) => query['username'])).toEqual(['bob']);
  expect(await directory.find('bob@private.example', signal)).toEqual([]);
});

test.each([
  'bob@example.net',
  'bob@sub.example.org',
  '"bob@example.org"@example.org',
  'bo_@example.org',
  'b%@example.org',
  NOBODY,
])('%s is nobody’s', async (key) => {
  const { keycloak, directory } = await open(MADE);
  keycloak.users.push(privately('bob'), privately('bob@example.org', { id: 'other' }));
  expect(await directory.find(key, signal)).toEqual([]);
});

test('letters are folded as everywhere', async () => {
  const { keycloak, directory } = await open(MADE);
  keycloak.users.push(privately('strauß'));
  expect(await directory.find('STRAUSS@example.org', signal)).toHaveLength(1);
});

test('a user whose name is an address has none in that domain, and its alias is a doubt', async () => {
  const { keycloak, directory } = await open({ ...MADE, aliasAttribute: 'mailAlias' });
  keycloak.users.push(
    privately('eve@private.example', { attributes: { mailAlias: ['office@example.org'] } }),
  );
  expect(await directory.find('office@example.org', signal)).toMatchObject([{ address: '' }]);
});

test('members of a group get mail at the addresses that are made', async () => {
  const { keycloak, directory } = await open({ ...MADE, groupAttribute: 'mail' });
  const attributes = { mail: ['team@example.org'] };
  const members = [privately('bob'), privately('eve')];
  keycloak.groups.push({ id: 'id-team', attributes, members, children: [] });
  expect(await directory.find('team@example.org', signal)).toMatchObject([
    { members: ['bob@example.org', 'eve@example.org'] },
  ]);
});

test.each([
  ['{username}@Bücher.example', '{username}@xn--bcher-kva.example'],
  ['mailAddress', 'mailAddress'],
])('addressFrom: %s is read as %s', (given, read) => {
  const { addressFrom } = type.schema.parse({ ...SETTINGS, addressFrom: given });
  expect(addressFrom).toBe(read);
});

test.each([
  '{uid}@example.org',
  '{username}',
  '{username}@',
  '{username}@a b',
  'a{username}@example.org',
])('addressFrom: %s is refused with what can be written', (given) => {
  expect(() => type.schema.parse({ ...SETTINGS, addressFrom: given })).toThrow(
    /is no attribute's name.*\{username\}@example\.org/,
  );
});

const SETTINGS = {
  type: 'keycloak',
  url: 'https://sso.example.org',
  realm: 'mail',
  clientId: 'idpmap',
  clientSecret: 'hush',
};
