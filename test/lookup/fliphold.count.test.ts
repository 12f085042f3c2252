import { describe, expect, test } from 'vitest';
import { createKept } from '../../src/directory/trust/kept.ts';
import { TIMES, useFakeTime } from '../support/world.ts';
import { HOUR_MS, MINUTE_MS, type Options, openKnown, pass } from './known.ts';

useFakeTime();

const several = (count: number, status: string) => Array.from({ length: count }, () => status);

describe('more than an hour may bring', () => {
  test.each([
    { people: 30, least: 5 },
    { people: 60, least: 6 },
    { people: 400, least: 40 },
  ])('of $people people: $least go, few a minute, the next is held', async ({ people, least }) => {
    const { directory, askInTurn, lane } = await openKnown(people);
    directory.people.clear();
    for (let i = 0; i < least; i++) {
      expect(await askInTurn(i, i + 1)).toEqual(['none']);
      await pass(MINUTE_MS);
    }
    expect(await askInTurn(least, least + 1)).toEqual(['stale']);
    expect(lane.flips.held()).toMatchObject({
      loss: `${least + 1} of ${people} known addresses vanished within an hour, the guard allows 10 %`,
    });
  });

  test('may go hour by hour', async () => {
    const { directory, askInTurn, lane } = await openKnown(30);
    directory.people.clear();
    for (let hour = 0; hour < 4; hour++) {
      expect(await askInTurn(5 * hour, 5 * hour + 5)).toEqual(several(5, 'none'));
      await pass(HOUR_MS);
    }
    expect(lane.flips.held()).toBeUndefined();
  });
});

describe('whoever was let go counts for an hour', () => {
  /** Lets five of thirty go, and holds one more, who is shown again. */
  async function openShownAgain(options: Options = {}) {
    const opened = await openKnown(30, options);
    const { directory, all, askInTurn, lane } = opened;
    directory.people.clear();
    expect(await askInTurn(0, 6)).toEqual([...several(5, 'none'), 'stale']);
    for (const person of all) directory.people.set(person.address, [person]);
    await pass(TIMES.unknownMs);
    expect(await askInTurn(5, 6)).toEqual(['found']);
    expect(lane.flips.held()).toBeUndefined();
    await pass(TIMES.freshMs);
    return opened;
  }

  test('though one who was held is shown again: a directory that comes and goes loses no more', async () => {
    const { directory, askInTurn, lane } = await openShownAgain();
    directory.people.clear();
    expect(await askInTurn(6, 12)).toEqual(several(6, 'stale'));
    await pass(HOUR_MS);
    expect(lane.flips.held()).toBeDefined();
  });

  test('also over a restart', async () => {
    const kept = createKept();
    await openShownAgain({ kept });
    const next = await openKnown(30, { kept });
    next.directory.people.clear();
    expect(await next.askInTurn(6, 8)).toEqual(['stale', 'stale']);
  });

  test('also over a purge of all, after which others are known', async () => {
    const { directory, lane, memory, all, askInTurn } = await openShownAgain();
    lane.flips.withdraw();
    await memory.forget(() => true);
    await askInTurn(0, 30);
    await pass(TIMES.freshMs);
    directory.people.clear();
    expect(await askInTurn(6, 8)).toEqual(['stale', 'stale']);
    expect(all).toHaveLength(30);
  });

  test('and no longer', async () => {
    const { directory, askInTurn } = await openShownAgain({ times: { staleMs: 24 * HOUR_MS } });
    await pass(HOUR_MS);
    directory.people.clear();
    expect(await askInTurn(6, 12)).toEqual([...several(5, 'none'), 'stale']);
  });

  test('unless the loss is accepted', async () => {
    const { directory, askInTurn, lane, memory } = await openShownAgain();
    directory.people.clear();
    await askInTurn(6, 7);
    expect(lane.flips.accept()).toBeDefined();
    memory.forgetFaults();
    expect(new Set(await askInTurn(6, 30))).toEqual(new Set(['none']));
  });

  test('and who was held, or was shown on a second look, does not', async () => {
    const { directory, lane, all, askInTurn } = await openKnown(30);
    directory.mode = 'forgets';
    await askInTurn(0, 30);
    directory.mode = 'well';
    await pass(TIMES.freshMs);
    for (const person of all.slice(0, 5)) directory.people.delete(person.address);
    expect(await askInTurn(0, 5)).toEqual(several(5, 'none'));
    expect(lane.flips.held()).toBeUndefined();
  });
});
