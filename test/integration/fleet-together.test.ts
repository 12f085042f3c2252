import { expect, test } from 'vitest';
import { ANN, PATIENCE_MS, useScene } from '../support/fleet/scene.ts';
import { describeWith } from '../support/requirement.ts';
import { account, createScripted, employ } from '../support/scripted.ts';
import { until } from '../support/until.ts';

describeWith(['redis'], 'what a fleet counts together, over a real Redis', () => {
  const scene = useScene();

  test('a flood of strangers costs the directory what one daemon would ask, and whoever is known is answered', async () => {
    const perSecond = 50;
    const daemons = await Promise.all(
      Array.from({ length: 4 }, () => scene.start({ perSecond, times: { unknownMs: 1 } })),
    );
    for (const daemon of daemons) await daemon.ask(ANN);
    const before = scene.directory.asked.length;
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
    expect(scene.directory.asked.length - before).toBeLessThan(perSecond * (seconds + 2) * 2);
    expect(i).toBeGreaterThan(scene.directory.asked.length - before);
    for (const daemon of daemons) expect(await daemon.ask(ANN)).toMatchObject({ status: 'found' });
  });

  test('many who vanish at once: as many are denied in all of the fleet as one daemon would deny', async () => {
    const flips = 10;
    const crowd = Array.from({ length: 60 }, (_, i) => `c${i}@example.org`);
    employ(
      scene.directory,
      crowd.map((each) => account(each)),
    );
    const options = { flips, times: { freshMs: 0 } };
    const daemons = await Promise.all([1, 2, 3, 4].map(() => scene.start(options)));
    for (const key of crowd) await Promise.all(daemons.map((daemon) => daemon.ask(key)));
    scene.directory.people.clear();
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
    const daemons = await Promise.all(
      [1, 2, 3].map(() => scene.start({ times: { unknownMs: 1 } })),
    );
    scene.directory.mode = 'fails';
    for (const daemon of daemons)
      for (let i = 0; i < 15; i++) await daemon.ask(`f${i}-${Math.random()}@example.org`);
    expect(daemons.map(({ lane }) => lane.breaker.isOpen())).toEqual([true, true, true]);
    scene.directory.mode = 'well';
    for (const { lane } of daemons)
      expect(await until(() => !lane.breaker.isOpen(), PATIENCE_MS)).toBe(true);
    const told = daemons.map(({ fleet }) => fleet.figures.news.told['healed'] ?? 0);
    expect(told.reduce((a, b) => a + b, 0)).toBeGreaterThan(0);
  });

  test('a daemon that is frozen while it holds turns holds up nobody for good', async () => {
    const [one] = [await scene.start()];
    await one.ask(ANN);
    // Nobody answers for these turns, whoever took them.
    const hung = createScripted();
    hung.mode = 'hangs';
    const holder = await scene.start({ directory: hung, timeoutMs: 5000 });
    const held = ['h1@example.org', 'h2@example.org', 'h3@example.org'];
    for (const key of held) void holder.ask(key);
    const taken = () =>
      (holder.fleet.figures.directories.get('people')?.turns.ours ?? 0) >= held.length;
    expect(await until(taken, PATIENCE_MS)).toBe(true);
    for (const key of held) expect(await one.ask(key)).toMatchObject({ status: 'none' });
    expect(one.fleet.figures.directories.get('people')?.waits.asked).toBe(held.length);
  });
});
