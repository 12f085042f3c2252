import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { initKeycloak } from '../../src/cli/init/keycloak.ts';
import { capture } from '../support/command.ts';
import { makePlace } from '../support/instance.ts';
import { requestToken } from '../support/keycloak/admin.ts';
import { signAssertion } from '../support/keycloak/assertion.ts';
import { CERTIFICATE_CLIENT, secretOf } from '../support/keycloak/clients.ts';
import { runKcadm } from '../support/keycloak/kcadm.ts';
import {
  KEYCLOAK_START_MS,
  type KeycloakServer,
  startKeycloak,
} from '../support/keycloak/keycloak.ts';
import { USERS } from '../support/keycloak/people.ts';
import { PERSONS } from '../support/ldap/population.ts';
import { describeWith } from '../support/requirement.ts';
import { describeReadme } from './keycloak/readme.ts';

describeWith(['keycloak'], 'a private Keycloak', () => {
  let server: KeycloakServer;

  beforeAll(async () => {
    server = await startKeycloak();
  }, KEYCLOAK_START_MS);

  afterAll(() => server?.remove());

  const tokenOf = (client: string, realm = 'mail', secret = secretOf(client)) =>
    requestToken(server.url, realm, {
      grant_type: 'client_credentials',
      client_id: client,
      client_secret: secret,
    });

  /** Asks as a client; gives the status, and what is said. */
  const ask = async (token: string, path: string, method = 'GET', realm = 'mail') => {
    const response = await fetch(`${server.url}/admin/realms/${realm}/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(method !== 'GET' && { body: '{}' }),
    });
    return { status: response.status, text: await response.text() };
  };

  /** Fetches a token through TLS; the server's certificate is checked. */
  const tokenByTls = async (
    form: Readonly<Record<string, string>>,
    own: { readonly cert?: string; readonly key?: string } = {},
  ) => {
    const agent = new Agent({ connect: { ca: await readFile(server.ca), ...own } });
    onTestFinished(() => agent.close());
    const url = `${server.httpsUrl}/realms/mail/protocol/openid-connect/token`;
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...form }).toString(),
      dispatcher: agent,
    });
    await body.dump();
    return statusCode;
  };

  test('shows people to idpmap', async () => {
    const { text } = await ask(await tokenOf('idpmap'), 'users?email=ann@example.test&exact=true');
    expect(JSON.parse(text)).toMatchObject([{ username: 'ann', enabled: true }]);
  });

  test('holds the same people as the others, and some of its own', async () => {
    const count = await server.admin('GET', '/realms/mail/users/count');
    expect(count).toBe(USERS.length);
    expect(count).toBeGreaterThan(PERSONS.length);
  });

  test('hides a nested group in the one above it', async () => {
    const found = await server.admin('GET', '/realms/mail/groups?q=mail:team@example.test');
    expect(found).toMatchObject([{ name: 'nested', subGroups: [{ name: 'team' }] }]);
  });

  test('shows nobody to a client that may only query, and counts them for it', async () => {
    const token = await tokenOf('idpmap-query');
    expect(await ask(token, 'users?email=ann@example.test&exact=true')).toMatchObject({
      text: '[]',
    });
    expect(Number((await ask(token, 'users/count')).text)).toBeGreaterThan(1600);
  });

  test.each([
    ['idpmap-disabled', 'mail', '401'],
    ['idpmap', 'closed', '403'],
    ['idpmap', 'absent', '404'],
  ])('refuses %s of the realm %s a token, %s', async (client, realm, status) => {
    await expect(tokenOf(client, realm)).rejects.toThrow(`the token of ${realm}: ${status}`);
  });

  test('knows two owners of one e-mail in the realm for that, the disabled one first', async () => {
    const path = 'users?email=twin@duplicates.test&exact=true';
    const { text } = await ask(await tokenOf('idpmap', 'duplicates'), path, 'GET', 'duplicates');
    expect(JSON.parse(text)).toMatchObject([
      { enabled: false },
      { enabled: true },
      { enabled: true },
    ]);
  });

  test('lets a client in by its certificate, and not without', async () => {
    const [cert, key] = await Promise.all([
      readFile(server.clientCertificate.cert, 'utf8'),
      readFile(server.clientCertificate.key, 'utf8'),
    ]);
    const form = { client_id: CERTIFICATE_CLIENT };
    expect(await tokenByTls(form, { cert, key })).toBe(200);
    expect(await tokenByTls(form)).toBe(401);
  });

  test('lets a client in by what its key has signed', async () => {
    const form = {
      client_assertion_type: JWT_BEARER,
      client_assertion: await signAssertion(server),
    };
    expect(await tokenByTls(form)).toBe(200);
  });

  test(
    'is opened by the commands that init prints, as far as idpmap needs',
    async () => {
      await server.admin('PUT', '/realms/duplicates', { organizationsEnabled: true });
      const place = await makePlace();
      const commands = await capture(() =>
        initKeycloak({
          url: server.url,
          realm: 'duplicates',
          client: 'Lookup',
          aliases: 'office',
          organizations: true,
          events: true,
          only: 'commands',
        }),
      );
      await runKcadm(server.home, place, commands.text);
      const secret = (await readFile(join(place, 'duplicates.secret'), 'utf8')).trim();
      const token = await tokenOf('Lookup', 'duplicates', secret);
      const statusOf = async (path: string, method = 'GET') =>
        (await ask(token, path, method, 'duplicates')).status;

      const made = await server.admin('POST', '/realms/duplicates/groups', { name: 'seen' });
      const group = `groups/${Object(made).id}`;
      for (const path of SEEN)
        expect([path, await statusOf(path.replace('GROUP', group))]).toEqual([path, 200]);
      for (const path of HIDDEN) expect([path, await statusOf(path)]).toEqual([path, 403]);
      expect(await statusOf(group, 'PUT')).toBe(403);
      expect(await statusOf(group, 'DELETE')).toBe(403);
      expect(await statusOf('users', 'POST')).toBe(403);
      expect(rolesIn(token)).toEqual(
        expect.arrayContaining(['view-users', 'view-realm', 'view-organizations', 'view-events']),
      );
      expect(await server.admin('GET', '/realms/duplicates/users/profile')).toMatchObject({
        attributes: expect.arrayContaining([
          expect.objectContaining({
            name: 'office',
            permissions: { view: ['admin'], edit: ['admin'] },
          }),
        ]),
      });
    },
    SLOW_MS,
  );

  // The last, for it takes the realm away.
  describeReadme(() => server);
});

/** Ten seconds on a quiet machine; two minutes where others work. */
const SLOW_MS = 300_000;

const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** What idpmap asks. */
const SEEN = [
  'users?email=twin@duplicates.test&exact=true',
  'users?q=mailAlias:"twin@duplicates.test"',
  'users/count',
  'groups?q=mail:twin@duplicates.test',
  'GROUP/members?briefRepresentation=true',
  'GROUP/children',
  'components?type=org.keycloak.storage.UserStorageProvider',
  'organizations',
  'admin-events',
  'events/config',
];

const HIDDEN = ['clients', 'identity-provider/instances', 'client-scopes'];

function rolesIn(token: string): readonly string[] {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  return claims.resource_access['realm-management'].roles;
}
