import { expect, test } from 'vitest';
import { Fault, Gap } from '../../../../src/directory/directory.ts';
import { type ScriptedKeycloak, user } from '../../../support/keycloak/script.ts';
import { follow, goneIn, kindsOf, MIRROR, markIn, putIn } from './fixture.ts';
import { BOB, event, INNER, idOf, own, startRealm, TEAM } from './realm.ts';

const addressesOf = (told: Parameters<typeof putIn>[0]) =>
  [...putIn(told)].map(([ref, { address }]) => `${ref} ${address}`).toSorted();

test('everybody is listed, and marked once Keycloak has shown that it shows all', async () => {
  const keycloak = await startRealm();
  const told = await follow(keycloak).toMark();
  expect([kindsOf(told)[0], ...kindsOf(told).slice(-2)]).toEqual(['listing', 'listed', 'mark']);
  expect(addressesOf(told)).toEqual([`user:${BOB} bob@example.org`, 'user:id-ann ann@example.org']);
  expect(markIn(told)).toMatchObject({ tellsNew: true });
  expect(markIn(told).nextMs).toBeLessThan(MIRROR.refresh);
});

test('a user who is changed, by an administrator or themselves, is looked at again', async () => {
  const keycloak = await startRealm();
  const feed = follow(keycloak);
  await feed.toMark();
  keycloak.users[1] = user('bob', { id: BOB, email: 'robert@example.org' });
  keycloak.events.push(event('UPDATE', `users/${BOB}`));
  expect(addressesOf(await feed.toMark())).toEqual([`user:${BOB} robert@example.org`]);
  keycloak.users[1] = user('bob', { id: BOB, email: 'rob@example.org' });
  keycloak.ownEvents.push(own('UPDATE_EMAIL', BOB));
  expect(addressesOf(await feed.toMark())).toEqual([`user:${BOB} rob@example.org`]);
});

test('a user who was deleted is told to be gone', async () => {
  const keycloak = await startRealm();
  const feed = follow(keycloak);
  await feed.toMark();
  keycloak.users.pop();
  keycloak.events.push(event('DELETE', `users/${BOB}`));
  expect(goneIn(await feed.toMark())).toEqual([`user:${BOB}`]);
});

test.each([
  [404, '<html>nothing here</html>'],
  [404, { error: 'Realm not found.' }],
  [403, ''],
  [500, ''],
])('status %i (%j) tells of nobody that they are gone', async (status, body) => {
  const keycloak = await startRealm();
  const feed = follow(keycloak);
  await feed.toMark();
  keycloak.script = ({ path }) => (path.endsWith(BOB) ? { status, body } : undefined);
  keycloak.events.push(event('UPDATE', `users/${BOB}`));
  const { told, error } = await feed.toEnd();
  expect(goneIn(told)).toEqual([]);
  expect(error).toBeInstanceOf(Fault);
});

test('a user who is shown at the second look is there', async () => {
  const keycloak = await startRealm();
  const feed = follow(keycloak);
  await feed.toMark();
  let looks = 0;
  keycloak.script = ({ path }) => {
    if (!path.endsWith(BOB)) return undefined;
    looks += 1;
    return looks === 1 ? { status: 404, body: { error: 'User not found' } } : undefined;
  };
  keycloak.events.push(event('UPDATE', `users/${BOB}`));
  expect([...putIn(await feed.toMark()).keys()]).toEqual([`user:${BOB}`]);
});

test('where users come from a directory behind Keycloak, only a deletion tells that one is gone', async () => {
  const keycloak = await startRealm();
  const refresh = 10_000;
  const feed = follow(keycloak, { federation: 'synced', mirror: { ...MIRROR, refresh } });
  const first = markIn(await feed.toMark());
  expect([first.tellsNew, first.nextMs >= refresh]).toEqual([undefined, true]);
  keycloak.users.pop();
  keycloak.events.push(event('UPDATE', `users/${BOB}`));
  keycloak.users.push(user('cy', { id: idOf(4) }), user('dee', { id: idOf(5) }));
  keycloak.events.push(event('CREATE', `users/${idOf(4)}`), event('DELETE', `users/${idOf(6)}`));
  const told: string[] = [];
  keycloak.script = ({ path }) => {
    if (path.endsWith('/admin-events') && told.length > 0) return { status: 500 };
    if (path.endsWith(idOf(6))) told.push(path);
    return undefined;
  };
  const rest = await feed.toEnd();
  expect(goneIn(rest.told)).toEqual([`user:${idOf(6)}`]);
  expect(kindsOf(rest.told)).not.toContain('mark');
});

test.each([
  { federation: 'none', lacksSome: undefined },
  { federation: 'synced', lacksSome: undefined },
  { federation: 'live', lacksSome: true },
] as const)(
  'whether users may be there unlisted is told: federation $federation',
  async ({ federation, lacksSome }) => {
    const told = await follow(await startRealm(), { federation }).toMark();
    expect(markIn(told).lacksSome).toBe(lacksSome);
  },
);

test('a feed goes on from its cursor without listing anybody', async () => {
  const keycloak = await startRealm();
  const first = markIn(await follow(keycloak).toMark());
  keycloak.users[1] = user('bob', { id: BOB, enabled: false });
  keycloak.events.push(event('UPDATE', `users/${BOB}`));
  const told = await follow(keycloak, {}, first.cursor).toMark();
  expect(kindsOf(told)).not.toContain('listing');
  expect(putIn(told).get(`user:${BOB}`)?.enabled).toBe(false);
});

test.each([
  ['the events were cleared', (keycloak: ScriptedKeycloak) => void keycloak.events.splice(0)],
  ['what users do was cleared', (keycloak: ScriptedKeycloak) => void keycloak.ownEvents.splice(0)],
  [
    'too many changed',
    (keycloak: ScriptedKeycloak) => {
      for (let i = 0; i <= 5000; i++) keycloak.events.push(event('UPDATE', `users/${idOf(i)}`));
    },
  ],
])('where %s there is a gap', async (_, happen) => {
  const keycloak = await startRealm();
  const { cursor } = markIn(await follow(keycloak).toMark());
  happen(keycloak);
  const { told, error } = await follow(keycloak, {}, cursor).toEnd();
  expect([error instanceof Gap, told]).toEqual([true, []]);
});

test.each(['', 'x', '{}', '{"listedAt":0}', '[]'])('a cursor %j is a gap', async (cursor) => {
  const { error } = await follow(await startRealm(), {}, cursor).toEnd();
  expect(error).toBeInstanceOf(Gap);
});

test('without events of users themselves, nothing is promised before the next listing', async () => {
  const keycloak = await startRealm();
  keycloak.keeps = { ...keycloak.keeps, eventsEnabled: false };
  const mark = markIn(await follow(keycloak).toMark());
  expect([mark.tellsNew, mark.nextMs >= MIRROR.refresh]).toEqual([undefined, true]);
});

test('where the realm keeps no events of administrators, that is a fault that says what to do', async () => {
  const keycloak = await startRealm();
  keycloak.keeps = { adminEventsEnabled: false };
  const { error } = await follow(keycloak).toEnd();
  expect(String(error)).toContain('adminEventsEnabled=true');
});

test('with events: off everybody is listed again and again', async () => {
  const keycloak = await startRealm();
  const feed = follow(keycloak, { events: 'off', mirror: { ...MIRROR, refresh: 1 } });
  expect(kindsOf(await feed.toMark())).toContain('listed');
  keycloak.users.pop();
  const told = await feed.toMark();
  expect([kindsOf(told)[0], ...kindsOf(told).slice(-2)]).toEqual(['listing', 'listed', 'mark']);
  expect(keycloak.to('/admin-events')).toEqual([]);
});

test('a right that is lost between two listings ends no listing', async () => {
  const keycloak = await startRealm();
  const feed = follow(keycloak, { events: 'off', mirror: { ...MIRROR, refresh: 1 } });
  await feed.toMark();
  keycloak.script = ({ path }) => (path.endsWith('/users') ? { body: [] } : undefined);
  const { told, error } = await feed.toEnd();
  expect(kindsOf(told)).not.toContain('listed');
  expect(error).toBeInstanceOf(Fault);
});

test('where fewer are shown than are counted, no listing ends', async () => {
  const keycloak = await startRealm();
  keycloak.script = ({ path }) => (path.endsWith('/users/count') ? { body: 30 } : undefined);
  const { told, error } = await follow(keycloak).toEnd();
  expect([kindsOf(told).includes('listed'), String(error)]).toEqual([
    false,
    expect.stringContaining('counts 30 users and shows 2'),
  ]);
});

test('imported users whom a dead directory behind Keycloak shows as disabled end the listing', async () => {
  const keycloak = await startRealm();
  keycloak.users[1] = user('bob', { id: BOB, enabled: false, federationLink: 'ldap' });
  keycloak.script = ({ query }) =>
    query['enabled'] === 'true' ? { body: [user('bob', { id: BOB })] } : undefined;
  const { told, error } = await follow(keycloak, { federation: 'synced' }).toEnd();
  expect([kindsOf(told).includes('put'), String(error)]).toEqual([
    false,
    expect.stringContaining('as disabled'),
  ]);
});

const group = (id: string, more: object = {}): Record<string, unknown> => ({
  id,
  attributes: { mail: [`${id.slice(-1)}@example.org`] },
  subGroups: [],
  subGroupCount: 0,
  members: [],
  children: [],
  ...more,
});

const GROUPS = { groupAttribute: 'mail' };

test('a group names whoever lies directly in it', async () => {
  const keycloak = await startRealm();
  const inner = group(INNER, { members: [user('ann')] });
  const members = [user('bob', { id: BOB })];
  keycloak.groups.push(group(TEAM, { members, children: [inner], subGroupCount: 1 }), inner);
  const put = putIn(await follow(keycloak, GROUPS).toMark());
  expect(put.get(`group:${TEAM}`)).toMatchObject({
    address: '2@example.org',
    names: [TEAM],
    memberNames: [BOB, INNER],
  });
  expect(put.get(`group:${INNER}`)?.memberNames).toEqual(['id-ann']);
});

test('a group that shows nobody, and one that is too large, are doubts', async () => {
  const keycloak = await startRealm();
  keycloak.groups.push(
    group(TEAM),
    group(INNER, { members: [user('ann'), user('bob'), user('cy')] }),
  );
  const limits = { groups: { depth: 10, members: 2 } };
  const put = putIn(await follow(keycloak, { ...GROUPS, ...limits }).toMark());
  expect(put.get(`group:${TEAM}`)?.doubt).toContain('shows no members');
  expect(put.get(`group:${INNER}`)?.doubt).toContain('more than 2 members');
});

test('a user who comes in a group is in it, although no event says so', async () => {
  const keycloak = await startRealm();
  const members = [user('ann')];
  keycloak.groups.push(group(TEAM, { members }));
  const feed = follow(keycloak, GROUPS);
  await feed.toMark();
  members.push(user('cy', { id: idOf(4) }));
  keycloak.users.push(user('cy', { id: idOf(4) }));
  keycloak.events.push(event('CREATE', `users/${idOf(4)}`));
  const told = await feed.toMark();
  expect(putIn(told).get(`group:${TEAM}`)?.memberNames).toEqual(['id-ann', idOf(4)]);
});

test('once a group is deleted all are listed, for those that lay in it have no event', async () => {
  const keycloak = await startRealm();
  keycloak.groups.push(group(TEAM, { members: [user('ann')] }));
  const feed = follow(keycloak, GROUPS);
  await feed.toMark();
  keycloak.events.push(event('DELETE', `groups/${INNER}`));
  const told = await feed.toMark();
  expect(kindsOf(told)).toEqual(['gone', 'listing', 'put', 'listed', 'mark']);
});

test('where Keycloak counts other groups than it shows, no listing ends', async () => {
  const keycloak = await startRealm();
  keycloak.groups.push(group(TEAM, { members: [user('ann')] }));
  keycloak.script = ({ path }) =>
    path.endsWith('/groups/count') ? { body: { count: 9 } } : undefined;
  const { told, error } = await follow(keycloak, GROUPS).toEnd();
  expect([kindsOf(told).includes('listed'), String(error)]).toEqual([
    false,
    expect.stringContaining('counts 9 groups and shows 1'),
  ]);
});

test('whoever takes no part in mail is in their groups, without an address', async () => {
  const keycloak = await startRealm();
  keycloak.users[1] = user('bob', { id: BOB, emailVerified: false });
  const put = putIn(await follow(keycloak, { ...GROUPS, emailVerified: 'required' }).toMark());
  expect(put.get(`user:${BOB}`)).toMatchObject({ address: '', enabled: false, names: [BOB] });
});
