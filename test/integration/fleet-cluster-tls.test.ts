import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { parseClusterUrl } from '../../src/config/schema/engineurl.ts';
import { Secret } from '../../src/config/sources/secret.ts';
import { inspectFleet } from '../../src/fleet/inspect.ts';
import { aclOf } from '../../src/fleet/rights.ts';
import type { FleetSettings } from '../../src/fleet/settings.ts';
import { makeEngineCertificates, type TestCertificates } from '../support/fleet/certificates.ts';
import { startCluster, type TestCluster } from '../support/fleet/cluster.ts';
import { type FleetDaemon, fleetSettings, KEY } from '../support/fleet/daemons.ts';
import { ANN, becomes, NOBODY, PATIENCE_MS, useScene } from '../support/fleet/scene.ts';
import { createNotes } from '../support/notes.ts';
import { describeWith } from '../support/requirement.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const LOG = 'idpmap:test:{test}:log';

describeWith(['redis', 'openssl'], 'a fleet over a real cluster that speaks TLS', () => {
  const scene = useScene();
  let certificates: TestCertificates;
  let cluster: TestCluster;
  beforeAll(async () => {
    certificates = await makeEngineCertificates();
    cluster = await startCluster(LOG, undefined, certificates);
    const acl = aclOf('idpmap', 'cluster').replace('PASSWORD', 'secret').split(' ');
    for (const { client } of [...cluster.primaries, cluster.replica])
      await client.call('ACL', 'SETUSER', ...acl);
  });
  afterAll(async () => {
    await cluster?.stop();
    await certificates?.remove();
  });

  const settings = (more: Partial<FleetSettings> = {}): Partial<FleetSettings> => ({
    cluster: { urls: cluster.urls.map(parseClusterUrl) },
    tls: {
      ca: certificates.files.ca,
      cert: certificates.files.clientCert,
      key: certificates.files.clientKey,
    },
    user: 'idpmap',
    password: new Secret('secret'),
    ...more,
  });
  const start = (more: Partial<FleetSettings> = {}): Promise<FleetDaemon> =>
    scene.start({ settings: settings(more) });

  test('daemons know together with a certificate and a password, over TLS to each node, and a check finds all well', async () => {
    const [one, two] = [await start(), await start()];
    for (const daemon of [one, two]) {
      await becomes(daemon, 'up');
      expect(await daemon.ask(ANN)).toMatchObject({ status: 'found' });
      expect(await daemon.ask(NOBODY)).toMatchObject({ status: 'none' });
    }
    expect(scene.directory.asked).toEqual([ANN, NOBODY]);
    // All of them have something, and nobody but this test came without TLS.
    for (let i = 0; i < 30; i++) await one.ask(`s${i}@example.org`);
    const sizes = await Promise.all(cluster.primaries.map(({ client }) => client.dbsize()));
    expect(Math.min(...sizes)).toBeGreaterThan(0);
    for (const { client } of cluster.primaries) {
      const clients = String(await client.call('CLIENT', 'LIST')).split('\n');
      expect(clients.some((line) => line.includes('user=idpmap'))).toBe(true);
    }
    one.fleet.tell({ op: 'purge', what: { address: ANN } });
    const hears = () => (two.fleet.figures.news.heard['purge'] ?? 0) > 0;
    expect(await until(hears, PATIENCE_MS)).toBe(true);
    expect(await inspectFleet(fleetSettings('', [KEY], settings()))).toEqual([
      { level: 'ok', text: expect.stringContaining('all rights are there') },
    ]);
  });

  type Fault = () => Promise<Partial<FleetSettings>>;
  const faults: readonly (readonly [string, Fault, RegExp])[] = [
    [
      'whose authority is not trusted',
      async () => {
        const other = await makeEngineCertificates();
        onTestFinished(() => other.remove());
        return { tls: { ...settings().tls, ca: other.files.ca } };
      },
      /its certificate is not trusted \(.*\), set tls.ca to its authority's file/,
    ],
    [
      'that wants a certificate of its clients and gets none',
      async () => ({ tls: { ca: certificates.files.ca } }),
      /TLS failed, is this a port for TLS, and does it know the authority of tls.cert\?/,
    ],
    [
      'that does not take the password',
      async () => ({ password: new Secret('wrong') }),
      /WRONGPASS.*see fleet.user and fleet.password/,
    ],
    [
      'whose user lacks what a cluster needs',
      async () => {
        const acl = aclOf('engine').replace('PASSWORD', 'secret').split(' ');
        for (const { client } of [...cluster.primaries, cluster.replica])
          await client.call('ACL', 'SETUSER', ...acl);
        return { user: 'engine' };
      },
      /NOPERM.*for a cluster with --for cluster/,
    ],
  ];
  test.each(faults)(
    'a cluster %s is told of with what to do, and is no fault',
    async (_, spoil, expected) => {
      const wrong = settings(await spoil());
      const notes = createNotes();
      const daemon = await scene.start({ settings: wrong, log: notes.log, readyMs: 1 });
      await notes.next('can not be reached');
      const isTold = () =>
        notes.all.some(
          ({ level, fields }) => level === 'error' && expected.test(JSON.stringify(fields)),
        );
      expect(await until(isTold, PATIENCE_MS)).toBe(true);
      await scene.askCrowd([daemon], 2);
      const remarks = await inspectFleet(fleetSettings('', [KEY], wrong));
      expect(remarks).toContainEqual({ level: 'failed', text: expect.stringMatching(expected) });
    },
  );

  test('a certificate that is trusted later, and a password that is right later, count at the next connection', async () => {
    const other = await makeEngineCertificates();
    onTestFinished(() => other.remove());
    const place = await makeTemporaryDirectory('trusted');
    onTestFinished(() => place.remove());
    const ca = join(place.path, 'ca.pem');
    await copyFile(other.files.ca, ca);
    const daemon = await scene.start({
      settings: settings({ tls: { ...settings().tls, ca } }),
      readyMs: 1,
    });
    await becomes(daemon, 'down');
    await copyFile(certificates.files.ca, ca);
    await becomes(daemon, 'up');
  });
});
