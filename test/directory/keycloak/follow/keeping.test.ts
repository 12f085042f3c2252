import { expect, test } from 'vitest';
import { Gap } from '../../../../src/directory/directory.ts';
import { user } from '../../../support/keycloak/script.ts';
import { follow, kindsOf, MIRROR, markIn, putIn } from './fixture.ts';
import { event, idOf, startRealm } from './realm.ts';

const CY = idOf(4);
const cy = user('cy', { id: CY, email: 'cy@example.org' });
const OFF = { adminEventsEnabled: false };

test('where the realm keeps other events now, nobody knows what it did not keep meanwhile: that is a gap', async () => {
  const keycloak = await startRealm();
  const feed = follow(keycloak);
  await feed.toMark();
  // Cy came while nothing was kept.
  keycloak.users.push(cy);
  keycloak.events.push(event('UPDATE', 'events/config'), event('UPDATE', 'events/config'));
  const { told, error } = await feed.toEnd();
  expect(error).toBeInstanceOf(Gap);
  expect(kindsOf(told)).not.toContain('mark');
  expect([...putIn(await follow(keycloak).toMark()).keys()]).toContain(`user:${CY}`);
});

test('a realm that was changed, and keeps no events any more, promises nothing', async () => {
  const keycloak = await startRealm();
  const feed = follow(keycloak);
  const { cursor } = markIn(await feed.toMark());
  const { keeps } = keycloak;
  keycloak.keeps = { ...keeps, ...OFF };
  keycloak.events.push(event('UPDATE', ''));
  const { told, error } = await feed.toEnd();
  expect(kindsOf(told)).not.toContain('mark');
  expect(error).toBeInstanceOf(Gap);
  expect((await follow(keycloak, {}, cursor).toEnd()).error).toBeInstanceOf(Gap);
});

test('a realm that was changed, and keeps no events of users any more, promises less', async () => {
  const keycloak = await startRealm();
  const feed = follow(keycloak);
  const first = markIn(await feed.toMark());
  keycloak.keeps = { ...keycloak.keeps, eventsEnabled: false };
  keycloak.events.push(event('UPDATE', ''));
  const { told } = await feed.toEnd();
  expect(kindsOf(told)).not.toContain('mark');
  const again = follow(keycloak, { mirror: { ...MIRROR, refresh: 1 } }, first.cursor);
  expect(markIn(await again.toMark())).not.toHaveProperty('tellsNew');
});

test('a realm that was changed otherwise is followed on', async () => {
  const keycloak = await startRealm();
  const feed = follow(keycloak);
  await feed.toMark();
  keycloak.users.push(cy);
  keycloak.events.push(event('UPDATE', ''), event('CREATE', `users/${CY}`));
  expect([...putIn(await feed.toMark()).keys()]).toEqual([`user:${CY}`]);
});
