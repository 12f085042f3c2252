import { expect, onTestFinished, test } from 'vitest';
import { startInstance } from '../support/instance.ts';
import { says, startScripted, user } from '../support/keycloak/script.ts';
import { until } from '../support/until.ts';

const ID = '465a9dc1-e376-4b77-baca-9df654a8bd2f';

/** A daemon that asks a scripted Keycloak and remembers for long. */
async function startKeycloaked(more = '') {
  const keycloak = await startScripted();
  onTestFinished(() => keycloak.stop());
  const instance = await startInstance({
    config: `
deadline: 5s
cache: { fresh: 1h, freshNone: 1h }
domains: { example.org: { directory: staff } }
directories:
  staff:
    type: keycloak
    url: ${keycloak.url}
    realm: mail
    clientId: idpmap
    clientSecret: hush
    events: 1s
    ${more}`,
  });
  const ask = (name: string) => instance.ask('user-exists', `${name}@example.org`);
  return { ...instance, keycloak, ask, askMap: instance.ask };
}

/** An instant that nobody has read past, in their order. */
const justNow = (n: number): number => new Date().getTime() - 5000 + n;

const organization = (id: string, name: string) => ({
  id,
  enabled: true,
  domains: [{ name, verified: true }],
});

test('users are asked for in Keycloak, and nobody is proved absent', async () => {
  const { ask, keycloak } = await startKeycloaked();
  expect(await ask('ann')).toBe('OK ann@example.org');
  keycloak.asked.length = 0;
  expect(await ask('bob')).toBe('NOTFOUND');
  // The question, and then whoever was found last.
  const asked = keycloak.to('/users').map(({ query }) => query['email']);
  expect(asked.filter((email) => email !== undefined)).toEqual([
    'bob@example.org',
    'ann@example.org',
  ]);
});

test('what administrators do counts at once, whatever is remembered', async () => {
  const { ask, keycloak } = await startKeycloaked();
  keycloak.events.push({
    id: '0',
    time: justNow(1),
    operationType: 'UPDATE',
    resourcePath: 'clients/x',
  });
  expect(await ask('bob')).toBe('NOTFOUND');
  await until(() => keycloak.to('/admin-events').length > 0, 5000);

  keycloak.users.push(user('bob', { id: ID }));
  keycloak.events.push({
    id: '1',
    time: justNow(2),
    operationType: 'CREATE',
    resourcePath: `users/${ID}`,
  });
  expect(await until(async () => (await ask('bob')) === 'OK bob@example.org', 5000)).toBe(true);

  keycloak.users.splice(1, 1, user('bob', { id: ID, enabled: false }));
  keycloak.events.push({
    id: '2',
    time: justNow(3),
    operationType: 'UPDATE',
    resourcePath: `users/${ID}`,
  });
  expect(await until(async () => (await ask('bob')) === 'NOTFOUND', 5000)).toBe(true);
});

test('a domain that an organization gets is ours at once', async () => {
  const { keycloak, askMap } = await startKeycloaked('organizations: {}');
  const isOurs = async (name: string) => (await askMap('virtual-domains', name)) === `OK ${name}`;
  keycloak.organizations.push(organization('0', 'example.net'));
  expect(await until(() => isOurs('example.net'), 5000)).toBe(true);
  await until(() => keycloak.to('/admin-events').length > 0, 5000);

  keycloak.organizations.push(organization('1', 'example.com'));
  const resourcePath = `organizations/${ID}`;
  keycloak.events.push({ id: '1', time: justNow(2), operationType: 'CREATE', resourcePath });
  expect(await until(() => isOurs('example.com'), 5000)).toBe(true);
});

test('a client that sees nobody bounces no mail', async () => {
  const { ask, keycloak } = await startKeycloaked();
  keycloak.roles = ['query-users'];
  keycloak.script = ({ path }) => (path.endsWith('/users') ? says([]) : undefined);
  expect(await ask('ann')).toMatch(/^TEMP /);
});

test('those who are known are found while nobody is believed to be absent', async () => {
  const { ask } = await startKeycloaked('federation: live');
  for (let i = 0; i < 30; i++) expect(await ask(`nobody${i}`)).toMatch(/^TEMP idpmap doubt staff/);
  expect(await ask('ann')).toBe('OK ann@example.org');
});
