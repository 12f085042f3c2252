import { describe, expect, test, vi } from 'vitest';
import { createKept } from '../../src/directory/trust/kept.ts';
import { createSource } from '../../src/lookup/path.ts';
import { account } from '../support/scripted.ts';
import { contextNow, TIMES, useFakeTime } from '../support/world.ts';
import { HOUR_MS, MINUTE_MS, name, type Options, openKnown, pass, times } from './known.ts';

useFakeTime();

const FLIPS = 20;
const MANY = 'more than 20 known addresses vanished within a minute';
const REASON = `${MANY}: not believed; mend the directory, or, if it is right, run idpmap accept d0`;

/** Only the minute counts. */
const minuteOnly = { flipsGuard: 1 };

/** A directory that has lost everybody, of whom so many as a minute may bring are gone, and one more is held. */
async function openFlooded(people = FLIPS + 1, options: Options = minuteOnly) {
  const opened = await openKnown(people, options);
  opened.directory.people.clear();
  const got = await opened.askInTurn(0, FLIPS + 1);
  return { ...opened, got };
}

const times20 = (status: string) => Array.from({ length: FLIPS }, () => status);

describe('more than a minute may bring', () => {
  test('are held: the address stays known', async () => {
    const { got, lane } = await openFlooded();
    expect(got).toEqual([...times20('none'), 'stale']);
    expect(lane.figures).toMatchObject({ disbelieved: 1 });
    expect(lane.flips.held()).toMatchObject({ loss: MANY });
  });

  test('are told once, with the way out, which is their reason too', async () => {
    const { told, ask, askInTurn } = await openFlooded(FLIPS + 5);
    await askInTurn(FLIPS, FLIPS + 5);
    expect(told).toEqual([
      `known people vanish: they are held: ${JSON.stringify({ directory: 'd0', reason: REASON })}`,
    ]);
    expect(await ask(FLIPS)).toMatchObject({ stale: { cause: 'unproved', reason: REASON } });
  });

  test('open no circuit: others are asked for as ever', async () => {
    const { lane, source } = await openFlooded();
    expect(lane.breaker.isOpen()).toBe(false);
    expect(await source.lookup('who@x.org', contextNow())).toMatchObject({ status: 'none' });
  });

  test('take those with them that are being asked again', async () => {
    const { ask, directory, lane } = await openKnown(FLIPS + 1, minuteOnly);
    directory.people.clear();
    const gate = Promise.withResolvers<void>();
    const findAnew = directory.findAnew.bind(directory);
    directory.findAnew = async (...asked) => {
      await gate.promise;
      return findAnew(...asked);
    };
    const answers = Array.from({ length: FLIPS + 1 }, (_, i) => ask(i));
    await pass(0);
    gate.resolve();
    for (const answer of answers)
      expect(await answer).toMatchObject({ stale: { cause: 'unproved', reason: REASON } });
    expect(lane.figures).toMatchObject({ disbelieved: FLIPS + 1 });
  });

  test('are not counted where a second look finds them: the connection was blind', async () => {
    const { directory, lane, askInTurn } = await openKnown(3 * FLIPS);
    directory.mode = 'forgets';
    expect(new Set(await askInTurn(0, 3 * FLIPS))).toEqual(new Set(['found']));
    expect(lane.flips.held()).toBeUndefined();
  });
});

test('of two thousand people whom a directory has lost for good, asked for in an hour, it lets a minute’s go', async () => {
  const { directory, ask, all, lane } = await openKnown(2000, {
    limit: { inFlight: 5000, perSecond: 1_000_000, queue: 0, queueWaitMs: 200 },
  });
  directory.people.clear();
  const refused = new Set<number>();
  for (let minute = 0; minute < 60; minute++) {
    for (let i = minute % 5; i < all.length; i += 5)
      if ((await ask(i)).status === 'none') refused.add(i);
    await pass(MINUTE_MS);
  }
  // The memory of the tests holds a thousand: who is not remembered is a stranger.
  expect(lane.flips.held()).toBeDefined();
  expect([...refused].filter((i) => i >= 1000).length).toBeLessThanOrEqual(FLIPS);
});

describe('what is held stays so', () => {
  test.each([
    { what: 'minutes later', ms: 10 * MINUTE_MS },
    { what: 'hours later', ms: 5 * HOUR_MS },
  ])('$what', async ({ ms }) => {
    const { askInTurn } = await openFlooded(2 * FLIPS);
    await pass(ms);
    expect(new Set(await askInTurn(FLIPS, 2 * FLIPS))).toEqual(new Set(['stale']));
  });

  test('after a restart, of which it is told by what is kept', async () => {
    const kept = createKept();
    await openFlooded(FLIPS + 1, { ...minuteOnly, kept });
    const next = await openKnown(3, { kept });
    next.directory.people.clear();
    expect(next.lane.flips.held()).toMatchObject({ loss: MANY });
    expect(await next.askInTurn(0, 3)).toEqual(['stale', 'stale', 'stale']);
  });

  test('and the file names nobody', async () => {
    const kept = createKept();
    await openFlooded(FLIPS + 1, { ...minuteOnly, kept });
    expect(JSON.stringify(kept.read('vanished'))).not.toContain('x.org');
  });

  test.each([null, 7, 'held', [], { held: 7 }, { held: { keys: [] } }, { acceptedAt: 'today' }])(
    'unless what is kept can’t be read: %j',
    async (state) => {
      const { lane } = await openKnown(1, { kept: createKept({ vanished: state }) });
      expect(lane.flips.held()).toBeUndefined();
    },
  );
});

describe('it ends', () => {
  test('once it is accepted: whoever was known by then may be gone, however many', async () => {
    const { lane, memory, askInTurn } = await openFlooded(5 * FLIPS);
    expect(lane.flips.accept()).toBe(MANY);
    memory.forgetFaults();
    expect(new Set(await askInTurn(FLIPS, 5 * FLIPS))).toEqual(new Set(['none']));
    expect(lane.flips.held()).toBeUndefined();
    expect(lane.flips.accept()).toBeUndefined();
  });

  test('and an accept is remembered over a restart', async () => {
    const kept = createKept();
    const before = await openFlooded(2 * FLIPS, { ...minuteOnly, kept });
    before.lane.flips.accept();
    const { memory } = before;
    await pass(HOUR_MS);
    const next = await openKnown(0, { kept });
    for (const saved of memory.list(performance.now()))
      next.memory.restore(saved, 0, performance.now());
    expect(new Set(await next.askInTurn(FLIPS, 2 * FLIPS))).toEqual(new Set(['none']));
  });

  test.each([
    ['three hours back', -3 * HOUR_MS],
    ['two days back', -48 * HOUR_MS],
    ['five hours on', 5 * HOUR_MS],
  ])('but not for those who are found after a restart, the calendar set %s', async (_, ms) => {
    const kept = createKept();
    const before = await openFlooded(2 * FLIPS, { ...minuteOnly, kept });
    before.lane.flips.accept();
    await pass(HOUR_MS);
    vi.setSystemTime(Date.now() + ms);
    const { directory, askInTurn } = await openKnown(2 * FLIPS, { ...minuteOnly, kept });
    directory.people.clear();
    expect((await askInTurn(0, 2 * FLIPS)).slice(FLIPS)).toEqual(times20('stale'));
  });

  test.each([
    ['three hours back', -3 * HOUR_MS],
    ['two days on', 48 * HOUR_MS],
  ])('who vanished before a restart counts for the hour, the calendar set %s', async (_, ms) => {
    const kept = createKept();
    const before = await openKnown(30, { kept });
    before.directory.people.clear();
    await before.askInTurn(0, 5);
    vi.setSystemTime(Date.now() + ms);
    const next = await openKnown(25, { kept });
    next.directory.people.clear();
    expect(await next.askInTurn(0, 1)).toEqual(['stale']);
    next.lane.flips.withdraw();
  });

  test('an accept that an older version kept, of the future by now, lets nobody vanish later', async () => {
    const kept = createKept({ vanished: { acceptedAt: Date.now() + 3 * HOUR_MS, lost: ['x'] } });
    const { directory, askInTurn } = await openKnown(2 * FLIPS, { ...minuteOnly, kept });
    await askInTurn(0, 2 * FLIPS);
    await pass(TIMES.freshMs);
    directory.people.clear();
    expect((await askInTurn(0, 2 * FLIPS)).slice(FLIPS)).toEqual(times20('stale'));
  });

  test('but whoever is found after the accept is guarded again', async () => {
    const { lane, directory, all, askInTurn } = await openFlooded(3 * FLIPS);
    lane.flips.accept();
    for (const person of all) directory.people.set(person.address, [person]);
    await pass(TIMES.freshNoneMs);
    await askInTurn(0, 3 * FLIPS);
    await pass(TIMES.freshMs);
    directory.people.clear();
    expect(new Set((await askInTurn(0, 3 * FLIPS)).slice(FLIPS))).toEqual(new Set(['stale']));
  });

  test('after a purge, which forgets them', async () => {
    const { ask, lane, memory } = await openFlooded();
    lane.flips.withdraw();
    await memory.forget(() => true);
    expect(await ask(FLIPS)).toMatchObject({ status: 'none' });
    expect(lane.flips.held()).toBeUndefined();
  });

  test('once one of them is shown again, and that is told', async () => {
    const { directory, lane, all, ask, told } = await openFlooded(FLIPS + 5);
    for (const person of all) directory.people.set(person.address, [person]);
    await pass(TIMES.unknownMs);
    expect(await ask(FLIPS)).toMatchObject({ status: 'found' });
    expect(lane.flips.held()).toBeUndefined();
    expect(told.at(-1)).toBe('somebody who had vanished is shown again: no one is held');
  });

  test('so too after a restart', async () => {
    const kept = createKept();
    await openFlooded(FLIPS + 1, { ...minuteOnly, kept });
    const { lane } = await openKnown(FLIPS + 1, { kept });
    expect(lane.flips.held()).toBeUndefined();
  });

  test('once a new connection shows one of them, which is tried once a second', async () => {
    const { directory, lane, all, ask } = await openFlooded();
    for (const person of all) directory.people.set(person.address, [person]);
    directory.mode = 'forgets';
    directory.said.set(name(FLIPS), [{ at: 0, entries: [account(name(FLIPS))] }]);
    await pass(TIMES.unknownMs);
    expect(await ask(FLIPS)).toMatchObject({ status: 'found' });
    expect(lane.flips.held()).toBeUndefined();
  });

  test('not because somebody else is found', async () => {
    const { directory, source, lane } = await openFlooded();
    directory.people.set('new@x.org', [account('new@x.org')]);
    expect(await source.lookup('new@x.org', contextNow())).toMatchObject({ status: 'found' });
    expect(lane.flips.held()).toBeDefined();
  });
});

test('rows of a table are held like people', async () => {
  const { directory, lane, tenure, askInTurn } = await openFlooded(FLIPS + 3);
  const table = createSource((key, how) => directory.find(key, how), tenure, lane, {
    ...TIMES,
    ...times,
  });
  expect(await table.lookup(name(FLIPS + 2), contextNow())).toMatchObject({
    stale: { cause: 'unproved' },
  });
  expect(await askInTurn(FLIPS + 1, FLIPS + 2)).toEqual(['stale']);
});
