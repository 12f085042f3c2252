import { expect, test } from 'vitest';
import { type Script, says, user } from '../../../support/keycloak/script.ts';
import { NOBODY, open, signal } from '../fixture.ts';

const ALL = { aliasAttribute: 'mailAlias', groupAttribute: 'mail' } as const;
const KEYS = ['email', 'username', 'q'];

/** Keycloak 26.7.3 over MariaDB while its connection is broken: lists of users are empty, all else fails. */
const broken =
  (isBroken: (question: number) => boolean): Script =>
  ({ path }) => {
    questions += 1;
    if (path.endsWith('/token') || !isBroken(questions)) return undefined;
    const isSwallowed = /\/(?:users|members)$/.test(path);
    return isSwallowed ? says([]) : { status: 500, body: { error: 'unknown_error' } };
  };
let questions = 0;

async function openFull(more: Parameters<typeof open>[0] = {}) {
  const opened = await open({ ...ALL, ...more });
  opened.keycloak.users.push(
    user('eve', {
      attributes: { mailAlias: ['office@example.org'], mailAddress: ['e@example.org'] },
    }),
  );
  opened.keycloak.groups.push({
    id: 'id-team',
    attributes: { mail: ['team@example.org'] },
    subGroups: [],
    members: [user('ann')],
    children: [],
  });
  questions = 0;
  return opened;
}

const THERE = ['ann@example.org', 'eve@example.org', 'office@example.org', 'team@example.org'];

test.each(THERE)('%s is never denied, whichever questions the database fails', async (address) => {
  const { keycloak, directory } = await openFull();
  for (let first = 1; first <= 6; first++) {
    for (let length = 1; length <= 7; length++) {
      questions = 0;
      keycloak.script = broken((n) => n >= first && n < first + length);
      const found = await directory.find(address, signal).catch(() => 'unknown');
      expect(found, `broken from ${first} on, for ${length}`).not.toEqual([]);
    }
  }
});

test.each([
  { addressFrom: 'email', address: 'eve@example.org' },
  { addressFrom: 'username', address: 'eve@example.org' },
  { addressFrom: 'mailAddress', address: 'e@example.org' },
])('an empty list by $addressFrom is not believed', async ({ addressFrom, address }) => {
  const { keycloak, directory } = await openFull({ addressFrom });
  keycloak.users.push(user('eve@example.org'));
  keycloak.script = broken((n) => n === 1);
  // Whom the second question counts, the third one shows.
  expect(await directory.find(address, signal)).toHaveLength(1);
  questions = 0;
  keycloak.script = broken((n) => n <= 3);
  await expect(directory.find(address, signal)).rejects.toMatchObject({ kind: 'directory' });
});

test('a count that fails leaves nobody absent', async () => {
  const { keycloak, directory } = await openFull();
  keycloak.script = ({ path, query }) =>
    path.endsWith('/users/count') && KEYS.some((key) => key in query) ? { status: 500 } : undefined;
  await expect(directory.find(NOBODY, signal)).rejects.toMatchObject({ kind: 'entry' });
  keycloak.script = ({ path }) => (/count$|users$/.test(path) ? { status: 500 } : undefined);
  await expect(directory.find(NOBODY, signal)).rejects.toMatchObject({ kind: 'directory' });
});

test.each([null, '"0"', { count: -1 }, [], 0.5])('%j is no count', async (count) => {
  const { keycloak, directory } = await openFull();
  keycloak.script = ({ path }) => (path.endsWith('/users/count') ? says(count) : undefined);
  await expect(directory.find(NOBODY, signal)).rejects.toMatchObject({
    kind: 'entry',
    message: expect.stringContaining('no number, and answers other questions'),
  });
});

test('a group that is shown in one way only is a doubt about it', async () => {
  const { keycloak, directory } = await openFull();
  keycloak.script = ({ path, query }) =>
    path.endsWith('/groups') && query['populateHierarchy'] === undefined ? says([]) : undefined;
  await expect(directory.find('team@example.org', signal)).rejects.toMatchObject({ kind: 'entry' });
});

test('an empty list of members is not believed', async () => {
  const { keycloak, directory } = await openFull();
  keycloak.script = ({ path }) => (path.endsWith('/members') ? says([]) : undefined);
  await expect(directory.find('team@example.org', signal)).rejects.toMatchObject({
    kind: 'entry',
    message: expect.stringContaining('shows no members in the group'),
  });
});

test('members that are shown at the second reading are a doubt', async () => {
  const { keycloak, directory } = await openFull();
  keycloak.script = ({ path, query }) =>
    path.endsWith('/members') && query['max'] === '100' ? says([]) : undefined;
  await expect(directory.find('team@example.org', signal)).rejects.toMatchObject({
    kind: 'entry',
    message: expect.stringContaining('at one time and none at another'),
  });
});

test('a group without members of its own has those of the groups in it', async () => {
  const { keycloak, directory } = await openFull();
  const inner = { id: 'id-inner', attributes: {}, members: [user('ann')], children: [] };
  keycloak.groups.push(inner, {
    id: 'id-outer',
    attributes: { mail: ['outer@example.org'] },
    members: [],
    children: [inner],
    subGroupCount: 1,
  });
  expect(await directory.find('outer@example.org', signal)).toMatchObject([
    { members: ['ann@example.org'] },
  ]);
});

test('groups within a group that are counted and not shown are a doubt', async () => {
  const { keycloak, directory } = await openFull();
  keycloak.groups.push({
    id: 'id-outer',
    attributes: { mail: ['outer@example.org'] },
    members: [user('ann')],
    children: [],
    subGroupCount: 1,
  });
  await expect(directory.find('outer@example.org', signal)).rejects.toMatchObject({
    kind: 'entry',
  });
});

test.each([
  { counted: 2, says: 'an organization that is hidden' },
  { counted: 0, says: 'one that is gone' },
])(
  'a list of organizations and their count that differ are a doubt: $says',
  async ({ counted }) => {
    const { keycloak, directory } = await open({ organizations: { verified: 'any' } });
    const domains = [{ name: 'example.org', verified: true }];
    keycloak.organizations.push({ id: 'o1', enabled: true, domains });
    keycloak.script = ({ path }) =>
      path.endsWith('/organizations/count') ? says(counted) : undefined;
    await expect(directory.domains?.(signal)).rejects.toMatchObject({ kind: 'doubt' });
  },
);

test('a Keycloak that can not count organizations is asked for them once more', async () => {
  const { keycloak, directory } = await open({ organizations: { verified: 'any' } });
  const domains = [{ name: 'example.org', verified: true }];
  keycloak.organizations.push({ id: 'o1', enabled: true, domains });
  keycloak.script = ({ path }) =>
    path.endsWith('/organizations/count') ? { status: 404 } : undefined;
  expect(await directory.domains?.(signal)).toEqual(['example.org']);
});

test('a none costs one question more for each way to hold an address', async () => {
  const { keycloak, directory } = await open();
  await directory.find(NOBODY, signal);
  expect(keycloak.asked.map(({ path }) => path.slice('/admin/realms/mail'.length))).toEqual([
    '/users',
    '/users/count',
  ]);
});

test.each([
  { fails: '/users', key: 'email' },
  { fails: '/users/count', key: 'email' },
  { fails: '/users', key: 'q' },
  { fails: '/users/count', key: 'q' },
  { fails: '/groups', key: 'q' },
])('a key at which $fails by $key fails is a doubt about it alone', async ({ fails, key }) => {
  const { keycloak, directory } = await openFull();
  keycloak.script = ({ path, query }) =>
    path.endsWith(fails) && key in query ? { status: 500, body: {} } : undefined;
  await expect(directory.find('odd@example.org', signal)).rejects.toMatchObject({ kind: 'entry' });
});

test.each([302, 400, 403, 404, 406, 418])(
  'a firewall that says %i to a key is no fault of the directory',
  async (status) => {
    const { keycloak, directory } = await openFull();
    keycloak.script = ({ query }) =>
      query['email'] === undefined ? undefined : { status, body: '<h1>blocked</h1>' };
    const finding = directory.find("'or/**/1=1--@example.org", signal);
    await expect(finding).rejects.toMatchObject({
      kind: 'entry',
      message: expect.stringMatching(/blocked.*answers other questions: is there a firewall/),
    });
  },
);
