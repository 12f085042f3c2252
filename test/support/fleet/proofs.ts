import { expect } from 'vitest';
import { startFaultProxy } from '../proxy.ts';
import { account, createScripted, employ, type ScriptedDirectory } from '../scripted.ts';
import { until } from '../until.ts';
import { type FleetDaemon, type FleetDaemonOptions, startFleetDaemon } from './daemons.ts';
import type { TestEngine } from './engine.ts';

const PATIENCE_MS = 20_000;
const ANN = 'ann@example.org';
const NOBODY = 'nobody@example.org';

/** What one proof is played with; all that it starts ends with it. */
interface Stage {
  readonly engine: TestEngine;
  readonly directory: ScriptedDirectory;
  readonly start: (options?: Partial<FleetDaemonOptions>) => Promise<FleetDaemon>;
  readonly defer: (end: () => Promise<void>) => void;
}

/** What each part of a fleet is there for: rejects where it does not do it. */
export const PROOFS = { seal, mark, 'own news': ownNews, outbox, flips: manyFlips } as const;

/** Plays one with an engine of its own, and ends what it started. */
export async function prove(name: keyof typeof PROOFS, engine: TestEngine): Promise<void> {
  await engine.client.flushall();
  await using resources = new AsyncDisposableStack();
  const directory = createScripted();
  employ(directory, [account(ANN)]);
  await PROOFS[name]({
    engine,
    directory,
    defer: (end) => resources.defer(end),
    start: async (options = {}) => {
      const daemon = await startFleetDaemon({ url: engine.url, directory, ...options });
      resources.defer(() => daemon.stop());
      return daemon;
    },
  });
}

async function seal({ engine, start }: Stage): Promise<void> {
  const [one, two] = [await start(), await start()];
  await one.ask(ANN);
  await one.ask(NOBODY);
  const names = (await engine.client.keys('idpmap:test:*')).filter((name) =>
    /:\{[\w-]{22}\}$/.test(name),
  );
  const lying = await Promise.all(names.map((name) => engine.client.getBuffer(name)));
  expect(lying).toHaveLength(2);
  // Each under the other's name.
  for (const [i, name] of names.entries()) await engine.client.set(name, lying[1 - i] ?? '');
  expect(await two.ask(ANN)).toMatchObject({ status: 'found' });
  expect(await two.ask(NOBODY)).toMatchObject({ status: 'none' });
}

async function mark({ directory, start }: Stage): Promise<void> {
  const [one, two, three] = [await start(), await start(), await start()];
  directory.mode = 'slow';
  directory.slowMs = 1000;
  const slow = two.ask(ANN);
  expect(await until(() => directory.asked.length > 0, PATIENCE_MS)).toBe(true);
  const concern = { ids: [], addresses: [ANN] };
  one.fleet.tell({ op: 'forget', directory: 'people', concern });
  await slow;
  directory.mode = 'well';
  directory.people.clear();
  const hears = () => (three.fleet.figures.news.heard['forget'] ?? 0) > 0;
  expect(await until(hears, PATIENCE_MS)).toBe(true);
  // What was asked before it was told lies there, and is of before.
  expect(await three.ask(ANN)).toMatchObject({ status: 'none' });
}

async function ownNews({ directory, start }: Stage): Promise<void> {
  const [one] = [await start(), await start()];
  for (let i = 0; i < 5; i++) {
    const leaver = `l${i}@example.org`;
    employ(directory, [account(leaver)]);
    await one.ask(leaver);
    directory.people.delete(leaver);
    one.fleet.tell({ op: 'purge', what: { address: leaver } });
    await one.memory.forget((key) => key === leaver);
    expect(await one.ask(leaver)).toMatchObject({ status: 'none' });
  }
}

async function outbox({ engine, start, defer }: Stage): Promise<void> {
  const proxy = await startFaultProxy(engine.port);
  defer(() => proxy.stop());
  const [one, cut] = [await start(), await start({ url: `valkey://127.0.0.1:${proxy.port}` })];
  await proxy.set('refuse');
  expect(await until(() => !cut.fleet.isUp(), PATIENCE_MS)).toBe(true);
  cut.fleet.tell({ op: 'purge', what: { address: ANN } });
  // So that it was tried.
  for (let i = 0; i < 20; i++) await engine.client.ping();
  await proxy.set('well');
  expect(await until(() => cut.fleet.isUp(), PATIENCE_MS)).toBe(true);
  // News keep their order: whoever has heard this one has heard all before it.
  cut.fleet.tell({ op: 'healed', directory: 'people' });
  const { heard } = one.fleet.figures.news;
  expect(await until(() => (heard['healed'] ?? 0) > 0, PATIENCE_MS)).toBe(true);
  expect(heard['purge']).toBe(1);
}

async function manyFlips({ directory, start }: Stage): Promise<void> {
  const flips = 10;
  const crowd = Array.from({ length: 60 }, (_, i) => `c${i}@example.org`);
  employ(
    directory,
    crowd.map((each) => account(each)),
  );
  const options = { flips, times: { freshMs: 0 }, perSecond: 10_000 };
  const daemons = [await start(options), await start(options), await start(options)];
  const deniedOf = async (daemon: FleetDaemon, first: number): Promise<readonly string[]> => {
    const denied: string[] = [];
    for (const key of [...crowd.slice(first), ...crowd.slice(0, first)])
      if ((await daemon.ask(key)).status === 'none') denied.push(key);
    return denied;
  };
  // Each of them meets others of the crowd first.
  const all = () => Promise.all(daemons.map((daemon, d) => deniedOf(daemon, d * 20)));
  expect((await all()).flat()).toEqual([]);
  directory.people.clear();
  const denied = new Set((await all()).flat());
  expect(denied.size).toBeGreaterThan(0);
  expect(denied.size).toBeLessThanOrEqual(flips);
}
