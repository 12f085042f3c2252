import { expect, test, vi } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { createMemory, type SavedFound } from '../../src/lookup/memory.ts';
import { account } from '../support/scripted.ts';
import {
  contextNow,
  openDirectory,
  SIZES,
  TIMES,
  testClock,
  useFakeTime,
} from '../support/world.ts';

useFakeTime();

const ANN = account('ann@x.org');
const BOB = account('bob@x.org');
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const savedAt = (ageMs: number): SavedFound<typeof ANN> => ({
  key: ANN.address,
  ageMs,
  value: [ANN],
});

test('lists who was found, with their ages, the least recently asked for first', async () => {
  const { source, memory } = openDirectory('d0', [ANN, BOB]);
  await source.lookup(ANN.address, contextNow());
  await pass(1000);
  await source.lookup(BOB.address, contextNow());
  await source.lookup('who@x.org', contextNow());
  await pass(500);
  await source.lookup(ANN.address, contextNow());
  expect([...memory.list(testClock.now())]).toEqual([
    { key: BOB.address, ageMs: 500, value: [BOB] },
    { key: ANN.address, ageMs: 1500, value: [ANN] },
  ]);
});

test('goes on where the memory changes between two lines', async () => {
  const { source, memory, directory } = openDirectory('d0', [ANN, BOB]);
  await source.lookup(ANN.address, contextNow());
  await source.lookup(BOB.address, contextNow());
  const keys: string[] = [];
  for (const { key } of memory.list(testClock.now())) {
    keys.push(key);
    directory.people.delete(BOB.address);
    await pass(TIMES.freshMs);
    await source.lookup(BOB.address, contextNow());
    memory.restore({ key: 'new@x.org', ageMs: 0, value: [ANN] }, 0, testClock.now());
  }
  expect(keys).toEqual([ANN.address]);
});

test('what was restored stands in while the directory is down, from the start', async () => {
  const { source, memory, directory } = openDirectory('d0');
  memory.restore(savedAt(1000), 1000, testClock.now());
  directory.mode = 'fails';
  expect(await source.lookup(ANN.address, contextNow())).toMatchObject({
    status: 'found',
    value: [ANN],
    stale: { cause: 'directory' },
  });
});

test('what was restored is not fresh: the directory is asked', async () => {
  const { source, memory } = openDirectory('d0');
  memory.restore(savedAt(0), 0, testClock.now());
  expect(await source.lookup(ANN.address, contextNow())).toMatchObject({ status: 'none' });
});

test.each([
  { what: 'just within', moreMs: -1, status: 'found' },
  { what: 'just beyond', moreMs: 0, status: 'unknown' },
])('its age and the time that the daemon was down count: $what', async ({ moreMs, status }) => {
  const { source, memory, directory } = openDirectory('d0');
  memory.restore(savedAt(1000), TIMES.staleMs - 3000, testClock.now());
  directory.mode = 'fails';
  await pass(2000 + moreMs);
  expect(await source.lookup(ANN.address, contextNow())).toMatchObject({ status });
});

test('ages survive being saved twice, whatever the clocks of the two daemons say', () => {
  const later: Clock = { now: () => testClock.now() + 1_000_000 };
  const first = createMemory<typeof ANN>(SIZES);
  first.restore(savedAt(1000), 500, testClock.now());
  const second = createMemory<typeof ANN>(SIZES);
  for (const saved of first.list(testClock.now())) second.restore(saved, 250, later.now());
  expect([...second.list(later.now())]).toEqual([savedAt(1750)]);
});

test.each([
  { what: 'found', people: [account(ANN.address, { logins: ['new'] })], status: 'found' },
  { what: 'denied', people: [], status: 'none' },
])('takes nothing from who was $what by now', async ({ people, status }) => {
  const { source, memory } = openDirectory('d0', people);
  await source.lookup(ANN.address, contextNow());
  memory.restore(savedAt(0), 0, testClock.now());
  const outcome = source.lookup(ANN.address, contextNow());
  expect(outcome).toMatchObject({ status });
  expect(outcome).not.toMatchObject({ value: [ANN] });
});

test('whoever was denied by now does not come back in an outage', async () => {
  const { source, memory, directory } = openDirectory('d0');
  await source.lookup(ANN.address, contextNow());
  memory.restore(savedAt(0), 0, testClock.now());
  directory.mode = 'fails';
  await pass(TIMES.freshNoneMs);
  expect(await source.lookup(ANN.address, contextNow())).toMatchObject({ status: 'unknown' });
});
