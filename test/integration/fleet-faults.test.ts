import { expect, onTestFinished, test } from 'vitest';
import { HASTY, PATIENT } from '../support/fleet/daemons.ts';
import { ANN, becomes, NOBODY, PATIENCE_MS, urlOf, useScene } from '../support/fleet/scene.ts';
import type { FaultMode } from '../support/proxy.ts';
import { describeWith } from '../support/requirement.ts';
import { account, employ } from '../support/scripted.ts';
import { until } from '../support/until.ts';

describeWith(['redis'], 'faults of a real Redis', () => {
  const scene = useScene({ timeout: HASTY });

  test.each<FaultMode>(['refuse', 'reset', 'blackhole', 'drip', 'cut', 'tear'])(
    'an engine behind a network that shows "%s" is no fault, and is used again afterwards',
    async (mode) => {
      const proxies = [await scene.proxied(), await scene.proxied(), await scene.proxied()];
      const daemons = await Promise.all(proxies.map((each) => scene.start({ url: urlOf(each) })));
      await scene.askCrowd(daemons);
      for (const proxy of proxies) await proxy.set(mode);
      await scene.askCrowd(daemons);
      for (const proxy of proxies) await proxy.set('well');
      for (const daemon of daemons) await becomes(daemon, 'up');
      await scene.askCrowd(daemons);
    },
  );

  test.each([
    ['nothing of what was asked', '+OK\r\n'],
    ['a value of another', '$7\r\nanother\r\n'],
    ['bytes that are no protocol', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['a list without its end', '*3\r\n$1\r\na\r\n'],
    ['that it is loading', '-LOADING Redis is loading the dataset in memory\r\n'],
    ['that it is a replica', "-READONLY You can't write against a read only replica.\r\n"],
  ])('an engine that answers %s is no fault, and is used again afterwards', async (_, reply) => {
    const proxies = [await scene.proxied(), await scene.proxied()];
    const daemons = await Promise.all(proxies.map((each) => scene.start({ url: urlOf(each) })));
    await scene.askCrowd(daemons);
    for (const proxy of proxies) await proxy.set({ reply, after: 2 });
    await scene.askCrowd(daemons);
    for (const daemon of daemons) await becomes(daemon, 'down');
    await scene.askCrowd(daemons);
    for (const proxy of proxies) await proxy.set('well');
    for (const daemon of daemons) await becomes(daemon, 'up');
    await scene.askCrowd(daemons);
  });

  const three = async (timeout = HASTY) => {
    const start = () => scene.start({ settings: { timeout } });
    const daemons = [await start(), await start(), await start()] as const;
    await scene.askCrowd(daemons);
    return daemons;
  };

  test('an engine that hangs (SIGSTOP) is no fault, and is used again afterwards', async () => {
    const daemons = await three();
    scene.engine.signal('SIGSTOP');
    await scene.askCrowd(daemons);
    for (const daemon of daemons) await becomes(daemon, 'down');
    await scene.askCrowd(daemons);
    scene.engine.signal('SIGCONT');
    for (const daemon of daemons) await becomes(daemon, 'up');
    await scene.askCrowd(daemons);
  });

  test('an engine that is killed (SIGKILL) and comes back empty is no fault, and is used again afterwards', async () => {
    const daemons = await three();
    await scene.engine.restart();
    await scene.askCrowd(daemons);
    for (const daemon of daemons) await becomes(daemon, 'up');
    await scene.askCrowd(daemons);
  });

  test('an engine that is emptied (FLUSHALL) is no fault: what lay there is asked for again, and news go on', async () => {
    const [one, two, ...others] = await three();
    await one.ask(ANN);
    await scene.engine.client.flushall();
    await scene.askCrowd([one, two, ...others]);
    one.fleet.tell({ op: 'purge', what: { address: NOBODY } });
    const hears = () => (two.fleet.figures.news.heard['purge'] ?? 0) > 0;
    expect(await until(hears, PATIENCE_MS)).toBe(true);
    for (const daemon of [one, two, ...others]) await becomes(daemon, 'up');
  });

  test('a full engine that makes no room (noeviction) takes no more, and is read on; what waits to be told is told once there is room', async () => {
    const [one, two, ...others] = await three(PATIENT);
    await one.ask(ANN);
    await scene.engine.client.config('SET', 'maxmemory', '1');
    try {
      await scene.askCrowd([one, two, ...others]);
      // It lay there before.
      const late = await scene.start({ settings: { timeout: PATIENT } });
      expect(await late.ask(ANN)).toMatchObject({ status: 'found' });
      expect(scene.directory.asked.filter((key) => key === ANN)).toHaveLength(1);
      one.fleet.tell({ op: 'purge', what: { address: NOBODY } });
      expect(one.fleet.status()).toMatchObject({ waiting: 1, isUp: true });
      const refused = [one, two, ...others].map(
        ({ fleet }) => fleet.figures.directories.get('people')?.writes.refused ?? 0,
      );
      expect(Math.max(...refused)).toBeGreaterThan(0);
    } finally {
      await scene.engine.client.config('SET', 'maxmemory', '0');
    }
    const hears = () => (two.fleet.figures.news.heard['purge'] ?? 0) > 0;
    expect(await until(hears, PATIENCE_MS)).toBe(true);
    await scene.askCrowd([one, two, ...others]);
  });

  test('a full engine that makes room by itself (volatile-lru) drops answers, and never the news', async () => {
    const [one, two, ...others] = await three(PATIENT);
    const { client } = scene.engine;
    const used = /used_memory:(\d+)/.exec(await client.info('memory'))?.[1];
    await client.config('SET', 'maxmemory-policy', 'volatile-lru');
    await client.config('SET', 'maxmemory', String(Number(used) + 200_000));
    try {
      for (let i = 0; i < 200; i++) await client.set(`other:${i}`, 'x'.repeat(4096), 'PX', 60_000);
      const evicted = /evicted_keys:(\d+)/.exec(await client.info('stats'))?.[1];
      expect(Number(evicted)).toBeGreaterThan(0);
      await scene.askCrowd([one, two, ...others]);
      one.fleet.tell({ op: 'purge', what: { address: NOBODY } });
      const hears = () => (two.fleet.figures.news.heard['purge'] ?? 0) > 0;
      expect(await until(hears, PATIENCE_MS)).toBe(true);
      for (let i = 0; i < 200; i++) await client.set(`other:${i}`, 'y'.repeat(4096), 'PX', 60_000);
      expect(await client.exists('idpmap:test:{test}:log')).toBe(1);
      for (const daemon of [one, two, ...others]) expect(daemon.fleet.isUp()).toBe(true);
    } finally {
      await client.config('SET', 'maxmemory', '0');
      await client.config('SET', 'maxmemory-policy', 'noeviction');
    }
  });

  test('whoever writes to the engine gains nothing', async () => {
    const patient = { settings: { timeout: PATIENT } };
    const daemons = [await scene.start(patient), await scene.start(patient)];
    const bob = 'bob@example.org';
    await daemons[0]?.ask(ANN);
    await daemons[0]?.ask(NOBODY);
    const names = (await scene.engine.client.keys('idpmap:test:*')).filter((name) =>
      /:\{[\w-]{22}\}$/.test(name),
    );
    expect(names).toHaveLength(2);
    const lying = await Promise.all(names.map((name) => scene.engine.client.getBuffer(name)));
    for (const [i, name] of names.entries())
      await scene.engine.client.set(name, lying[1 - i] ?? '');
    await scene.engine.client.xadd('idpmap:test:{test}:log', '*', 'n', 'a line that nobody sealed');
    await scene.engine.client.zadd(
      'idpmap:test:{test}:members',
      Date.now(),
      'nobody',
      Date.now(),
      'else',
    );
    employ(scene.directory, [account(bob)]);
    expect(await daemons[1]?.ask(ANN)).toMatchObject({ status: 'found' });
    expect(await daemons[1]?.ask(NOBODY)).toMatchObject({ status: 'none' });
    expect(daemons[1]?.fleet.figures.refused.seal).toBeGreaterThanOrEqual(2);
    expect(daemons[1]?.fleet.status().size).toBeLessThanOrEqual(2);
    // No address is readable there.
    expect((await scene.engine.client.keys('*')).join()).not.toContain('ann');
    await scene.askCrowd(daemons);
  });

  test('counts that somebody has forged leave each daemon its part', async () => {
    // A part that a crowd which is asked for as fast as may be does not use up.
    const perSecond = 4000;
    const daemons = [await scene.start({ perSecond }), await scene.start({ perSecond })];
    await daemons[0]?.ask(ANN);
    const forge = setInterval(() => {
      void scene.engine.client.keys('idpmap:test:*:rate:*').then(async (names) => {
        for (const name of names) await scene.engine.client.set(name, '999999999');
      });
    }, 20);
    onTestFinished(() => clearInterval(forge));
    await scene.askCrowd(daemons);
  });

  test.each([
    ['of another type', () => scene.engine.client.lpush('idpmap:test:{test}:log', 'x')],
    [
      'whose last id leaves no room',
      () =>
        scene.engine.client.xadd(
          'idpmap:test:{test}:log',
          '18446744073709551615-18446744073709551615',
          'n',
          'x',
        ),
    ],
  ])('a log %s is begun anew, and news go on', async (_, spoil) => {
    const one = await scene.start();
    await scene.engine.client.del('idpmap:test:{test}:log');
    await spoil();
    const two = await scene.start();
    const tell = async (): Promise<boolean> => {
      one.fleet.tell({ op: 'healed', directory: 'people' });
      return (two.fleet.figures.news.heard['healed'] ?? 0) > 0;
    };
    expect(await until(tell, PATIENCE_MS)).toBe(true);
    await becomes(one, 'up');
    await becomes(two, 'up');
  });
});
