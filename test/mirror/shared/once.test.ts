import { expect, onTestFinished, test } from 'vitest';
import { SharedDaemons } from '../../law/shareddaemons.ts';

const TEN = Array.from({ length: 10 }, (_, i) => i);

function daemons(): SharedDaemons {
  const all = new SharedDaemons();
  onTestFinished(() => all.close());
  return all;
}

/** Starts those whose engine is not reached for so long, the one less than the other. */
async function startTen(all: SharedDaemons, reachedAfterMs = 0): Promise<void> {
  for (const i of TEN) if (reachedAfterMs > 0) all.stream.down.add(i);
  for (const i of TEN) await all.start(i);
  for (const i of TEN) {
    await all.time.pass(reachedAfterMs / TEN.length);
    all.stream.down.delete(i);
  }
}

/** Lets time go until all are in step; says after how long. */
async function inStep(all: SharedDaemons, mostMs = 60_000): Promise<number> {
  for (let ms = 0; ms <= mostMs; ms += 250) {
    if (all.all.every(({ mirror }) => mirror.status().isInStep)) return ms;
    await all.time.pass(250);
  }
  return Number.POSITIVE_INFINITY;
}

const leaders = (all: SharedDaemons): readonly number[] =>
  TEN.filter((i) => all.all[i]?.takenFrom() === undefined);

test.each([
  ['at once', 0],
  ['one after the other, within some seconds', 8000],
] as const)(
  'ten that start empty and reach the engine %s list the directory once',
  async (_, ms) => {
    const all = daemons();
    await startTen(all, ms);
    expect(await inStep(all)).toBeLessThan(15_000);
    expect(all.directory).toMatchObject({ listings: 1, begun: 1, active: 1 });
    expect(leaders(all)).toHaveLength(1);
  },
);

test.each([
  ['that stopped', undefined],
  ['that were killed', 'killed'],
] as const)(
  'ten %s and start again at once with what they knew read once what has changed',
  async (_, how) => {
    const all = daemons();
    await startTen(all);
    await inStep(all);
    // The later one is stopped, the more it knows; whoever starts first may know least, or most.
    for (const i of TEN) {
      all.directory.change('p0@example.org', String(i));
      await all.time.pass(5000);
      await all.stop((i + 5) % TEN.length, how);
    }
    const { listings, begun } = all.directory;
    await startTen(all);
    expect(await inStep(all)).toBeLessThan(20_000);
    expect(all.directory).toMatchObject({ listings, begun: begun + 1, active: 1 });
  },
);

test('where the one who lists is killed in its midst, one other lists', async () => {
  const all = daemons();
  await startTen(all);
  await all.time.pass(500);
  const [leader = 0] = leaders(all);
  await all.stop(leader, 'killed');
  await all.start(leader);
  expect(await inStep(all)).toBeLessThan(60_000);
  expect(all.directory).toMatchObject({ listings: 2, active: 1 });
});

test('one that comes when nobody leads takes what was told, and leads on', async () => {
  const all = daemons();
  await startTen(all);
  await inStep(all);
  for (const i of TEN) await all.stop(i, 'killed');
  await all.time.pass(100);
  await all.restart(3, 'emptied');
  all.all.splice(0, 3);
  all.all.splice(1);
  expect(await inStep(all)).toBeLessThan(60_000);
  expect(all.directory.listings).toBeLessThanOrEqual(2);
});

test('where what has changed is not known any more, nobody is in step before all are listed anew', async () => {
  const all = daemons();
  await startTen(all);
  await inStep(all);
  all.directory.change('p0@example.org', undefined);
  all.directory.forget();
  const wasOut = new Set<number>();
  for (let ms = 0; ms < 10_000; ms += 100) {
    await all.time.pass(100);
    for (const i of TEN) if (all.all[i]?.mirror.status().isInStep === false) wasOut.add(i);
  }
  expect([...wasOut].toSorted((a, b) => a - b)).toEqual(TEN);
  expect(await inStep(all)).toBe(0);
  expect(all.directory).toMatchObject({ listings: 2, active: 1 });
});

test.each(TEN.slice(0, 3))(
  'daemon %d, told to list everybody anew, asks the directory',
  async (i) => {
    const all = daemons();
    await startTen(all);
    await inStep(all);
    const { listings } = all.directory;
    const synced = all.all[i]?.mirror.sync();
    await all.time.pass(20_000);
    await synced;
    expect(all.directory.listings).toBe(listings + 1);
    await all.time.pass(30_000);
    expect(all.directory.active).toBe(1);
  },
);

test('an engine that is late now and then makes nobody read for themselves', async () => {
  const all = daemons();
  await startTen(all);
  await inStep(all);
  const { listings } = all.directory;
  for (let round = 0; round < 10; round++) {
    for (const i of TEN) {
      all.stream.down.add(i);
      await all.restart(i);
      await all.time.pass(500);
      all.stream.down.delete(i);
    }
  }
  expect(all.directory.listings - listings).toBeLessThanOrEqual(1);
  expect(await inStep(all)).toBeLessThan(30_000);
  expect(all.directory.active).toBe(1);
});
