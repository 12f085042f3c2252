import { expect, test } from 'vitest';
import { HASTY, KEY } from '../support/fleet/daemons.ts';
import { ANN, becomes, NOBODY, PATIENCE_MS, urlOf, useScene } from '../support/fleet/scene.ts';
import { describeWith } from '../support/requirement.ts';
import { until } from '../support/until.ts';

describeWith(['redis'], 'a fleet over a real Redis', () => {
  const scene = useScene();

  test('one daemon asks the scene.directory, the others take its answer with its age', async () => {
    const [one, two] = [await scene.start(), await scene.start()];
    expect(await one.ask(ANN)).toMatchObject({ status: 'found' });
    expect(await one.ask(NOBODY)).toMatchObject({ status: 'none' });
    expect(await two.ask(ANN)).toMatchObject({ status: 'found', by: expect.any(String) });
    expect(await two.ask(NOBODY)).toMatchObject({ status: 'none' });
    expect(scene.directory.asked).toEqual([ANN, NOBODY]);
  });

  test('daemons that ask at the same time ask the directory once', async () => {
    scene.directory.mode = 'slow';
    scene.directory.slowMs = 40;
    const all = await Promise.all(Array.from({ length: 5 }, () => scene.start()));
    const outcomes = await Promise.all(all.map((daemon) => daemon.ask(ANN)));
    expect(outcomes.map(({ status }) => status)).toEqual(Array(5).fill('found'));
    expect(scene.directory.asked.length).toBeLessThan(5);
  });

  test('a new daemon answers whom another knows while the directory is down', async () => {
    const one = await scene.start();
    await one.ask(ANN);
    scene.directory.mode = 'fails';
    const two = await scene.start();
    expect(await two.ask(ANN)).toMatchObject({ status: 'found' });
    expect(await two.ask('bob@example.org')).toMatchObject({ status: 'unknown' });
  });

  test('who is known for longer than `fresh` stands in for a directory that is down', async () => {
    const times = { freshMs: 0 };
    const one = await scene.start({ times });
    await one.ask(ANN);
    scene.directory.mode = 'fails';
    const two = await scene.start({ times });
    expect(await two.ask(ANN)).toMatchObject({ status: 'found', stale: { status: 'unknown' } });
  });

  test('a none of somebody whom a daemon remembers is asked for by itself', async () => {
    const times = { freshMs: 0 };
    const [one, two] = [await scene.start({ times }), await scene.start({ times })];
    await two.ask(ANN);
    scene.directory.people.clear();
    // It never saw her: the fleet's memory makes it ask twice.
    expect(await one.ask(ANN)).toMatchObject({ status: 'none' });
    expect(scene.directory.askedAnew).toEqual([ANN]);
    expect(await two.ask(ANN)).toMatchObject({ status: 'none' });
    expect(scene.directory.askedAnew).toEqual([ANN, ANN]);
  });

  test('a purge counts at the others, and nothing that lay there comes back', async () => {
    const [one, two] = [await scene.start(), await scene.start()];
    await one.ask(ANN);
    await two.ask(ANN);
    scene.directory.people.clear();
    one.fleet.tell({ op: 'purge', what: { all: true } });
    await one.memory.forget(() => true);
    expect(await one.ask(ANN)).toMatchObject({ status: 'none' });
    const isGone = async () => (await two.ask(ANN)).status === 'none';
    expect(await until(isGone, PATIENCE_MS)).toBe(true);
  });

  test('what was asked before somebody was forgotten is not brought back by who asked slowly', async () => {
    const [one, two, three] = [await scene.start(), await scene.start(), await scene.start()];
    scene.directory.mode = 'slow';
    scene.directory.slowMs = 300;
    const slow = two.ask(ANN);
    const reached = await until(() => scene.directory.asked.length > 0, PATIENCE_MS);
    expect(reached).toBe(true);
    const concern = { ids: [], addresses: [ANN] };
    one.fleet.tell({ op: 'forget', directory: 'people', concern });
    await slow;
    scene.directory.mode = 'well';
    scene.directory.people.clear();
    const hears = () => (three.fleet.figures.news.heard['forget'] ?? 0) > 0;
    expect(await until(hears, PATIENCE_MS)).toBe(true);
    expect(await three.ask(ANN)).toMatchObject({ status: 'none' });
  });

  test('daemons of other settings, another key or another name share nothing', async () => {
    const other = Buffer.from(Buffer.from(KEY, 'base64').toReversed()).toString('base64');
    const all = [
      await scene.start(),
      await scene.start({ fingerprint: 'other' }),
      await scene.start({ keys: [other] }),
      await scene.start({ settings: { name: 'else' } }),
    ];
    for (const daemon of all) expect(await daemon.ask(ANN)).toMatchObject({ status: 'found' });
    expect(scene.directory.asked).toHaveLength(4);
  });

  test('a key is changed in three steps, and whoever is known stays known', async () => {
    const next = Buffer.from(Buffer.from(KEY, 'base64').toReversed()).toString('base64');
    const steps = [[KEY], [KEY, next], [next, KEY], [next]];
    const times = { freshMs: 60_000 };
    const [first = [], ...later] = steps;
    await (await scene.start({ keys: first, times })).ask(ANN);
    for (const keys of later.slice(0, 2)) {
      const daemon = await scene.start({ keys, times });
      expect(await daemon.ask(ANN)).toMatchObject({ status: 'found' });
      expect(scene.directory.asked).toEqual([ANN]);
    }
    const [before, last] = [
      await scene.start({ keys: [next, KEY] }),
      await scene.start({ keys: [next] }),
    ];
    before.fleet.tell({ op: 'healed', directory: 'people' });
    const hears = () => (last.fleet.figures.news.heard['healed'] ?? 0) > 0;
    expect(await until(hears, PATIENCE_MS)).toBe(true);
  });

  test('who was cut off hears what it missed, and what it told meanwhile arrives', async () => {
    const proxy = await scene.proxied();
    const [one, cut] = [
      await scene.start(),
      await scene.start({ url: urlOf(proxy), settings: { timeout: HASTY } }),
    ];
    await cut.ask(ANN);
    await proxy.set('blackhole');
    await becomes(cut, 'down');
    scene.directory.people.clear();
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
});
