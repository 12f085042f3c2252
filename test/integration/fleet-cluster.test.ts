import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseClusterUrl, parseEngineUrl } from '../../src/config/schema/engineurl.ts';
import { Secret } from '../../src/config/sources/secret.ts';
import { inspectFleet } from '../../src/fleet/inspect.ts';
import { aclOf } from '../../src/fleet/rights.ts';
import type { FleetSettings } from '../../src/fleet/settings.ts';
import { startCluster, type TestCluster } from '../support/fleet/cluster.ts';
import { type FleetDaemon, fleetSettings, HASTY, KEY, PATIENT } from '../support/fleet/daemons.ts';
import { ANN, becomes, PATIENCE_MS, useScene } from '../support/fleet/scene.ts';
import { createNotes } from '../support/notes.ts';
import { describeWith } from '../support/requirement.ts';
import { account, employ } from '../support/scripted.ts';
import { until } from '../support/until.ts';

const LOG = 'idpmap:test:{test}:log';

describeWith(['redis'], 'a fleet over a real cluster', () => {
  const scene = useScene({ timeout: HASTY });
  let cluster: TestCluster;
  beforeAll(async () => {
    cluster = await startCluster(LOG);
    const acl = aclOf('idpmap', 'cluster').replace('PASSWORD', 'secret').split(' ');
    for (const { client } of [...cluster.primaries, cluster.replica])
      await client.call('ACL', 'SETUSER', ...acl);
  });
  afterAll(() => cluster.stop());

  const settings = (): Partial<FleetSettings> => ({
    cluster: { urls: cluster.urls.map(parseClusterUrl) },
    insecure: true,
    user: 'idpmap',
    password: new Secret('secret'),
  });
  const start = (more: Partial<FleetSettings> = {}): Promise<FleetDaemon> =>
    scene.start({ settings: { ...settings(), ...more } });
  let told = 0;
  /** Whether what one tells is heard by the other. */
  const hears = async (one: FleetDaemon, other: FleetDaemon): Promise<void> => {
    const before = other.fleet.figures.news.heard['purge'] ?? 0;
    told += 1;
    one.fleet.tell({ op: 'purge', what: { address: `p${told}@example.org` } });
    const isHeard = () => (other.fleet.figures.news.heard['purge'] ?? 0) > before;
    expect(await until(isHeard, PATIENCE_MS)).toBe(true);
  };

  test('daemons know together, with a user that may do no more than is printed, and tell the time by one node', async () => {
    const patient = { timeout: PATIENT };
    const [one, two] = [await start(patient), await start(patient)];
    const crowd = Array.from({ length: 30 }, (_, i) => `c${i}@example.org`);
    employ(
      scene.directory,
      crowd.map((each) => account(each)),
    );
    for (const key of crowd) expect(await one.ask(key)).toMatchObject({ status: 'found' });
    for (const key of crowd) expect(await two.ask(key)).toMatchObject({ status: 'found' });
    // On a busy machine the engine may be late for some of them.
    expect(scene.directory.asked.length).toBeLessThan(2 * crowd.length);
    expect(two.fleet.figures.directories.get('people')?.reads.fresh).toBeGreaterThan(0);
    const counts = (daemon: FleetDaemon, key: string, expected: number) =>
      until(
        async () => (await daemon.fleet.countWithin('flips', key, 600_000)) === expected,
        PATIENCE_MS,
      );
    expect(await counts(one, 'a', 1)).toBe(true);
    expect(await counts(two, 'b', 2)).toBe(true);
    await hears(one, two);
    const sizes = await Promise.all(cluster.primaries.map(({ client }) => client.dbsize()));
    expect(Math.min(...sizes)).toBeGreaterThan(0);
    const holder = await cluster.holderOf(LOG);
    for (const node of cluster.primaries) {
      const stats = await node.client.info('commandstats');
      expect([node.port, stats.includes('cmdstat_time:')]).toEqual([node.port, node === holder]);
    }
    expect(await inspectFleet(fleetSettings('', [KEY], settings()))).toEqual([
      { level: 'ok', text: expect.stringContaining('all rights are there') },
    ]);
  });

  test('a slot that moves to another node is followed while it moves and afterwards', async () => {
    const patient = { timeout: PATIENT };
    const [one, two] = [await start(patient), await start(patient)];
    await hears(one, two);
    const from = await cluster.holderOf(LOG);
    const to = cluster.primaries.find((each) => each !== from) ?? from;
    const slot = await cluster.slotOf(LOG);
    const ids = [await cluster.idOf(from), await cluster.idOf(to)] as const;
    await to.client.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', ids[0]);
    await from.client.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', ids[1]);
    await scene.askCrowd([one, two]);
    const keys = await from.client.call('CLUSTER', 'GETKEYSINSLOT', slot, 100);
    expect(keys).toContain(LOG);
    for (const key of Array.isArray(keys) ? keys.map(String) : [])
      await from.client.migrate('127.0.0.1', to.port, key, 0, 5000);
    // It is asked for at the former one, which says where it is now.
    await hears(one, two);
    await scene.askCrowd([one, two]);
    for (const { client } of [to, from])
      await client.call('CLUSTER', 'SETSLOT', slot, 'NODE', ids[1]);
    await hears(two, one);
    await scene.askCrowd([one, two]);
    expect(one.fleet.isUp() && two.fleet.isUp()).toBe(true);
    // And back.
    await from.client.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', ids[1]);
    await to.client.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', ids[0]);
    const again = await to.client.call('CLUSTER', 'GETKEYSINSLOT', slot, 100);
    for (const key of Array.isArray(again) ? again.map(String) : [])
      await to.client.migrate('127.0.0.1', from.port, key, 0, 5000);
    for (const { client } of [from, to])
      await client.call('CLUSTER', 'SETSLOT', slot, 'NODE', ids[0]);
    await hears(one, two);
  });

  test('a node that is cut off without a replica takes the cluster away: nobody is told a fault, and it is used again afterwards', async () => {
    const daemons = [await start(), await start()];
    const [one, two] = daemons;
    await scene.askCrowd(daemons);
    const holder = await cluster.holderOf(LOG);
    const node = cluster.primaries.find((each) => each !== holder);
    node?.signal('SIGSTOP');
    const isDown = async () => (await holder.client.cluster('INFO')).includes('cluster_state:fail');
    await scene.askCrowd(daemons);
    expect(await until(isDown, PATIENCE_MS)).toBe(true);
    for (const daemon of daemons) await becomes(daemon, 'down');
    await scene.askCrowd(daemons);
    node?.signal('SIGCONT');
    for (const daemon of daemons) await becomes(daemon, 'up');
    await scene.askCrowd(daemons);
    if (one !== undefined && two !== undefined) await hears(one, two);
  });

  test('one engine is no cluster, and a node is no engine: both are told of as errors, with what to do', async () => {
    const holder = await cluster.holderOf(LOG);
    const node = cluster.primaries.find((each) => each !== holder);
    const one = parseClusterUrl(scene.engine.url);
    const wrongs = [
      [{ cluster: { urls: [one] } }, 'it is no cluster, write its URL in fleet.url'],
      [
        { url: parseEngineUrl(node?.url ?? '') },
        'it is a cluster, write its URL in fleet.cluster.urls',
      ],
    ] as const;
    for (const [wrong, remedy] of wrongs) {
      const notes = createNotes();
      const daemon = await scene.start({
        settings: { ...wrong, insecure: true },
        log: notes.log,
        readyMs: 1,
      });
      const isTold = () => notes.all.some(({ fields }) => JSON.stringify(fields).includes(remedy));
      expect(await until(isTold, PATIENCE_MS)).toBe(true);
      expect(notes.all.map(({ level }) => level)).toContain('error');
      await scene.askCrowd([daemon]);
      const remarks = await inspectFleet(fleetSettings(node?.url ?? '', [KEY], wrong));
      expect(remarks).toContainEqual({ level: 'failed', text: expect.stringContaining(remedy) });
    }
  });

  test('a node that is killed: its replica takes over, nobody is told a fault, and news arrive at all', async () => {
    const daemons = [await start(), await start()];
    const [one, two] = daemons;
    await scene.askCrowd(daemons);
    await one?.ask(ANN);
    const holder = await cluster.holderOf(LOG);
    await holder.kill();
    await scene.askCrowd(daemons);
    scene.directory.people.delete(ANN);
    one?.fleet.tell({ op: 'purge', what: { address: ANN } });
    const isPrimary = async () =>
      (await cluster.replica.client.info('replication')).includes('role:master');
    expect(await until(isPrimary, PATIENCE_MS)).toBe(true);
    for (const daemon of daemons) await becomes(daemon, 'up');
    const isGone = async () => (await two?.ask(ANN))?.status === 'none';
    expect(await until(isGone, PATIENCE_MS)).toBe(true);
    await scene.askCrowd(daemons);
  });
});
