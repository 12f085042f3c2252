import { expect, onTestFinished, test } from 'vitest';
import { parseSentinelUrl } from '../../src/config/schema/engineurl.ts';
import { Secret } from '../../src/config/sources/secret.ts';
import { inspectFleet } from '../../src/fleet/inspect.ts';
import { aclOf } from '../../src/fleet/rights.ts';
import type { FleetSettings } from '../../src/fleet/settings.ts';
import { fleetSettings, HASTY, KEY } from '../support/fleet/daemons.ts';
import { startEngine, type TestEngine } from '../support/fleet/engine.ts';
import { ANN, becomes, PATIENCE_MS, useScene } from '../support/fleet/scene.ts';
import {
  PRIMARY,
  type SentinelOptions,
  startSentinels,
  type TestSentinels,
} from '../support/fleet/sentinels.ts';
import { createNotes } from '../support/notes.ts';
import { startFaultProxy } from '../support/proxy.ts';
import { describeWith } from '../support/requirement.ts';
import { until } from '../support/until.ts';

const BOB = 'bob@example.org';

describeWith(['redis'], 'a fleet whose engine real sentinels name', () => {
  const scene = useScene({ timeout: HASTY });

  const engine = async (parameters: readonly string[] = []): Promise<TestEngine> => {
    const started = await startEngine(['--repl-diskless-sync-delay', '0', ...parameters]);
    onTestFinished(() => started.stop());
    return started;
  };
  const follow = async (port: number): Promise<TestEngine> => {
    const replica = await engine(['--replicaof', `127.0.0.1 ${port}`]);
    const isLinked = async () =>
      (await replica.client.info('replication')).includes('master_link_status:up');
    expect(await until(isLinked, PATIENCE_MS)).toBe(true);
    return replica;
  };
  const watch = async (
    primary: TestEngine,
    options: SentinelOptions = { ready: 'to promote' },
  ): Promise<TestSentinels> => {
    const sentinels = await startSentinels(primary.port, options);
    onTestFinished(() => sentinels.stop());
    return sentinels;
  };
  const namedBy = ({ urls }: Pick<TestSentinels, 'urls'>): Partial<FleetSettings> => ({
    sentinel: { primary: PRIMARY, urls: urls.map(parseSentinelUrl) },
    insecure: true,
  });

  test('a primary that is killed: a replica takes over, nobody is told a fault or a wrong word, and a purge arrives at all', async () => {
    const primary = await engine();
    const replica = await follow(primary.port);
    const sentinels = await watch(primary);
    const settings = namedBy(sentinels);
    const daemons = [
      await scene.start({ settings }),
      await scene.start({ settings }),
      await scene.start({ settings }),
    ];
    const [one, two] = daemons;
    await scene.askCrowd(daemons);
    await one?.ask(ANN);
    await two?.ask(ANN);
    // One of the sentinels goes with it, as where both are on one machine.
    await primary.kill();
    await sentinels.kill(2);
    for (const daemon of daemons) await becomes(daemon, 'down');
    scene.directory.people.delete(ANN);
    one?.fleet.tell({ op: 'purge', what: { address: ANN } });
    await scene.askCrowd(daemons);
    expect(await until(async () => (await sentinels.primary()) === replica.port, PATIENCE_MS)).toBe(
      true,
    );
    for (const daemon of daemons) await becomes(daemon, 'up');
    for (const daemon of daemons.slice(1)) {
      const isGone = async () => (await daemon.ask(ANN)).status === 'none';
      expect(await until(isGone, PATIENCE_MS)).toBe(true);
    }
    await scene.askCrowd(daemons);
    expect(await replica.client.exists('idpmap:test:{test}:log')).toBe(1);
  });

  test('a replica that takes over without the last second: what it had not got is told again, and nobody whom it still holds comes back', async () => {
    const primary = await engine();
    const link = await startFaultProxy(primary.port);
    onTestFinished(() => link.stop());
    const replica = await follow(link.port);
    const sentinels = await watch(primary);
    const settings = namedBy(sentinels);
    const times = { freshMs: 600_000 };
    const one = await scene.start({ settings, times });
    const two = await scene.start({ settings, times });
    await one.ask(ANN);
    const lies = async () => (await replica.client.keys('idpmap:test:{*}')).length > 0;
    expect(await until(lies, PATIENCE_MS)).toBe(true);
    await link.set('blackhole');
    scene.directory.people.clear();
    one.fleet.tell({ op: 'purge', what: { address: ANN } });
    const isTold = () => (two.fleet.figures.news.heard['purge'] ?? 0) > 0;
    expect(await until(isTold, PATIENCE_MS)).toBe(true);
    expect(one.fleet.status().waiting).toBe(0);
    const before = await replica.client.xlen('idpmap:test:{test}:log');
    await primary.kill();
    for (const daemon of [one, two]) await becomes(daemon, 'down');
    for (const daemon of [one, two]) await becomes(daemon, 'up');
    const log = (): Promise<number> => replica.client.xlen('idpmap:test:{test}:log');
    expect(await until(async () => (await log()) > before, PATIENCE_MS)).toBe(true);
    // It heard nothing before, and her entry lies there, fresh.
    const late = await scene.start({ settings, times });
    await becomes(late, 'up');
    expect(await late.ask(ANN)).toMatchObject({ status: 'none' });
    expect(await two.ask(ANN)).toMatchObject({ status: 'none' });
    // Who had heard it already does not hear it twice.
    expect(two.fleet.figures.news.heard['purge']).toBe(1);
  });

  test('a primary that was cut off and comes back is left for the one that took over', async () => {
    const primary = await engine();
    const replica = await follow(primary.port);
    const sentinels = await watch(primary);
    const settings = namedBy(sentinels);
    const daemons = [await scene.start({ settings }), await scene.start({ settings })];
    await scene.askCrowd(daemons);
    primary.signal('SIGSTOP');
    await scene.askCrowd(daemons);
    expect(await until(async () => (await sentinels.primary()) === replica.port, PATIENCE_MS)).toBe(
      true,
    );
    for (const daemon of daemons) await becomes(daemon, 'up');
    primary.signal('SIGCONT');
    daemons[0]?.fleet.tell({ op: 'purge', what: { address: BOB } });
    const hears = () => (daemons[1]?.fleet.figures.news.heard['purge'] ?? 0) > 0;
    expect(await until(hears, PATIENCE_MS)).toBe(true);
    await scene.askCrowd(daemons);
  });

  test('a check asks each sentinel, and says what each answered', async () => {
    const primary = await engine();
    const sentinels = await watch(primary, {});
    const inspect = (settings: Partial<FleetSettings>) =>
      inspectFleet(fleetSettings('', [KEY], settings));
    const says = (which: number) => ({
      level: 'ok',
      text: `sentinel valkey://127.0.0.1:${sentinels.ports[which]} says that 127.0.0.1:${primary.port} is the primary`,
    });
    expect(await inspect(namedBy(sentinels))).toEqual([
      says(0),
      says(1),
      says(2),
      { level: 'ok', text: expect.stringContaining('all rights are there') },
    ]);
    await sentinels.kill(1);
    const [, gone, , ...rest] = await inspect(namedBy(sentinels));
    expect(gone).toMatchObject({ level: 'warning', text: expect.stringContaining('ECONNREFUSED') });
    expect(rest).toMatchObject([{ level: 'ok' }]);
    const { ports } = sentinels;
    const other = await inspect({
      sentinel: { primary: 'other', urls: [parseSentinelUrl(`valkey://127.0.0.1:${ports[0]}`)] },
    });
    expect(other).toContainEqual({
      level: 'failed',
      text: expect.stringContaining('knows no other, see fleet.sentinel.primary'),
    });
    // An engine is no sentinel.
    const wrong = await inspect(namedBy({ urls: [primary.url] }));
    expect(wrong[0]).toMatchObject({
      level: 'warning',
      text: expect.stringContaining('it is no sentinel but an engine, write it in fleet.url'),
    });
    await sentinels.clients[2]?.call('SENTINEL', 'remove', PRIMARY);
    await sentinels.clients[2]?.call('SENTINEL', 'monitor', PRIMARY, '127.0.0.1', '1', '2');
    expect(await inspect(namedBy(sentinels))).toContainEqual({
      level: 'warning',
      text: 'the sentinels name different primaries: what most of them say is believed',
    });
  });

  test('sentinels have a login of their own; one that they refuse is told of as an error, with what to do', async () => {
    const primary = await engine();
    const acl = aclOf('idpmap', 'sentinel').replace('PASSWORD', 'right');
    const { urls } = await watch(primary, { count: 1, lines: [`user ${acl}`] });
    const settingsOf = (password: string): Partial<FleetSettings> => ({
      insecure: true,
      sentinel: {
        primary: PRIMARY,
        urls: urls.map(parseSentinelUrl),
        user: 'idpmap',
        password: new Secret(password),
      },
    });
    const notes = createNotes();
    const refused = await scene.start({
      settings: settingsOf('wrong'),
      log: notes.log,
      readyMs: 1,
    });
    await notes.next('can not be reached');
    const expected = expect.stringContaining(
      'WRONGPASS invalid username-password pair or user is disabled.: see fleet.sentinel.user and fleet.sentinel.password',
    );
    expect(notes.all).toMatchObject([{ level: 'error', fields: { reason: expected } }]);
    await scene.askCrowd([refused]);
    const inspect = (password: string) =>
      inspectFleet(fleetSettings('', [KEY], settingsOf(password)));
    expect(await inspect('wrong')).toContainEqual({ level: 'failed', text: expected });
    await becomes(await scene.start({ settings: settingsOf('right') }), 'up');
    expect(await inspect('right')).toMatchObject([{ level: 'ok' }, { level: 'ok' }]);
  });
});
