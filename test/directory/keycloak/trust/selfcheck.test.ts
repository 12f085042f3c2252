import { expect, test } from 'vitest';
import { says, user } from '../../../support/keycloak/script.ts';
import { NOBODY, open, openOn, signal, start } from '../fixture.ts';

const disbelieved = (text: string) =>
  expect.objectContaining({ kind: 'doubt', message: expect.stringContaining(text) });

test('without the role view-users nobody is believed to be absent', async () => {
  const keycloak = await start();
  keycloak.roles = ['query-users'];
  const { directory } = openOn(keycloak);
  await expect(directory.find(NOBODY, signal)).rejects.toEqual(
    disbelieved('--cclientid realm-management --rolename view-users'),
  );
});

test('manage-users shows users too', async () => {
  const keycloak = await start();
  keycloak.roles = ['manage-users'];
  expect(await openOn(keycloak).directory.find(NOBODY, signal)).toEqual([]);
});

test('a list that is empty while users are counted makes every none unknown', async () => {
  const keycloak = await start();
  keycloak.script = ({ path }) => (path.endsWith('/users') ? says([]) : undefined);
  await expect(openOn(keycloak).directory.find(NOBODY, signal)).rejects.toEqual(
    disbelieved('counts 1 users in realm mail and shows none'),
  );
});

test.each(['ann@example.org', NOBODY, 'a.b+c@example.org'])(
  'a realm without users proves nothing of %s',
  async (address) => {
    const keycloak = await start();
    keycloak.users.length = 0;
    await expect(openOn(keycloak).directory.find(address, signal)).rejects.toEqual(
      disbelieved('realm mail has no users, so nobody is believed to be absent: create one'),
    );
  },
);

test('with proof: realm a realm without users is believed', async () => {
  const keycloak = await start();
  keycloak.users.length = 0;
  expect(await openOn(keycloak, { proof: 'realm' }).directory.find(NOBODY, signal)).toEqual([]);
});

test('a realm that loses everybody makes every none unknown', async () => {
  const { keycloak, directory } = await open();
  expect(await directory.find(NOBODY, signal)).toEqual([]);
  keycloak.users.length = 0;
  await expect(directory.probe(signal)).rejects.toEqual(disbelieved('has no users'));
  await expect(directory.find(NOBODY, signal)).rejects.toEqual(disbelieved('has no users'));
});

test('without the canary nobody is believed to be absent', async () => {
  const keycloak = await start();
  const { directory } = openOn(keycloak, { canary: 'canary@example.org' });
  await expect(directory.find(NOBODY, signal)).rejects.toEqual(
    disbelieved('does not show the canary canary@example.org'),
  );
});

test('with the canary none is believed', async () => {
  const keycloak = await start();
  const { directory } = openOn(keycloak, { canary: 'ann@example.org' });
  expect(await directory.find(NOBODY, signal)).toEqual([]);
});

test('while the first check can not be made, none is unknown', async () => {
  const keycloak = await start();
  keycloak.script = ({ query }) => (query['max'] === '20' ? { status: 500 } : undefined);
  await expect(openOn(keycloak).directory.find(NOBODY, signal)).rejects.toEqual(disbelieved('500'));
});

test('who leaves before the first check is over hears that it is starting', async () => {
  const keycloak = await start();
  const leaving = new AbortController();
  keycloak.script = ({ query }) => {
    if (query['email'] === NOBODY) {
      setImmediate(() => leaving.abort());
      return says([]);
    }
    return query['max'] === '20' ? { end: 'hang' } : undefined;
  };
  await expect(openOn(keycloak).directory.find(NOBODY, leaving.signal)).rejects.toMatchObject({
    message: expect.stringMatching(/self-check has not ended yet|did not answer in time/),
  });
});

test('those who are there are found while the check fails', async () => {
  const keycloak = await start();
  keycloak.roles = [];
  expect(await openOn(keycloak).directory.find('ann@example.org', signal)).toHaveLength(1);
});

test('what was mended counts at the next check', async () => {
  const keycloak = await start();
  keycloak.roles = ['query-users'];
  const { directory, notes } = openOn(keycloak, { selfCheck: 20 });
  await notes.next('nobody is believed to be absent');
  keycloak.roles = ['view-users'];
  await notes.next('keycloak shows its users again');
  expect(await directory.find(NOBODY, signal)).toEqual([]);
});

test('a check that fails later counts too', async () => {
  const keycloak = await start();
  const { directory, notes } = openOn(keycloak, { selfCheck: 20 });
  expect(await directory.find(NOBODY, signal)).toEqual([]);
  keycloak.script = ({ path }) => (path.endsWith('/users') ? says([]) : undefined);
  await notes.next('nobody is believed to be absent');
  await expect(directory.find(NOBODY, signal)).rejects.toEqual(disbelieved('shows none'));
});

test('a none that is not believed is counted', async () => {
  const keycloak = await start();
  keycloak.roles = [];
  const { directory } = openOn(keycloak);
  await directory.find(NOBODY, signal).catch(() => {});
  expect(directory.figures).toMatchObject({ disbelieved: 1 });
});

test('with federation: live no none is believed', async () => {
  const { directory } = await open({ federation: 'live' });
  await expect(directory.find(NOBODY, signal)).rejects.toEqual(disbelieved('type: ldap'));
});

test('with federation: synced none is believed, whoever comes from elsewhere', async () => {
  const { keycloak, directory } = await open({ federation: 'synced' });
  keycloak.users.push(user('lea', { federationLink: 'ldap' }));
  expect(await directory.find('lea@example.org', signal)).toHaveLength(1);
  expect(await directory.find(NOBODY, signal)).toEqual([]);
});

test('with federation: none one user from elsewhere makes every none unknown', async () => {
  const { keycloak, directory, notes } = await open();
  expect(await directory.find(NOBODY, signal)).toEqual([]);
  keycloak.users.push(user('lea', { federationLink: 'ldap' }));
  expect(await directory.find('lea@example.org', signal)).toHaveLength(1);
  await expect(directory.find(NOBODY, signal)).rejects.toEqual(
    disbelieved('set federation: synced'),
  );
  expect((await notes.next('nobody is believed')).fields).toMatchObject({
    reason: expect.stringContaining('user "lea" comes from a directory behind Keycloak'),
  });
});

test('the first check sees users from elsewhere', async () => {
  const keycloak = await start();
  keycloak.users.push(user('lea', { federationLink: 'ldap' }));
  await expect(openOn(keycloak).directory.find(NOBODY, signal)).rejects.toEqual(
    disbelieved('user "lea"'),
  );
});
