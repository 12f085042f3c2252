import { expect, test } from 'vitest';
import { createKept } from '../../../../src/directory/trust/kept.ts';
import { user } from '../../../support/keycloak/script.ts';
import { NOBODY, openOn, signal, start } from '../fixture.ts';

const doubted = (text: string) =>
  expect.objectContaining({ kind: 'doubt', message: expect.stringContaining(text) });
const LENA = user('lena', { id: 'f:storage:lena', federationLink: 'storage' });
const SEES_REALM = ['view-users', 'view-realm'];

test('what can not be known is doubted, with two ways to mend it', async () => {
  const keycloak = await start();
  keycloak.roles = ['view-users'];
  const { directory } = openOn(keycloak, { federation: 'auto' });
  await expect(directory.find(NOBODY, signal)).rejects.toEqual(doubted('--rolename view-realm'));
  await expect(directory.find(NOBODY, signal)).rejects.toEqual(doubted('set federation: none'));
  expect(await directory.find('ann@example.org', signal)).toHaveLength(1);
});

test('whoever may see the realm knows that there is no storage', async () => {
  const keycloak = await start();
  keycloak.roles = SEES_REALM;
  const { directory } = openOn(keycloak, { federation: 'auto' });
  expect(await directory.find(NOBODY, signal)).toEqual([]);
});

test.each(['auto', 'none'] as const)(
  'with federation: %s a storage that nobody has been seen of makes every none unknown',
  async (federation) => {
    const keycloak = await start();
    keycloak.roles = SEES_REALM;
    keycloak.storages.push({ id: 'storage', name: 'legacy' });
    const { directory } = openOn(keycloak, { federation });
    await expect(directory.find(NOBODY, signal)).rejects.toEqual(
      doubted('realm mail has the user storage legacy'),
    );
  },
);

test('a storage that is added later is seen by the self-check', async () => {
  const keycloak = await start();
  keycloak.roles = SEES_REALM;
  const { directory, notes } = openOn(keycloak, { federation: 'auto', selfCheck: 20 });
  expect(await directory.find(NOBODY, signal)).toEqual([]);
  keycloak.storages.push({ id: 'storage', name: 'legacy' });
  await notes.next('nobody is believed to be absent');
  await expect(directory.find(NOBODY, signal)).rejects.toEqual(doubted('user storage legacy'));
});

test.each([
  { row: LENA, seen: 'by its link' },
  { row: user('lena', { origin: 'storage' }), seen: 'by its origin' },
])('after a restart it is known that lena came from elsewhere, seen $seen', async ({ row }) => {
  const keycloak = await start();
  keycloak.roles = ['view-users'];
  const kept = createKept();
  keycloak.users.push(row);
  const before = openOn(keycloak, {}, kept).directory;
  expect(await before.find('lena@example.org', signal)).toHaveLength(1);
  // The storage is down: Keycloak shows nobody of it, without an error.
  keycloak.users.pop();
  const after = openOn(keycloak, {}, kept).directory;
  for (const address of ['lena@example.org', 'lars@example.org', NOBODY]) {
    await expect(after.find(address, signal)).rejects.toEqual(doubted('user "lena" comes from'));
  }
});

test('what was learnt of one realm says nothing of another', async () => {
  const keycloak = await start();
  const kept = createKept({ federation: { realm: 'http://elsewhere mail', storage: 'x' } });
  expect(await openOn(keycloak, {}, kept).directory.find(NOBODY, signal)).toEqual([]);
});

test.each([null, 'x', { realm: 1 }, []])('what is kept as %j says nothing', async (federation) => {
  const keycloak = await start();
  const { directory } = openOn(keycloak, {}, createKept({ federation }));
  expect(await directory.find(NOBODY, signal)).toEqual([]);
});

test('an administrator may say that it is there no more', async () => {
  const keycloak = await start();
  keycloak.roles = ['view-users'];
  const kept = createKept();
  keycloak.users.push(LENA);
  const { directory } = openOn(keycloak, {}, kept);
  await directory.find('lena@example.org', signal);
  keycloak.users.pop();
  await expect(directory.find(NOBODY, signal)).rejects.toEqual(doubted('idpmap accept'));
  expect(directory.accept?.()).toContain('user "lena"');
  expect(directory.accept?.()).toBeUndefined();
  expect(await directory.find(NOBODY, signal)).toEqual([]);
  expect(kept.read('federation')).toBeUndefined();
});

test('a storage that is gone from the realm is forgotten by itself', async () => {
  const keycloak = await start();
  keycloak.roles = SEES_REALM;
  const realm = `${keycloak.url} mail`;
  const kept = createKept({ federation: { realm, storage: 'user lena' } });
  const { directory } = openOn(keycloak, { federation: 'auto' }, kept);
  expect(await directory.find(NOBODY, signal)).toEqual([]);
  expect(kept.read('federation')).toBeUndefined();
});

test('a list without storages takes back nobody who was shown', async () => {
  const keycloak = await start();
  keycloak.users.push(LENA);
  const { directory, notes } = openOn(keycloak, { federation: 'auto', selfCheck: 20 });
  await notes.next('nobody is believed to be absent');
  keycloak.asked.length = 0;
  await expect.poll(() => keycloak.to('/components').length).toBeGreaterThan(1);
  await expect(directory.find(NOBODY, signal)).rejects.toEqual(doubted('user "lena" comes from'));
});

test('without the role it is not known any more', async () => {
  const keycloak = await start();
  const { directory } = openOn(keycloak, { federation: 'auto', selfCheck: 20 });
  expect(await directory.find(NOBODY, signal)).toEqual([]);
  keycloak.roles = ['view-users'];
  await expect
    .poll(() => directory.find(NOBODY, signal).catch((error: unknown) => error), { timeout: 5000 })
    .toEqual(doubted('--rolename view-realm'));
});
