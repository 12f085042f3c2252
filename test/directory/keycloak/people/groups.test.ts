import { expect, test } from 'vitest';
import { says, user } from '../../../support/keycloak/script.ts';
import { open, signal } from '../fixture.ts';

const group = (name: string, more: object = {}): Record<string, unknown> => ({
  id: `id-${name}`,
  name,
  attributes: { mail: [`${name}@example.org`] },
  subGroups: [],
  members: [],
  children: [],
  ...more,
});

const numbered = (count: number): readonly Record<string, unknown>[] =>
  Array.from({ length: count }, (_, i) => user(`user${i}`));

test('a group is found with its members', async () => {
  const { keycloak, directory } = await open({ groupAttribute: 'mail' });
  keycloak.groups.push(group('team', { members: [user('ann'), user('bob')] }));
  expect(await directory.find('team@example.org', signal)).toEqual([
    {
      id: 'id-team',
      kind: 'group',
      address: 'team@example.org',
      aliases: [],
      logins: ['ann', 'ann@example.org', 'bob', 'bob@example.org'],
      members: ['ann@example.org', 'bob@example.org'],
      enabled: true,
    },
  ]);
});

test('members of the groups below belong to it, each once', async () => {
  const { keycloak, directory } = await open({ groupAttribute: 'mail' });
  const lowest = group('lowest', { members: [user('cy')] });
  const lower = group('lower', { members: [user('ann'), user('bob')], children: [lowest] });
  keycloak.groups.push(group('team', { members: [user('ann')], children: [lower] }), lower, lowest);
  expect(await directory.find('team@example.org', signal)).toMatchObject([
    { members: ['ann@example.org', 'bob@example.org', 'cy@example.org'] },
  ]);
});

test('a group that Keycloak shows below others is found', async () => {
  const { keycloak, directory } = await open({ groupAttribute: 'mail' });
  const lower = group('lower', { members: [user('bob')] });
  const upper = group('upper', { attributes: {}, subGroups: [lower] });
  keycloak.groups.push(lower);
  keycloak.script = ({ path }) => (path.endsWith('/groups') ? says([upper]) : undefined);
  expect(await directory.find('lower@example.org', signal)).toMatchObject([
    { id: 'id-lower', members: ['bob@example.org'] },
  ]);
});

test.each([
  { who: 'who is disabled', member: user('bob', { enabled: false }) },
  { who: 'without an address', member: { ...user('bob'), email: '' } },
  { who: "that is a client's account", member: user('service-account-bob') },
])('a member $who is left out', async ({ member }) => {
  const { keycloak, directory } = await open({ groupAttribute: 'mail', logins: ['email'] });
  keycloak.groups.push(group('team', { members: [user('ann'), member] }));
  expect(await directory.find('team@example.org', signal)).toMatchObject([
    { members: ['ann@example.org'], logins: ['ann@example.org'] },
  ]);
});

test.each([99, 100, 101, 250])('%i members are all read', async (count) => {
  const { keycloak, directory } = await open({ groupAttribute: 'mail' });
  keycloak.groups.push(group('team', { members: numbered(count) }));
  const [found] = await directory.find('team@example.org', signal);
  expect(found?.members).toHaveLength(count);
});

test('a list of members that changes while it is read is a doubt', async () => {
  const { keycloak, directory } = await open({ groupAttribute: 'mail' });
  const members = [...numbered(250)];
  keycloak.groups.push(group('team', { members }));
  keycloak.script = ({ path, query }) => {
    if (path.endsWith('/members') && query['first'] === '99') members.shift();
    return undefined;
  };
  await expect(directory.find('team@example.org', signal)).rejects.toMatchObject({
    kind: 'entry',
    message: expect.stringContaining('changed while it was read'),
  });
});

test.each([
  { groups: { depth: 10, members: 2 }, reason: 'it has more than 2 members' },
  { groups: { depth: 1, members: 100 }, reason: 'groups lie in it 1 deep and deeper' },
])(
  'a group beyond its limits is a doubt, never a shorter list: $reason',
  async ({ groups, reason }) => {
    const { keycloak, directory } = await open({ groupAttribute: 'mail', groups });
    const lowest = group('lowest');
    const lower = group('lower', { children: [lowest] });
    keycloak.groups.push(group('team', { members: numbered(3), children: [lower] }), lower, lowest);
    await expect(directory.find('team@example.org', signal)).rejects.toMatchObject({
      kind: 'entry',
      message: expect.stringContaining(reason),
    });
  },
);

test('groups that do not have the address are a doubt about it', async () => {
  const { keycloak, directory } = await open({ groupAttribute: 'mail' });
  keycloak.script = ({ path }) => (path.endsWith('/groups') ? says([group('other')]) : undefined);
  await expect(directory.find('team@example.org', signal)).rejects.toMatchObject({
    kind: 'entry',
  });
});

test('members that can not be read are a doubt about the group alone', async () => {
  const { keycloak, directory } = await open({ groupAttribute: 'mail' });
  keycloak.groups.push(group('team'));
  keycloak.script = ({ path }) =>
    path.endsWith('/members') ? { status: 404, body: '' } : undefined;
  await expect(directory.find('team@example.org', signal)).rejects.toMatchObject({
    kind: 'entry',
  });
});

test("an alias that is a group's address comes with the group", async () => {
  const { keycloak, directory } = await open({
    groupAttribute: 'mail',
    aliasAttribute: 'mailAlias',
  });
  keycloak.groups.push(group('team', { members: [user('ann')] }));
  keycloak.users.push(user('mallory', { attributes: { mailAlias: ['team@example.org'] } }));
  const found = await directory.find('team@example.org', signal);
  expect(found.map(({ kind }) => kind)).toEqual(['account', 'group']);
});

test.each(['𐍈@example.org', '"\\""@example.org'])(
  'a group can not be asked for %s, and is known not to be there once all were read',
  async (address) => {
    const { keycloak, directory } = await open({ groupAttribute: 'mail' });
    keycloak.script = ({ path, query }) =>
      path.endsWith('/groups') && query['q'] !== undefined ? { status: 500, body: {} } : undefined;
    expect(await directory.find(address, signal)).toEqual([]);
  },
);
