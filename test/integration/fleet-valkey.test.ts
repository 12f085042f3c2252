import { expect, onTestFinished, test } from 'vitest';
import { parseClusterUrl, parseSentinelUrl } from '../../src/config/schema/engineurl.ts';
import { Secret } from '../../src/config/sources/secret.ts';
import { inspectFleet } from '../../src/fleet/inspect.ts';
import { aclOf } from '../../src/fleet/rights.ts';
import { startCluster } from '../support/fleet/cluster.ts';
import { type FleetDaemon, fleetSettings, HASTY, KEY } from '../support/fleet/daemons.ts';
import { ANN, becomes, PATIENCE_MS, useScene } from '../support/fleet/scene.ts';
import { PRIMARY, startSentinels } from '../support/fleet/sentinels.ts';
import { describeWith } from '../support/requirement.ts';
import { toolPath } from '../support/tools/tools.ts';
import { until } from '../support/until.ts';

const VALKEY = toolPath('valkey-server');

describeWith(['valkey'], 'a fleet over a real Valkey', () => {
  const scene = useScene({ program: VALKEY });

  const hears = async (one: FleetDaemon, other: FleetDaemon): Promise<void> => {
    const before = other.fleet.figures.news.heard['purge'] ?? 0;
    one.fleet.tell({ op: 'purge', what: { address: ANN } });
    const isHeard = () => (other.fleet.figures.news.heard['purge'] ?? 0) > before;
    expect(await until(isHeard, PATIENCE_MS)).toBe(true);
  };

  test('the printed user is enough for all that a daemon does, and daemons know together', async () => {
    const { client, url } = scene.engine;
    await client.call(
      'ACL',
      'SETUSER',
      ...aclOf('idpmap').replace('PASSWORD', 'secret').split(' '),
    );
    const settings = { user: 'idpmap', password: new Secret('secret') };
    const [one, two] = [await scene.start({ settings }), await scene.start({ settings })];
    await one.ask(ANN);
    expect(await two.ask(ANN)).toMatchObject({ status: 'found', by: expect.any(String) });
    expect(scene.directory.asked).toEqual([ANN]);
    await hears(one, two);
    expect(await client.info('server')).toContain('server_name:valkey');
    const remarks = await inspectFleet(fleetSettings(url, [KEY], settings));
    expect(remarks).toMatchObject([{ level: 'ok' }]);
  });

  test('one that is emptied, hangs, is killed and comes back is no fault', async () => {
    const hasty = { settings: { timeout: HASTY } };
    const daemons = [await scene.start(hasty), await scene.start(hasty)];
    const [one, two] = daemons;
    await scene.askCrowd(daemons);
    await scene.engine.client.flushall();
    await scene.askCrowd(daemons);
    scene.engine.signal('SIGSTOP');
    await scene.askCrowd(daemons);
    scene.engine.signal('SIGCONT');
    for (const daemon of daemons) await becomes(daemon, 'up');
    await scene.engine.restart();
    await scene.askCrowd(daemons);
    for (const daemon of daemons) await becomes(daemon, 'up');
    if (one !== undefined && two !== undefined) await hears(one, two);
  });

  test('its sentinels name it, with the user that is printed for them', async () => {
    const acl = aclOf('idpmap', 'sentinel').replace('PASSWORD', 'secret');
    const sentinels = await startSentinels(scene.engine.port, {
      count: 1,
      lines: [`user ${acl}`],
      program: VALKEY,
    });
    onTestFinished(() => sentinels.stop());
    const sentinel = {
      primary: PRIMARY,
      urls: sentinels.urls.map(parseSentinelUrl),
      user: 'idpmap',
      password: new Secret('secret'),
    };
    await becomes(await scene.start({ settings: { sentinel, insecure: true } }), 'up');
  });

  test('a cluster of it serves as well, with the user that is printed for its nodes', async () => {
    const cluster = await startCluster('idpmap:test:{test}:log', VALKEY);
    onTestFinished(() => cluster.stop());
    for (const { client } of cluster.primaries)
      await client.call(
        'ACL',
        'SETUSER',
        ...aclOf('idpmap', 'cluster').replace('PASSWORD', 'secret').split(' '),
      );
    const settings = {
      cluster: { urls: cluster.urls.map(parseClusterUrl) },
      insecure: true,
      user: 'idpmap',
      password: new Secret('secret'),
    };
    const [one, two] = [await scene.start({ settings }), await scene.start({ settings })];
    await scene.askCrowd([one, two]);
    await hears(one, two);
  });
});
