import { expect, test } from 'vitest';
import { says, user } from '../../../support/keycloak/script.ts';
import { open, signal } from '../fixture.ts';

const FEDERATED = { federationLink: 'ldap', enabled: false };
const DOUBT = expect.objectContaining({
  kind: 'doubt',
  message: expect.stringMatching(/shows user "bob" as disabled and finds them among the enabled/),
});

/** Opens a directory whose Keycloak shows Bob so; `enabled`: a search for enabled users finds him. */
async function openWith(bob: object, isEnabled: boolean) {
  const opened = await open({ federation: 'synced', groupAttribute: 'mail' });
  const { keycloak } = opened;
  const row = user('bob', bob);
  keycloak.users.push(row);
  keycloak.groups.push({
    id: 'id-team',
    attributes: { mail: ['team@example.org'] },
    members: [user('ann'), row],
    children: [],
  });
  keycloak.script = ({ path, query }) => {
    if (query['enabled'] !== 'true') return undefined;
    const enabled = isEnabled ? [row] : [];
    return says(path.endsWith('/count') ? enabled.length : enabled);
  };
  return opened;
}

test.each(['bob@example.org', 'team@example.org'])(
  'of %s it is doubted that somebody is disabled whom Keycloak finds among the enabled',
  async (address) => {
    const { directory } = await openWith(FEDERATED, true);
    await expect(directory.find(address, signal)).rejects.toEqual(DOUBT);
  },
);

test('whom Keycloak itself has disabled is disabled', async () => {
  const { directory } = await openWith(FEDERATED, false);
  expect(await directory.find('bob@example.org', signal)).toMatchObject([{ enabled: false }]);
  expect(await directory.find('team@example.org', signal)).toMatchObject([
    { members: ['ann@example.org'] },
  ]);
});

test.each([
  ['a user of its own that is disabled', { enabled: false }],
  ['a user from elsewhere that is enabled', { ...FEDERATED, enabled: true }],
])('%s costs no further question', async (_, bob) => {
  const { directory, keycloak } = await openWith(bob, true);
  expect(await directory.find('bob@example.org', signal)).toHaveLength(1);
  expect(keycloak.to('/users').filter(({ query }) => 'enabled' in query)).toEqual([]);
});

const LOCKED = { disabledReason: ['permanentLockout'] };

test.each([
  { more: {}, address: 'vic@example.org' },
  { more: { aliasAttribute: 'mailAlias' }, address: 'vic@example.org' },
  { more: { aliasAttribute: 'mailAlias' }, address: 'v.alias@example.org' },
  { more: { addressFrom: 'username' }, address: 'vic@example.com' },
  { more: { groupAttribute: 'mail' }, address: 'team@example.org' },
] as const)('who is locked by wrong guesses gets mail: $address', async ({ more, address }) => {
  const { keycloak, directory } = await open(more);
  const attributes = { ...LOCKED, mailAlias: ['v.alias@example.org'] };
  const username = address === 'vic@example.com' ? address : 'vic';
  const vic = user('vic', { username, enabled: false, attributes });
  keycloak.users.push(vic);
  keycloak.groups.push({
    id: 'id-team',
    attributes: { mail: ['team@example.org'] },
    members: [vic],
    children: [],
  });
  expect(await directory.find(address, signal)).toMatchObject([
    address.startsWith('team') ? { members: ['vic@example.org'] } : { enabled: true },
  ]);
});

test('whether guesses locked somebody is asked where the brief form does not say it', async () => {
  const { keycloak, directory } = await open();
  const vic = user('vic', { enabled: false, attributes: LOCKED });
  keycloak.users.push(vic);
  keycloak.script = ({ query }) =>
    query['email'] === undefined ? undefined : says([{ ...vic, attributes: undefined }]);
  expect(await directory.find('vic@example.org', signal)).toMatchObject([{ enabled: true }]);
});

test.each([{}, { disabledReason: ['left'] }, { note: ['permanentLockout'] }])(
  'who is disabled by an administrator, with %j, is disabled',
  async (attributes) => {
    const { keycloak, directory } = await open();
    keycloak.users.push(user('vic', { enabled: false, attributes }));
    expect(await directory.find('vic@example.org', signal)).toMatchObject([{ enabled: false }]);
  },
);

test('of many disabled members the reasons are asked for by page', async () => {
  const { keycloak, directory } = await open({ groupAttribute: 'mail' });
  const locked = Array.from({ length: 30 }, (_, i) =>
    user(`vic${i}`, { enabled: false, attributes: LOCKED }),
  );
  keycloak.groups.push({
    id: 'id-team',
    attributes: { mail: ['team@example.org'] },
    members: locked,
    children: [],
  });
  keycloak.script = ({ path, query }) =>
    path.endsWith('/members') && query['briefRepresentation'] === 'true'
      ? says(locked.map((row) => ({ ...row, attributes: undefined })))
      : undefined;
  const [team] = await directory.find('team@example.org', signal);
  expect(team?.members).toHaveLength(30);
  expect(keycloak.to('/members')).toHaveLength(2);
});
