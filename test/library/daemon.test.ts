import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, createDaemon, defineDirectory, none, setting } from 'idpmap/directory';
import { expect, onTestFinished, test } from 'vitest';
import hr from '../../docs/examples/hr.ts';
import { createClient, type MapClient, notFound, ok } from '../../src/index.ts';
import { startFaultProxy } from '../../src/library/testing/proxy.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';
import { startHrApi, TOKEN, WITNESS } from './hr-api.ts';

const configurationOf = (port: number, more: object = {}) => ({
  listen: ['tcp://127.0.0.1:0'],
  http: { endpoint: 'tcp://127.0.0.1:0' },
  domains: { 'example.org': { directory: 'staff' } },
  directories: {
    staff: { type: 'hr', url: `http://127.0.0.1:${port}`, token: TOKEN, witness: WITNESS, ...more },
  },
});

const ANN = {
  id: '1',
  kind: 'account',
  address: 'ann@example.org',
  aliases: [],
  logins: [],
  members: [],
  enabled: true,
  names: [],
} as const;

/** idpmap over the HR system, behind a proxy, until the test ends. */
async function start(more: object = {}) {
  const api = await startHrApi();
  const proxy = await startFaultProxy(api.port);
  const daemon = await createDaemon(configurationOf(proxy.port, more), { directories: [hr] });
  const [endpoint] = daemon.endpoints();
  if (endpoint === undefined) throw new Error('it listens nowhere');
  const client: MapClient = createClient(endpoint, { timeoutMs: 10_000 });
  onTestFinished(async () => {
    client.close();
    await daemon.stop();
    await proxy.set('reset');
    await proxy.stop();
    await api.stop();
  });
  const answers = async (key: string) => (await client.lookup('user-exists', key)).status;
  return { daemon, client, proxy, answers };
}

const textOf = async (daemon: Awaited<ReturnType<typeof start>>['daemon'], path: string) => {
  const { http } = daemon;
  if (http?.kind !== 'tcp') throw new Error('it serves no HTTP');
  return (await fetch(`http://127.0.0.1:${http.port}${path}`)).text();
};

test('answers of a directory of its own, with memory and stale answers round it', async () => {
  const { client, proxy, answers } = await start();
  expect(await until(async () => (await answers('ann@example.org')) === 'OK', 10_000)).toBe(true);
  expect(await client.lookup('virtual-aliases', 'A.Smith@example.org')).toEqual(
    ok('ann@example.org'),
  );
  expect(await client.lookup('user-exists', 'nobody@example.org')).toEqual(notFound());
  await proxy.set('refuse');
  expect(await client.lookup('user-exists', 'ann@example.org')).toEqual(ok('ann@example.org'));
  expect(await answers('joann@example.org')).toBe('TEMP');
});

test('counts it in its metrics, and is ready and stops', async () => {
  const { daemon, answers } = await start();
  await answers('ann@example.org');
  expect(await textOf(daemon, '/metrics')).toMatch(/idpmap_\w+\{[^}]*directory="staff"/);
  expect(await textOf(daemon, '/readyz')).not.toBe('');
  await daemon.stop();
  await expect(textOf(daemon, '/metrics')).rejects.toThrow(/fetch failed/);
});

test('is mirrored where it tells who is in it, and people cost it no question', async () => {
  const place = await makeTemporaryDirectory('idpmap-mirrored');
  onTestFinished(() => place.remove());
  let asked = 0;
  const followed = defineDirectory({
    type: 'followed',
    about: 'Tells everybody.',
    settings: { mirror: setting.mirror() },
    open: () => ({
      find: () => {
        asked += 1;
        return none('content', 'the list');
      },
      probe: async () => {},
      close: async () => {},
      async *follow(_cursor, signal) {
        yield [{ kind: 'listing', part: 'people' }];
        yield [{ kind: 'put', entries: [['people:1', ANN]] }];
        yield [
          { kind: 'listed', part: 'people' },
          { kind: 'mark', cursor: '1', agoMs: 0, nextMs: 60_000 },
        ];
        if (!signal.aborted) await once(signal, 'abort');
        signal.throwIfAborted();
      },
    }),
  });
  const daemon = await createDaemon(
    {
      listen: ['tcp://127.0.0.1:0'],
      http: 'off',
      domains: { 'example.org': { directory: 'staff' } },
      directories: {
        staff: { type: 'followed', mirror: { path: join(place.path, 'mirrors', 'staff.db') } },
      },
    },
    { directories: [followed] },
  );
  const [endpoint] = daemon.endpoints();
  if (endpoint === undefined) throw new Error('it listens nowhere');
  const client = createClient(endpoint, { timeoutMs: 10_000 });
  onTestFinished(async () => {
    client.close();
    await daemon.stop();
  });
  const isThere = async () => (await client.lookup('user-exists', ANN.address)).status === 'OK';
  expect(await until(isThere, 10_000)).toBe(true);
  asked = 0;
  expect(await client.lookup('user-exists', ANN.address)).toEqual(ok(ANN.address));
  expect(asked).toBe(0);
});

test('tells what is wrong in its settings by line and column', async () => {
  const place = await makeTemporaryDirectory('idpmap-embedded');
  onTestFinished(() => place.remove());
  const file = join(place.path, 'idpmap.yaml');
  await writeFile(
    file,
    'domains: { example.org: { directory: staff } }\ndirectories:\n  staff:\n    type: hr\n    witnes: x\n    url: http://x\n    token: x\n    witness: x\n',
  );
  const starting = createDaemon(file, { directories: [hr] });
  await expect(starting).rejects.toThrow(
    'idpmap.yaml:5:5: directories.staff.witnes: unknown key, "witness" is set already, keep one of them',
  );
  await expect(starting).rejects.toBeInstanceOf(ConfigError);
});

test('swaps to other settings, and keeps the old ones where the new can not be used', async () => {
  const { daemon, answers, proxy } = await start();
  const other = { ...configurationOf(proxy.port), maps: { renamed: { kind: 'mailboxes' } } };
  await expect(daemon.reload({ ...other, maps: { renamed: { kind: 'none' } } })).rejects.toThrow(
    /maps.renamed.kind/,
  );
  expect(await until(async () => (await answers('ann@example.org')) === 'OK', 10_000)).toBe(true);
  expect(await daemon.reload(other)).toBe(true);
  expect(await answers('ann@example.org')).toBe('PERM');
});

test('takes no type that is there already, nor one that can not be written', async () => {
  const named = (type: string) =>
    defineDirectory({
      type,
      about: 'x',
      settings: { x: setting.optional(setting.flag({ description: 'x' })) },
      open: () => ({
        find: () => none('content', 'x'),
        probe: async () => {},
        close: async () => {},
      }),
    });
  await expect(createDaemon({}, { directories: [named('ldap')] })).rejects.toThrow(
    'two types of directories called ldap',
  );
  await expect(createDaemon({}, { directories: [named('Mine')] })).rejects.toThrow(
    '"Mine" is no type',
  );
});
