import { expect, test } from 'vitest';
import { says, user } from '../../support/keycloak/script.ts';
import { NOBODY, open, signal } from './fixture.ts';

const fault = (kind: string, text: string) =>
  expect.objectContaining({ kind, message: expect.stringContaining(text) });

test('with nobody found yet any user proves it', async () => {
  const { keycloak, directory } = await open();
  await directory.probe(signal);
  expect(keycloak.asked.map(({ query }) => query)).toEqual([
    { briefRepresentation: 'true', max: '1' },
  ]);
});

test('whoever was found last proves it, by one question', async () => {
  const { keycloak, directory } = await open();
  keycloak.users.push(user('bob'));
  await directory.find('ann@example.org', signal);
  await directory.find('bob@example.org', signal);
  keycloak.asked.length = 0;
  await directory.probe(signal);
  expect(keycloak.asked.map(({ query }) => query['email'])).toEqual(['bob@example.org']);
});

test('where whoever was found last is gone, any user proves it', async () => {
  const { keycloak, directory } = await open();
  keycloak.users.push(user('bob'));
  await directory.find('bob@example.org', signal);
  keycloak.users.pop();
  await directory.probe(signal);
  keycloak.asked.length = 0;
  await directory.probe(signal);
  expect(keycloak.asked.map(({ query }) => query['email'])).toEqual([undefined]);
});

test('the canary proves it before all others', async () => {
  const { keycloak, directory } = await open({ canary: 'ann@example.org' });
  keycloak.users.push(user('bob'));
  await directory.find('bob@example.org', signal);
  keycloak.asked.length = 0;
  await directory.probe(signal);
  expect(keycloak.asked.map(({ query }) => query['email'])).toEqual(['ann@example.org']);
});

test('where nobody is shown any more it fails, and so does every none from then on', async () => {
  const { keycloak, directory } = await open();
  await directory.find('ann@example.org', signal);
  keycloak.script = ({ path }) => (path.endsWith('/users') ? says([]) : undefined);
  await expect(directory.probe(signal)).rejects.toEqual(fault('doubt', 'shows none'));
  await expect(directory.find(NOBODY, signal)).rejects.toEqual(fault('doubt', 'shows none'));
});

test('where the canary is gone it fails', async () => {
  const { keycloak, directory } = await open({ canary: 'ann@example.org' });
  keycloak.users.splice(0, 1, user('bob'));
  await expect(directory.probe(signal)).rejects.toEqual(fault('doubt', 'canary ann@example.org'));
});

test.each([403, 404, 500])('a status of %i fails it', async (status) => {
  const { keycloak, directory } = await open();
  keycloak.script = () => ({ status, body: '' });
  await expect(directory.probe(signal)).rejects.toMatchObject({ kind: 'directory' });
});

test('asking anew uses a fresh token and a fresh connection', async () => {
  const { keycloak, directory } = await open();
  await directory.find('ann@example.org', signal);
  expect(await directory.findAnew('ann@example.org', signal)).toHaveLength(1);
  const [first, second] = keycloak.to('/users');
  expect(second?.headers.authorization).not.toBe(first?.headers.authorization);
  expect(second?.port).not.toBe(first?.port);
});

test('asking anew proves a none as asking does', async () => {
  const { directory } = await open({ federation: 'live' });
  await expect(directory.findAnew(NOBODY, signal)).rejects.toEqual(
    fault('doubt', 'federation: live'),
  );
});
