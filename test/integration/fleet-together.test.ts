import { expect, onTestFinished, test } from 'vitest';
import { type FleetDaemon, HASTY } from '../support/fleet/daemons.ts';
import { ANN, becomes, PATIENCE_MS, useScene } from '../support/fleet/scene.ts';
import { describeWith } from '../support/requirement.ts';
import { account, createScripted, employ } from '../support/scripted.ts';
import { until } from '../support/until.ts';

describeWith(['redis'], 'what a fleet counts together, over a real Redis', () => {
  const scene = useScene();

  test.each(['counts', 'is gone'])(
    'a flood of strangers costs the directory what one daemon would ask while the engine %s, and whoever is known is answered',
    async (engine) => {
      const perSecond = 20;
      const options = {
        perSecond,
        times: { unknownMs: 1 },
        ...(engine === 'is gone' && { settings: { timeout: HASTY } }),
      };
      const daemons = await Promise.all(Array.from({ length: 4 }, () => scene.start(options)));
      for (const daemon of daemons) {
        await daemon.ask(ANN);
        const sees = () => daemon.fleet.others() === daemons.length - 1;
        expect(await until(sees, PATIENCE_MS)).toBe(true);
      }
      if (engine === 'is gone') {
        scene.engine.signal('SIGSTOP');
        onTestFinished(() => scene.engine.signal('SIGCONT'));
        for (const daemon of daemons) await becomes(daemon, 'down');
      }
      const before = scene.directory.asked.length;
      const begunAt = performance.now();
      let i = 0;
      const flood = async (daemon: FleetDaemon): Promise<void> => {
        // A busy machine is slow to ask for more than there may be.
        while (performance.now() < begunAt + 3000 || i <= scene.directory.asked.length - before) {
          i += 1;
          await daemon.ask(`s${i}@example.org`);
        }
      };
      await Promise.all([...daemons, ...daemons, ...daemons, ...daemons].map(flood));
      const seconds = (performance.now() - begunAt) / 1000;
      const asked = scene.directory.asked.length - before;
      // Of those the engine did not say in time whether they were too many.
      const uncounted = daemons.reduce(
        (sum, { fleet }) => sum + (fleet.figures.directories.get('people')?.turns.alone ?? 0),
        0,
      );
      // A second's worth is saved up.
      expect(asked - uncounted).toBeLessThan(perSecond * (seconds + 2));
      expect(i).toBeGreaterThan(asked);
      for (const daemon of daemons)
        expect(await daemon.ask(ANN)).toMatchObject({ status: 'found' });
    },
  );

  test('600 who vanish at once: as many are denied in all of the fleet as one daemon would deny', async () => {
    const flips = 20;
    const crowd = Array.from({ length: 600 }, (_, i) => `c${i}@example.org`);
    employ(
      scene.directory,
      crowd.map((each) => account(each)),
    );
    const options = { flips, times: { freshMs: 0 }, perSecond: 100_000 };
    const daemons = await Promise.all([1, 2, 3, 4, 5].map(() => scene.start(options)));
    // Each is asked for others of the crowd first, and for some that are the next one's, too.
    const part = crowd.length / daemons.length;
    const askAll = () =>
      Promise.all(
        daemons.map(async (daemon, d) => {
          const denied: string[] = [];
          for (const key of [...crowd, ...crowd].slice(d * part, (d + 1.5) * part))
            if ((await daemon.ask(key)).status === 'none') denied.push(key);
          return denied;
        }),
      );
    expect((await askAll()).flat()).toEqual([]);
    scene.directory.people.clear();
    const denied = new Set((await askAll()).flat());
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
    const one = await scene.start();
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
