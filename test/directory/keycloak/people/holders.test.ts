import { expect, test } from 'vitest';
import { matchesLoosely } from '../../../../src/directory/keycloak/people/loosematch.ts';
import { addressIn } from '../../../../src/directory/keycloak/people/written.ts';
import { user } from '../../../support/keycloak/script.ts';
import { open, signal } from '../fixture.ts';

/** As MariaDB and MySQL compare by default. */
const loosely = (text: string): string =>
  text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 's').trimEnd();

const ALL = { aliasAttribute: 'mailAlias', groupAttribute: 'mail' } as const;

async function openLoose(more: Parameters<typeof open>[0] = {}) {
  const opened = await open(more);
  opened.keycloak.compare = loosely;
  opened.keycloak.users.push(
    user('joerg', { email: 'jörg@example.org' }),
    user('strasse', {
      email: 'straße@example.org',
      attributes: { mailAlias: ['büro@example.org'] },
    }),
  );
  return opened;
}

test.each([
  'änn@example.org',
  'ánn@example.org',
  'àñn@example.org',
  'jorg@example.org',
  'jòrg@example.org',
  'strase@example.org',
  'anñ@example.org',
])('%s is nobody’s where the database takes it for somebody else', async (address) => {
  const { directory } = await openLoose(ALL);
  expect(await directory.find(address, signal)).toEqual([]);
});

test.each(['buro@example.org', 'bürő@example.org', 'bùro@example.org'])(
  '%s is nobody’s alias where the database takes it for another',
  async (address) => {
    const { directory } = await openLoose(ALL);
    expect(await directory.find(address, signal)).toEqual([]);
  },
);

test('each of two neighbours in spelling is found as itself', async () => {
  const { keycloak, directory } = await openLoose();
  keycloak.users.push(user('jorg'));
  expect(await directory.find('jorg@example.org', signal)).toMatchObject([{ id: 'id-jorg' }]);
  expect(await directory.find('jörg@example.org', signal)).toMatchObject([{ id: 'id-joerg' }]);
});

test('groups in another spelling are nobody', async () => {
  const { keycloak, directory } = await openLoose(ALL);
  const attributes = { mail: ['büro2@example.org'] };
  keycloak.groups.push({ id: 'g', attributes, members: [user('ann')], children: [] });
  expect(await directory.find('buro2@example.org', signal)).toEqual([]);
  expect(await directory.find('büro2@example.org', signal)).toHaveLength(1);
});

test('an attribute that is not shown is a doubt about the key alone', async () => {
  const { keycloak, directory } = await open(ALL);
  const row = user('carla', { attributes: { mailAlias: ['c@example.org'] } });
  keycloak.users.push(row);
  keycloak.script = ({ path, query }) =>
    path.endsWith('/users') && query['q'] !== undefined
      ? { body: [{ ...row, attributes: {} }] }
      : undefined;
  await expect(directory.find('c@example.org', signal)).rejects.toMatchObject({
    kind: 'entry',
    message: expect.stringContaining("in the realm's user profile"),
  });
});

const ODD = [
  [' spaced@example.org ', 'spaced@example.org'],
  ['MAILTO:bob2@example.org', 'bob2@example.org'],
  ['Bob <bob3@example.org>', 'bob3@example.org'],
  ['bob4@example.org\n', 'bob4@example.org'],
  ['Sales.Team@Example.ORG', 'sales.team@example.org'],
  ['"Bob B" <mailto:bob5@example.org>', 'bob5@example.org'],
  ['\tbob6@example.org', 'bob6@example.org'],
] as const;

test.each(ODD)('the alias %j is found as %s', async (value, address) => {
  const { keycloak, directory } = await open(ALL);
  keycloak.users.push(user('bob', { attributes: { mailAlias: [value] } }));
  expect(await directory.find(address, signal)).toMatchObject([{ id: 'id-bob' }]);
});

test.each(ODD)('the group of address %j, below another, is found as %s', async (value, address) => {
  const { keycloak, directory } = await open({ ...ALL, selfCheck: 20 });
  const below = { id: 'b', attributes: { mail: [value] }, members: [user('ann')], children: [] };
  keycloak.groups.push({
    id: 'a',
    attributes: {},
    members: [],
    children: [below],
    subGroupCount: 1,
  });
  // Keycloak finds those below another by what they have, as it stands.
  keycloak.script = ({ path, query }) =>
    path.endsWith('/groups') && query['q'] === `mail:"${value.replaceAll('"', '\\"')}"`
      ? { body: [below] }
      : undefined;
  keycloak.groups.push({ ...below, attributes: {} });
  await expect
    .poll(() => directory.find(address, signal).then((found) => found.map(({ id }) => id)))
    .toEqual(['b']);
});

test('more who have something like it than are looked at are counted by what may mean it', async () => {
  const { keycloak, directory } = await open(ALL);
  for (let i = 0; i < 30; i++) {
    keycloak.users.push(user(`u${i}`, { attributes: { mailAlias: [`x${i}.smith@example.org`] } }));
  }
  expect(await directory.find('smith@example.org', signal)).toEqual([]);
  keycloak.users.push(user('z', { attributes: { mailAlias: ['Z <smith@example.org>'] } }));
  await expect(directory.find('smith@example.org', signal)).rejects.toMatchObject({
    kind: 'entry',
  });
});

test.each([
  ['Ann <a@example.org>, b@example.org', 'ann <a@example.org>, b@example.org'],
  ['<a@example.org> <b@example.org>', undefined],
  ['anna@localhost, b', undefined],
  ['nobody', undefined],
  ['A <a@example.org>', 'a@example.org'],
])('%j means the address %j', (value, address) => {
  expect(addressIn(value)).toBe(address);
});

test.each([
  ['ann@example.org', 'änn@example.org', true],
  ['joann@example.org', 'ann@example.org', true],
  ['under_score@x.org', 'under%score@y.org', false],
  ['underxscore@x.org', 'under_score@x.org', true],
  ['bob@example.org', 'ann@example.org', false],
])('a database may take %s for %s: %j', (value, asked, loose) => {
  expect(matchesLoosely(value, asked)).toBe(loose);
});

test.each([
  'a*@example.org',
  '/*@example.org',
  '%@example.org',
  'x%y@example.org',
  '"*"@example.org',
])('the pattern %s is nobody’s alias, whoever else has one in that domain', async (address) => {
  const { keycloak, directory } = await open(ALL);
  for (let i = 0; i < 5; i++) {
    keycloak.users.push(user(`u${i}`, { attributes: { mailAlias: [`alias${i}@example.org`] } }));
  }
  expect(await directory.find(address, signal)).toEqual([]);
});
