import { expect, test } from 'vitest';
import { ANN, becomes, NOBODY, PATIENCE_MS, useScene } from '../support/fleet/scene.ts';
import { describeWith } from '../support/requirement.ts';
import { account, employ } from '../support/scripted.ts';
import { until } from '../support/until.ts';

describeWith(['redis'], 'what somebody who may write has laid down in the engine', () => {
  const scene = useScene();

  test('counts of who vanished make nobody doubt those who did', async () => {
    const options = { flips: 5, times: { freshMs: 0, freshNoneMs: 0 } };
    const daemons = [await scene.start(options), await scene.start(options)];
    for (const daemon of daemons) await daemon.ask(ANN);
    // So that there is such a place.
    await daemons[0]?.fleet.countWithin('flips', 'somebody', 60_000);
    const [place = ''] = await scene.engine.client.keys('idpmap:test:*:count');
    for (let i = 0; i < 50; i++)
      await scene.engine.client.zadd(place, Date.now(), `forged, the ${i}. of them`.padEnd(80));
    scene.directory.people.delete(ANN);
    for (const daemon of daemons) expect(await daemon.ask(ANN)).toMatchObject({ status: 'none' });
    await scene.engine.client.del(place);
    await scene.engine.client.lpush(place, 'x');
    expect(await daemons[0]?.fleet.countWithin('flips', 'somebody', 60_000)).toBeUndefined();
    const isMended = async () =>
      (await daemons[0]?.fleet.countWithin('flips', 'somebody', 60_000)) === 1;
    expect(await until(isMended, PATIENCE_MS)).toBe(true);
  });

  test.each([
    ['a stranger', (place: string) => scene.engine.client.set(place, 'me')],
    ['nobody, with a list', (place: string) => scene.engine.client.lpush(place, 'x')],
  ])('a turn that %s took for good is taken by a daemon', async (_, spoil) => {
    const daemon = await scene.start();
    await becomes(daemon, 'up');
    expect(await daemon.fleet.hold('events', 60_000)).toBe('ours');
    expect(await daemon.fleet.hold('events', 60_000)).toBe('ours');
    const other = await scene.start();
    await becomes(other, 'up');
    expect(await other.fleet.hold('events', 60_000)).toBe('another');
    const [place = ''] = await scene.engine.client.keys('idpmap:test:*:turn');
    await scene.engine.client.del(place);
    await spoil(place);
    const takes = async () => (await other.fleet.hold('events', 60_000)) === 'ours';
    expect(await until(takes, PATIENCE_MS)).toBe(true);
  });

  test('what was true yesterday, laid down again under its name, lets nobody be denied, and nobody who left be found', async () => {
    const daemons = [await scene.start(), await scene.start()] as const;
    const names = async () => {
      const all = await scene.engine.client.keys('idpmap:test:*');
      return all.filter((name) => /:\{[\w-]{22}\}$/.test(name));
    };
    await daemons[0].ask(ANN);
    await daemons[0].ask(NOBODY);
    const former = await Promise.all(
      (await names()).map(
        async (name) => [name, await scene.engine.client.getBuffer(name)] as const,
      ),
    );
    expect(former).toHaveLength(2);
    employ(scene.directory, [account(NOBODY)]);
    scene.directory.people.delete(ANN);
    for (const address of [ANN, NOBODY]) daemons[0].fleet.tell({ op: 'purge', what: { address } });
    const newcomer = await scene.start();
    const hears = () => daemons[1].fleet.figures.news.heard['purge'] === 2;
    expect(await until(hears, PATIENCE_MS)).toBe(true);
    for (const daemon of [daemons[1], newcomer]) {
      for (const [name, value] of former) await scene.engine.client.set(name, value ?? '');
      expect(await daemon.ask(ANN)).toMatchObject({ status: 'none' });
      for (const [name, value] of former) await scene.engine.client.set(name, value ?? '');
      expect(await daemon.ask(NOBODY)).toMatchObject({ status: 'found' });
    }
  });

  test('values that are cut off, or go on, or have one bit changed are not believed', async () => {
    const [one, two] = [await scene.start(), await scene.start()];
    const changes: readonly ((value: Buffer) => Buffer)[] = [
      (value) => value.subarray(0, 10),
      (value) => value.subarray(0, -1),
      (value) => Buffer.concat([value, Buffer.from('x')]),
      (value) => Buffer.concat([value, value]),
      (value) => Buffer.from(value.map((byte, i) => (i === 20 ? byte ^ 1 : byte))),
      () => Buffer.alloc(0),
      () => Buffer.alloc(1_000_000, 1),
    ];
    for (const [i, change] of changes.entries()) {
      const known = `c${i}@example.org`;
      employ(scene.directory, [account(known)]);
      const before = new Set(await scene.engine.client.keys('*'));
      await one.ask(known);
      const added = (await scene.engine.client.keys('*')).filter(
        (name) => !before.has(name) && /:\{[\w-]{22}\}$/.test(name),
      );
      for (const name of added) {
        const value = await scene.engine.client.getBuffer(name);
        await scene.engine.client.set(name, change(value ?? Buffer.alloc(0)));
      }
      expect(await two.ask(known)).toMatchObject({ status: 'found', value: [{ id: known }] });
    }
  });
});
