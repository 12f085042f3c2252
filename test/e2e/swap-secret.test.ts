import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { postJson } from '../support/http.ts';
import { startScripted } from '../support/keycloak/script.ts';
import type { LdapServer } from '../support/ldap/server.ts';
import { startSlapd } from '../support/ldap/slapd.ts';
import { findFreePorts } from '../support/loopback.ts';
import { startFaultProxy } from '../support/proxy.ts';
import { describeWith } from '../support/requirement.ts';
import { startLoad } from '../support/socketmap/load.ts';
import {
  configOf,
  KNOWN,
  knows,
  lossOf,
  makeDaemonPlace,
  peopleOf,
  SWAP_MS,
  serveVolume,
} from '../support/swap.ts';
import { until } from '../support/until.ts';
import { makeVolume } from '../support/volume.ts';

test('a Secret that is swapped changes the token of the http side, and loses no request', async () => {
  const place = await makeDaemonPlace();
  const [port = 0] = await findFreePorts(1);
  const secrets = await makeVolume(join(place.path, 'token'), { token: 'the-former-token' });
  const volume = await makeVolume(join(place.path, 'config'), {
    'idpmap.yaml': configOf(place, { http: { token: { file: secrets.fileOf('token') } } }),
    'people.yaml': peopleOf(),
  });
  await serveVolume(volume, { IDPMAP_HTTP__ENDPOINT: `tcp://127.0.0.1:${port}` });
  const http = { kind: 'tcp', host: '127.0.0.1', port } as const;
  const statusWith = async (token: string): Promise<number> =>
    (await postJson(http, '/api/explain', { address: 'known@example.org' }, token)).status;
  await knows(place.endpoint, KNOWN);
  const load = startLoad(place.endpoint, [KNOWN]);
  onTestFinished(() => load.end());
  expect([await statusWith('the-former-token'), await statusWith('the-latter-token')]).toEqual([
    200, 401,
  ]);
  await secrets.swap({ token: 'the-latter-token' });
  expect(await until(async () => (await statusWith('the-latter-token')) === 200, SWAP_MS)).toBe(
    true,
  );
  expect(await statusWith('the-former-token')).toBe(401);
  expect(await lossOf(load)).toEqual([]);
});

describeWith(['slapd'], 'a Secret that is swapped, with the password of an LDAP directory,', () => {
  let server: LdapServer;

  beforeAll(async () => {
    server = await startSlapd();
  });
  afterAll(() => server?.remove());

  const PERSON = ['user-exists', 'ann@example.test'] as const;

  async function startOver(password: string, port: number) {
    const place = await makeDaemonPlace();
    const secrets = await makeVolume(join(place.path, 'secrets'), { ldap: password });
    const bind = { dn: server.bindDn, password: { file: secrets.fileOf('ldap') } };
    const volume = await makeVolume(join(place.path, 'config'), {
      'idpmap.yaml': configOf(place, {
        domains: { 'example.test': { directory: 'staff' } },
        directories: {
          staff: { type: 'ldap', urls: `ldap://127.0.0.1:${port}`, bind, base: server.base },
        },
      }),
    });
    await serveVolume(volume);
    return { place, secrets };
  }

  test('lets a daemon in that was refused', async () => {
    const { place, secrets } = await startOver('wrong', server.port);
    const load = startLoad(place.endpoint, [PERSON]);
    onTestFinished(() => load.end());
    expect(await until(() => load.seen().some((reply) => reply.includes('TEMP')), SWAP_MS)).toBe(
      true,
    );
    await secrets.swap({ ldap: server.password });
    expect(await load.sees(PERSON, 'OK ann@example.test', SWAP_MS)).toBe(true);
    await load.end();
    expect(load.figures.lost).toEqual([]);
    expect(load.seen().filter((reply) => reply.includes('NOTFOUND'))).toEqual([]);
  });

  test('serves from then on, with new connections too, and no request is lost', async () => {
    const proxy = await startFaultProxy(server.port);
    onTestFinished(() => proxy.stop());
    const { place, secrets } = await startOver(server.password, proxy.port);
    await knows(place.endpoint, PERSON);
    const load = startLoad(place.endpoint, [PERSON]);
    onTestFinished(() => load.end());
    onTestFinished(() => server.setPassword(server.password));
    await server.setPassword('another');
    await secrets.swap({ ldap: 'another' });
    await proxy.set('reset');
    await proxy.set('well');
    const other = startLoad(place.endpoint, [['user-exists', 'bob@example.test']], 1);
    onTestFinished(() => other.end());
    expect(
      await other.sees(['user-exists', 'bob@example.test'], 'OK bob@example.test', 2 * SWAP_MS),
    ).toBe(true);
    await load.end();
    expect([load.figures.lost, load.seen()]).toEqual([
      [],
      ['user-exists ann@example.test: OK ann@example.test'],
    ]);
  });
});

test('a Secret that is swapped, with the secret of a Keycloak’s client, lets a daemon in that was refused', async () => {
  const keycloak = await startScripted();
  onTestFinished(() => keycloak.stop());
  keycloak.script = ({ path, body }) =>
    path.endsWith('/token') && !body.includes('client_secret=right')
      ? { status: 401, body: { error: 'unauthorized_client' } }
      : undefined;
  const place = await makeDaemonPlace();
  const secrets = await makeVolume(join(place.path, 'secrets'), { keycloak: 'wrong' });
  const volume = await makeVolume(join(place.path, 'config'), {
    'idpmap.yaml': configOf(place, {
      directories: {
        staff: {
          type: 'keycloak',
          url: keycloak.url,
          realm: 'mail',
          clientId: 'idpmap',
          clientSecret: { file: secrets.fileOf('keycloak') },
        },
      },
    }),
  });
  await serveVolume(volume);
  const load = startLoad(place.endpoint, [['user-exists', 'ann@example.org']]);
  onTestFinished(() => load.end());
  // By then the next attempt would be eight seconds away.
  expect(await until(() => keycloak.to('/token').length >= 4, 20_000)).toBe(true);
  await secrets.swap({ keycloak: 'right' });
  const ann = ['user-exists', 'ann@example.org'] as const;
  expect(await load.sees(ann, 'OK ann@example.org', SWAP_MS)).toBe(true);
  await load.end();
  expect(load.figures.lost).toEqual([]);
});
