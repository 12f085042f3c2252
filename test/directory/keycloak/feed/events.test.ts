import { expect, test } from 'vitest';
import { says, user } from '../../../support/keycloak/script.ts';
import { until } from '../../../support/until.ts';
import type { IsConcerned } from '../fixture.ts';
import { type Opened, open, openOn, signal, start } from '../fixture.ts';

const ID = '465a9dc1-e376-4b77-baca-9df654a8bd2f';
const OTHER = '1396ea5a-d22a-4795-87f4-1ef71c49c633';
const EVERY_MS = 5;

let time = 1_800_000_000_000;
const event = (operationType: string, resourcePath: string, more: object = {}) => {
  time += 1;
  return { id: `event-${time}`, time, operationType, resourcePath, ...more };
};

/** Opens a directory that has begun to read events, of which there was one. */
async function follow(more: Parameters<typeof openOn>[1] = {}): Promise<Opened> {
  const keycloak = await start();
  keycloak.now = () => time;
  keycloak.events.push(event('CREATE', `users/${OTHER}`));
  const opened = openOn(keycloak, { events: EVERY_MS, ...more });
  // The last one before the start is followed as well.
  await until(() => opened.forgotten.length > 0, 5000);
  opened.forgotten.length = 0;
  return { keycloak, ...opened };
}

/** What the next events make of keys and ids. */
async function concernAfter(
  { keycloak, forgotten }: Opened,
  ...events: readonly Record<string, unknown>[]
): Promise<IsConcerned> {
  keycloak.events.push(...events);
  await until(() => forgotten.length > 0, 5000);
  const [isConcerned = () => false] = forgotten;
  return isConcerned;
}

test('a new user makes the none of their addresses worth nothing', async () => {
  const opened = await follow({ aliasAttribute: 'mailAlias' });
  const attributes = { mailAlias: ['Info@example.org'], phone: ['x@example.org'] };
  opened.keycloak.users.push(user('bob', { id: ID, attributes }));
  const isConcerned = await concernAfter(opened, event('CREATE', `users/${ID}`));
  const keys = ['bob@example.org', 'info@example.org', 'ann@example.org', 'x@example.org'];
  expect(keys.map((key) => isConcerned(key, []))).toEqual([true, true, false, false]);
});

test.each(['UPDATE', 'DELETE'])(
  'a user of an event %s is forgotten under all keys',
  async (type) => {
    const opened = await follow();
    const isConcerned = await concernAfter(opened, event(type, `users/${ID}`));
    expect([
      isConcerned('old@example.org', [ID]),
      isConcerned('old@example.org', ['id-ann']),
    ]).toEqual([true, false]);
  },
);

test('addresses that stand only in the event count too', async () => {
  const opened = await follow();
  const representation = JSON.stringify({ email: 'Bob@example.org' });
  const isConcerned = await concernAfter(
    opened,
    event('UPDATE', `users/${ID}`, { representation }),
  );
  expect(isConcerned('bob@example.org', [])).toBe(true);
});

test.each([
  ['organizations', 1],
  [`organizations/${ID}`, 1],
  [`organizations/${ID}/members`, 0],
  [`users/${ID}`, 0],
])('of an event of %s, the domains are read again %i times', async (path, times) => {
  const opened = await follow();
  await concernAfter(opened, event('UPDATE', path), event('UPDATE', `users/${OTHER}`));
  expect(opened.domainChanges()).toBe(times);
});

test('a group that changed is forgotten, and so is the none of its address', async () => {
  const opened = await follow({ groupAttribute: 'mail' });
  opened.keycloak.groups.push({ id: ID, attributes: { mail: ['team@example.org'] } });
  const isConcerned = await concernAfter(opened, event('CREATE', `groups/${ID}`));
  expect([isConcerned('team@example.org', []), isConcerned('x', [ID])]).toEqual([true, true]);
});

test('whatever happens to a user, groups that were answered are forgotten', async () => {
  const opened = await follow({ groupAttribute: 'mail' });
  const attributes = { mail: ['team@example.org'] };
  opened.keycloak.groups.push({ id: OTHER, attributes, members: [user('ann')], children: [] });
  await opened.directory.find('team@example.org', signal);
  const isConcerned = await concernAfter(opened, event('DELETE', `users/${ID}/groups/x`));
  expect(isConcerned('team@example.org', [OTHER], 'group')).toBe(true);
});

test('each event is followed once', async () => {
  const opened = await follow();
  await concernAfter(opened, event('UPDATE', `users/${ID}`));
  const { length } = opened.keycloak.to('/admin-events');
  await until(() => opened.keycloak.to('/admin-events').length > length + 3, 5000);
  expect(opened.forgotten).toHaveLength(1);
});

test('an event that comes out of order is followed', async () => {
  const opened = await follow();
  await concernAfter(opened, event('UPDATE', `users/${ID}`));
  opened.forgotten.length = 0;
  const late = { ...event('UPDATE', `users/${OTHER}`), time: time - 3000 };
  const isConcerned = await concernAfter(opened, late);
  expect(isConcerned('x', [OTHER])).toBe(true);
});

test('an address that is made of the username is forgotten with its user', async () => {
  const opened = await follow({ addressFrom: '{username}@example.net' });
  opened.keycloak.users.push(user('bob', { id: ID }));
  const isConcerned = await concernAfter(opened, event('CREATE', `users/${ID}`));
  expect(isConcerned('bob@example.net', [])).toBe(true);
});

test.each([60_000, 3_600_000, 365 * 86_400_000])(
  'an event that is dated %i ms in the future mutes none that follows it',
  async (aheadMs) => {
    const opened = await follow();
    await concernAfter(opened, { ...event('UPDATE', `users/${ID}`), time: time + aheadMs });
    for (const id of [OTHER, ID]) {
      opened.forgotten.length = 0;
      const isConcerned = await concernAfter(opened, event('UPDATE', `users/${id}`));
      expect(isConcerned('x', [id])).toBe(true);
    }
    const { length } = opened.keycloak.to('/admin-events');
    await until(() => opened.keycloak.to('/admin-events').length > length + 3, 5000);
    expect(opened.forgotten).toHaveLength(1);
  },
);

test('an event that was dated in the future before the start mutes none either', async () => {
  const keycloak = await start();
  keycloak.now = () => time;
  keycloak.events.push({ ...event('CREATE', `users/${OTHER}`), time: time + 86_400_000 });
  const opened = { keycloak, ...openOn(keycloak, { events: EVERY_MS }) };
  await until(() => opened.forgotten.length > 0, 5000);
  opened.forgotten.length = 0;
  const isConcerned = await concernAfter(opened, event('UPDATE', `users/${ID}`));
  expect(isConcerned('x', [ID])).toBe(true);
});

test('a clock of Keycloak’s that is set back makes all that is remembered old, and is followed', async () => {
  const opened = await follow();
  const { keycloak, changes } = opened;
  const aheadMs = 7_200_000;
  time -= aheadMs;
  // The next token tells.
  keycloak.script = ({ headers }) =>
    headers.authorization !== undefined && !headers.authorization.endsWith('.2')
      ? { status: 401, body: { error: 'HTTP 401 Unauthorized' } }
      : undefined;
  await until(() => changes() > 0, 5000);
  const isConcerned = await concernAfter(opened, event('UPDATE', `users/${ID}`));
  expect([changes(), isConcerned('x', [ID])]).toEqual([1, true]);
});

test('events nobody can read at one time are read in parts', async () => {
  const opened = await follow();
  const representation = 'x'.repeat(1_500_000);
  const isConcerned = await concernAfter(
    opened,
    ...[OTHER, OTHER, ID].map((id) => event('UPDATE', `users/${id}`, { representation })),
  );
  expect(isConcerned('x', [ID])).toBe(true);
  expect(opened.notes.all.filter(({ level }) => level === 'error')).toEqual([]);
});

test('events that concern nobody forget nobody', async () => {
  const opened = await follow();
  const isConcerned = await concernAfter(
    opened,
    event('UPDATE', 'clients/x'),
    event('UPDATE', `users/${ID}`),
  );
  expect([isConcerned('x', ['x']), isConcerned('x', [ID])]).toEqual([false, true]);
});

test('where too many changed, all that is remembered becomes old', async () => {
  const { keycloak, changes, forgotten } = await follow();
  for (let i = 0; i < 101; i++) {
    keycloak.events.push(event('UPDATE', `users/${ID.slice(0, -3)}${100 + i}`));
  }
  await until(() => changes() > 0, 5000);
  expect([changes(), forgotten]).toEqual([1, []]);
});

test('a poll that fails is repeated, and no event is missed', async () => {
  const opened = await follow();
  opened.keycloak.script = ({ path }) => (path.endsWith(ID) ? { status: 500 } : undefined);
  opened.keycloak.events.push(event('UPDATE', `users/${ID}`));
  expect((await opened.notes.next('can not be read')).level).toBe('error');
  opened.keycloak.script = () => undefined;
  await opened.notes.next('are read again');
  expect(opened.forgotten[0]?.('x', [ID])).toBe(true);
});

test('without the role it says how to give it', async () => {
  const keycloak = await start();
  keycloak.script = ({ path }) => (path.includes('events') ? { status: 403, body: '' } : undefined);
  const { notes } = openOn(keycloak, { events: EVERY_MS });
  expect((await notes.next('can not be read')).fields).toMatchObject({
    reason: expect.stringContaining('--rolename view-events'),
  });
});

test('where the realm keeps no events it says how to keep them', async () => {
  const keycloak = await start();
  keycloak.script = ({ path }) =>
    path.endsWith('/events/config') ? says({ adminEventsEnabled: false }) : undefined;
  const { notes } = openOn(keycloak, { events: EVERY_MS });
  expect((await notes.next('can not be read')).fields).toMatchObject({
    reason: expect.stringContaining(
      'kcadm.sh update events/config -r mail -s adminEventsEnabled=true',
    ),
  });
});

test('with events: off none are read', async () => {
  const { keycloak, directory } = await open();
  await directory.find('ann@example.org', signal);
  expect(keycloak.asked.filter(({ path }) => path.includes('events'))).toEqual([]);
});
