import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import {
  type FleetDaemon,
  type FleetDaemonOptions,
  KEY,
  startFleetDaemon,
} from '../support/fleet/daemons.ts';
import { startEngine, type TestEngine } from '../support/fleet/engine.ts';
import { type FaultMode, type FaultProxy, startFaultProxy } from '../support/proxy.ts';
import { describeWith } from '../support/requirement.ts';
import { account, createScripted, employ, type ScriptedDirectory } from '../support/scripted.ts';
import { until } from '../support/until.ts';

const ANN = 'ann@example.org';
const NOBODY = 'nobody@example.org';
const PATIENCE_MS = 20_000;

describeWith(['redis'], 'a fleet over a real Redis', () => {
  let engine: TestEngine;
  let directory: ScriptedDirectory;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.stop());
  beforeEach(async () => {
    await engine.client.flushall();
    directory = createScripted();
    employ(directory, [account(ANN)]);
  });

  const start = async (options: Partial<FleetDaemonOptions> = {}): Promise<FleetDaemon> => {
    const daemon = await startFleetDaemon({ url: engine.url, directory, ...options });
    onTestFinished(() => daemon.stop());
    return daemon;
  };
  const proxied = async (): Promise<FaultProxy> => {
    const proxy = await startFaultProxy(engine.port);
    onTestFinished(() => proxy.stop());
    return proxy;
  };
  const urlOf = ({ port }: FaultProxy): string => `valkey://127.0.0.1:${port}`;
  const becomes = async (daemon: FleetDaemon, state: 'up' | 'down'): Promise<void> => {
    const is = (): boolean => daemon.fleet.isUp() === (state === 'up');
    expect(await until(is, PATIENCE_MS), `the fleet is not ${state}`).toBe(true);
  };

  /** Asks for people of `crowd` and strangers of it: whatever the engine does, all are answered, and right. */
  let crowds = 0;
  const askCrowd = async (daemons: readonly FleetDaemon[], count = 8): Promise<void> => {
    crowds += 1;
    for (let i = 0; i < count; i++) {
      const [known, stranger] = [`k${crowds}-${i}@example.org`, `s${crowds}-${i}@example.org`];
      employ(directory, [account(known)]);
      for (const daemon of daemons) {
        expect(await daemon.ask(known)).toMatchObject({ status: 'found', value: [{ id: known }] });
        expect(await daemon.ask(stranger)).toMatchObject({ status: 'none' });
      }
    }
  };

  test('one daemon asks the directory, the others take its answer with its age', async () => {
    const [one, two] = [await start(), await start()];
    expect(await one.ask(ANN)).toMatchObject({ status: 'found' });
    expect(await one.ask(NOBODY)).toMatchObject({ status: 'none' });
    expect(await two.ask(ANN)).toMatchObject({ status: 'found', by: expect.any(String) });
    expect(await two.ask(NOBODY)).toMatchObject({ status: 'none' });
    expect(directory.asked).toEqual([ANN, NOBODY]);
  });

  test('daemons that ask at the same time ask the directory once', async () => {
    directory.mode = 'slow';
    directory.slowMs = 40;
    const all = await Promise.all(Array.from({ length: 5 }, () => start()));
    const outcomes = await Promise.all(all.map((daemon) => daemon.ask(ANN)));
    expect(outcomes.map(({ status }) => status)).toEqual(Array(5).fill('found'));
    expect(directory.asked.length).toBeLessThan(5);
  });

  test('a new daemon answers whom another knows while the directory is down', async () => {
    const one = await start();
    await one.ask(ANN);
    directory.mode = 'fails';
    const two = await start();
    expect(await two.ask(ANN)).toMatchObject({ status: 'found' });
    expect(await two.ask('bob@example.org')).toMatchObject({ status: 'unknown' });
  });

  test('who is known for longer than `fresh` stands in for a directory that is down', async () => {
    const times = { freshMs: 0 };
    const one = await start({ times });
    await one.ask(ANN);
    directory.mode = 'fails';
    const two = await start({ times });
    expect(await two.ask(ANN)).toMatchObject({ status: 'found', stale: { status: 'unknown' } });
  });

  test('a none of somebody whom a daemon remembers is asked for by itself', async () => {
    const times = { freshMs: 0 };
    const [one, two] = [await start({ times }), await start({ times })];
    await two.ask(ANN);
    directory.people.clear();
    // It never saw her: the fleet's memory makes it ask twice.
    expect(await one.ask(ANN)).toMatchObject({ status: 'none' });
    expect(directory.askedAnew).toEqual([ANN]);
    expect(await two.ask(ANN)).toMatchObject({ status: 'none' });
    expect(directory.askedAnew).toEqual([ANN, ANN]);
  });

  test('a purge counts at the others, and nothing that lay there comes back', async () => {
    const [one, two] = [await start(), await start()];
    await one.ask(ANN);
    await two.ask(ANN);
    directory.people.clear();
    one.fleet.tell({ op: 'purge', what: { all: true } });
    await one.memory.forget(() => true);
    expect(await one.ask(ANN)).toMatchObject({ status: 'none' });
    const isGone = async () => (await two.ask(ANN)).status === 'none';
    expect(await until(isGone, PATIENCE_MS)).toBe(true);
  });

  test('what was asked before somebody was forgotten is not brought back by who asked slowly', async () => {
    const [one, two, three] = [await start(), await start(), await start()];
    directory.mode = 'slow';
    directory.slowMs = 300;
    const slow = two.ask(ANN);
    const reached = await until(() => directory.asked.length > 0, PATIENCE_MS);
    expect(reached).toBe(true);
    const concern = { ids: [], addresses: [ANN] };
    one.fleet.tell({ op: 'forget', directory: 'people', concern });
    await slow;
    directory.mode = 'well';
    directory.people.clear();
    const hears = () => (three.fleet.figures.news.heard['forget'] ?? 0) > 0;
    expect(await until(hears, PATIENCE_MS)).toBe(true);
    expect(await three.ask(ANN)).toMatchObject({ status: 'none' });
  });

  test.each<FaultMode>(['refuse', 'reset', 'blackhole', 'drip', 'cut', 'tear'])(
    'an engine behind a network that shows "%s" is no fault, and is used again afterwards',
    async (mode) => {
      const proxies = [await proxied(), await proxied(), await proxied()];
      const daemons = await Promise.all(proxies.map((each) => start({ url: urlOf(each) })));
      await askCrowd(daemons);
      for (const proxy of proxies) await proxy.set(mode);
      await askCrowd(daemons);
      for (const proxy of proxies) await proxy.set('well');
      for (const daemon of daemons) await becomes(daemon, 'up');
      await askCrowd(daemons);
    },
  );

  test('an engine that hangs, is killed, emptied or full is no fault', async () => {
    const daemons = [await start(), await start(), await start()];
    await askCrowd(daemons);
    engine.signal('SIGSTOP');
    await askCrowd(daemons);
    engine.signal('SIGCONT');
    for (const daemon of daemons) await becomes(daemon, 'up');
    await engine.restart();
    await askCrowd(daemons);
    for (const daemon of daemons) await becomes(daemon, 'up');
    await engine.client.flushall();
    await askCrowd(daemons);
    await engine.client.config('SET', 'maxmemory', '1');
    await askCrowd(daemons);
    await engine.client.config('SET', 'maxmemory', '0');
    const refused = daemons.map(
      ({ fleet }) => fleet.figures.directories.get('people')?.writes.refused ?? 0,
    );
    expect(Math.max(...refused)).toBeGreaterThan(0);
    await askCrowd(daemons);
  });

  test('whoever writes to the engine gains nothing', async () => {
    const daemons = [await start(), await start()];
    const bob = 'bob@example.org';
    await daemons[0]?.ask(ANN);
    await daemons[0]?.ask(NOBODY);
    const names = (await engine.client.keys('idpmap:test:*')).filter((name) =>
      /:\{[\w-]{22}\}$/.test(name),
    );
    expect(names).toHaveLength(2);
    const [a = '', b = ''] = names;
    const [lyingA, lyingB] = [await engine.client.getBuffer(a), await engine.client.getBuffer(b)];
    await engine.client.set(a, lyingB ?? '');
    await engine.client.set(b, lyingA ?? '');
    await engine.client.xadd('idpmap:test:{test}:log', '*', 'n', 'a line that nobody sealed');
    await engine.client.zadd(
      'idpmap:test:{test}:members',
      Date.now(),
      'nobody',
      Date.now(),
      'else',
    );
    employ(directory, [account(bob)]);
    expect(await daemons[1]?.ask(ANN)).toMatchObject({ status: 'found' });
    expect(await daemons[1]?.ask(NOBODY)).toMatchObject({ status: 'none' });
    expect(daemons[1]?.fleet.figures.refused.seal).toBeGreaterThanOrEqual(2);
    expect(daemons[1]?.fleet.status().size).toBeLessThanOrEqual(2);
    // No address is readable there.
    expect((await engine.client.keys('*')).join()).not.toContain('ann');
    await askCrowd(daemons);
  });

  test('counts that somebody has forged leave each daemon its part', async () => {
    const daemons = [await start({ perSecond: 200 }), await start({ perSecond: 200 })];
    await daemons[0]?.ask(ANN);
    const forge = setInterval(() => {
      void engine.client.keys('idpmap:test:*:rate:*').then(async (names) => {
        for (const name of names) await engine.client.set(name, '999999999');
      });
    }, 20);
    onTestFinished(() => clearInterval(forge));
    await askCrowd(daemons);
  });

  test.each([
    ['of another type', () => engine.client.lpush('idpmap:test:{test}:log', 'x')],
    [
      'whose last id leaves no room',
      () =>
        engine.client.xadd(
          'idpmap:test:{test}:log',
          '18446744073709551615-18446744073709551615',
          'n',
          'x',
        ),
    ],
  ])('a log %s is begun anew, and news go on', async (_, spoil) => {
    const one = await start();
    await engine.client.del('idpmap:test:{test}:log');
    await spoil();
    const two = await start();
    const tell = async (): Promise<boolean> => {
      one.fleet.tell({ op: 'healed', directory: 'people' });
      return (two.fleet.figures.news.heard['healed'] ?? 0) > 0;
    };
    expect(await until(tell, PATIENCE_MS)).toBe(true);
    await becomes(one, 'up');
    await becomes(two, 'up');
  });

  test('daemons of other settings, another key or another name share nothing', async () => {
    const other = Buffer.from(Buffer.from(KEY, 'base64').toReversed()).toString('base64');
    const all = [
      await start(),
      await start({ fingerprint: 'other' }),
      await start({ keys: [other] }),
      await start({ settings: { name: 'else' } }),
    ];
    for (const daemon of all) expect(await daemon.ask(ANN)).toMatchObject({ status: 'found' });
    expect(directory.asked).toHaveLength(4);
  });

  test('a key is changed in three steps, and whoever is known stays known', async () => {
    const next = Buffer.from(Buffer.from(KEY, 'base64').toReversed()).toString('base64');
    const steps = [[KEY], [KEY, next], [next, KEY], [next]];
    const times = { freshMs: 60_000 };
    const [first = [], ...later] = steps;
    await (await start({ keys: first, times })).ask(ANN);
    for (const keys of later.slice(0, 2)) {
      const daemon = await start({ keys, times });
      expect(await daemon.ask(ANN)).toMatchObject({ status: 'found' });
      expect(directory.asked).toEqual([ANN]);
    }
    const [before, last] = [await start({ keys: [next, KEY] }), await start({ keys: [next] })];
    before.fleet.tell({ op: 'healed', directory: 'people' });
    const hears = () => (last.fleet.figures.news.heard['healed'] ?? 0) > 0;
    expect(await until(hears, PATIENCE_MS)).toBe(true);
  });

  test('who was cut off hears what it missed, and what it told meanwhile arrives', async () => {
    const proxy = await proxied();
    const [one, cut] = [await start(), await start({ url: urlOf(proxy) })];
    await cut.ask(ANN);
    await proxy.set('blackhole');
    await becomes(cut, 'down');
    directory.people.clear();
    one.fleet.tell({ op: 'purge', what: { address: ANN } });
    cut.fleet.tell({ op: 'purge', what: { address: 'bob@example.org' } });
    expect(cut.fleet.status().waiting).toBe(1);
    await proxy.set('well');
    await becomes(cut, 'up');
    const isGone = async () => (await cut.ask(ANN)).status === 'none';
    expect(await until(isGone, PATIENCE_MS)).toBe(true);
    const hears = () => (one.fleet.figures.news.heard['purge'] ?? 0) > 0;
    expect(await until(hears, PATIENCE_MS)).toBe(true);
  });

  test('a flood of strangers costs the directory what one daemon would ask, and whoever is known is answered', async () => {
    const perSecond = 50;
    const daemons = await Promise.all(
      Array.from({ length: 4 }, () => start({ perSecond, times: { unknownMs: 1 } })),
    );
    for (const daemon of daemons) await daemon.ask(ANN);
    const before = directory.asked.length;
    const begunAt = performance.now();
    let i = 0;
    while (performance.now() < begunAt + 3000) {
      await Promise.all(
        daemons.map((daemon) => {
          i += 1;
          return daemon.ask(`s${i}@example.org`);
        }),
      );
    }
    const seconds = (performance.now() - begunAt) / 1000;
    // A second's worth is saved up; each daemon's own part may come on top of what the others took.
    expect(directory.asked.length - before).toBeLessThan(perSecond * (seconds + 2) * 2);
    expect(i).toBeGreaterThan(directory.asked.length - before);
    for (const daemon of daemons) expect(await daemon.ask(ANN)).toMatchObject({ status: 'found' });
  });

  test('many who vanish at once: as many are denied in all of the fleet as one daemon would deny', async () => {
    const flips = 10;
    const crowd = Array.from({ length: 60 }, (_, i) => `c${i}@example.org`);
    employ(
      directory,
      crowd.map((each) => account(each)),
    );
    const options = { flips, times: { freshMs: 0 } };
    const daemons = await Promise.all([1, 2, 3, 4].map(() => start(options)));
    for (const key of crowd) await Promise.all(daemons.map((daemon) => daemon.ask(key)));
    directory.people.clear();
    const denied = new Set<string>();
    for (const [i, key] of crowd.entries()) {
      // Each of them meets others of the crowd first.
      const outcomes = await Promise.all(
        daemons.map(async (daemon, d) => {
          const whom = crowd[(i + d * 15) % crowd.length] ?? key;
          return [whom, await daemon.ask(whom)] as const;
        }),
      );
      for (const [whom, { status }] of outcomes) if (status === 'none') denied.add(whom);
    }
    expect(denied.size).toBeGreaterThan(0);
    expect(denied.size).toBeLessThanOrEqual(flips);
  });

  test('a directory that fails is probed by one of them, and all close their circuits when it answers', async () => {
    const daemons = await Promise.all([1, 2, 3].map(() => start({ times: { unknownMs: 1 } })));
    directory.mode = 'fails';
    for (const daemon of daemons)
      for (let i = 0; i < 15; i++) await daemon.ask(`f${i}-${Math.random()}@example.org`);
    expect(daemons.map(({ lane }) => lane.breaker.isOpen())).toEqual([true, true, true]);
    directory.mode = 'well';
    for (const { lane } of daemons)
      expect(await until(() => !lane.breaker.isOpen(), PATIENCE_MS)).toBe(true);
    const told = daemons.map(({ fleet }) => fleet.figures.news.told['healed'] ?? 0);
    expect(told.reduce((a, b) => a + b, 0)).toBeGreaterThan(0);
  });

  test('a daemon that is frozen while it holds turns holds up nobody for good', async () => {
    const [one] = [await start()];
    await one.ask(ANN);
    // Nobody answers for these turns, whoever took them.
    const hung = createScripted();
    hung.mode = 'hangs';
    const holder = await start({ directory: hung, timeoutMs: 5000 });
    const held = ['h1@example.org', 'h2@example.org', 'h3@example.org'];
    for (const key of held) void holder.ask(key);
    const taken = () =>
      (holder.fleet.figures.directories.get('people')?.turns.ours ?? 0) >= held.length;
    expect(await until(taken, PATIENCE_MS)).toBe(true);
    for (const key of held) expect(await one.ask(key)).toMatchObject({ status: 'none' });
    expect(one.fleet.figures.directories.get('people')?.waits.asked).toBe(held.length);
  });
});
