import { describe, expect, test, vi } from 'vitest';
import { type Entry, Fault } from '../../src/directory/directory.ts';
import { type Log, silentLog } from '../../src/log.ts';
import type { Outcome } from '../../src/lookup/outcome.ts';
import { createSource } from '../../src/lookup/path.ts';
import { account } from '../support/scripted.ts';
import { contextNow, openDirectory, TIMES, useFakeTime } from '../support/world.ts';

useFakeTime();

const FLIPS = 20;
const MINUTE_MS = 60_000;
const PROBE_MS = 1000;
const REASON =
  'more than 20 known addresses turned into none within a minute, they are not believed; if they were removed on purpose: idpmap cache purge --directory d0';
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const name = (i: number): string => `n${i}@x.org`;

/** A directory whose `people` are all known by now, and due to be asked for again. */
async function openKnown(people = 1) {
  const errors: (readonly [object, string])[] = [];
  const log: Log = {
    ...silentLog,
    error: (fields, message) => errors.push([fields, message]),
  };
  const all = Array.from({ length: people }, (_, i) => account(name(i)));
  const opened = openDirectory('d0', all, { log });
  const ask = (i: number): Promise<Outcome<Entry>> =>
    Promise.resolve(opened.source.lookup(name(i), contextNow()));
  /** Asks for these, one after the other; gives what each got. */
  const askInTurn = async (from: number, until: number): Promise<readonly string[]> => {
    const got: string[] = [];
    for (let i = from; i < until; i++) {
      const outcome = await ask(i);
      const isStale = outcome.status === 'found' && outcome.stale !== undefined;
      got.push(isStale ? 'stale' : outcome.status);
    }
    return got;
  };
  await askInTurn(0, people);
  await pass(TIMES.freshMs);
  return { ...opened, errors, ask, askInTurn };
}

describe('a known address that turns into none', () => {
  test('stays found where a new connection finds it', async () => {
    const { ask, directory, guard } = await openKnown();
    directory.mode = 'forgets';
    expect(await ask(0)).toMatchObject({ status: 'found', value: [{ address: name(0) }] });
    expect(directory.askedAnew).toEqual([name(0)]);
    expect(guard.figures).toMatchObject({ askedAnew: 1, disbelieved: 1 });
  });

  test('is none where a new connection says so as well', async () => {
    const { ask, directory, guard, tenure } = await openKnown();
    directory.people.clear();
    expect(await ask(0)).toMatchObject({ status: 'none' });
    expect(tenure.known(name(0))).toBeUndefined();
    expect(guard.figures).toMatchObject({ askedAnew: 1, disbelieved: 0 });
  });

  test('is asked again however old what is known is', async () => {
    const { ask, directory } = await openKnown();
    await pass(TIMES.staleMs);
    directory.mode = 'forgets';
    expect(await ask(0)).toMatchObject({ status: 'found' });
  });

  test.each([
    { what: 'a fault', thrown: new Fault('directory', 'refused') },
    { what: 'an error', thrown: new Error('refused') },
  ])('is unproved where asking again ends with $what', async ({ thrown }) => {
    const { ask, directory } = await openKnown();
    directory.people.clear();
    directory.findAnew = () => Promise.reject(thrown);
    const reason = 'a known address turned into none, and asking again failed: refused';
    expect(await ask(0)).toMatchObject({ status: 'found', stale: { cause: 'unproved', reason } });
  });

  test('is in doubt where a new connection doubts the entry, which no circuit minds', async () => {
    const { ask, directory } = await openKnown();
    directory.people.clear();
    directory.findAnew = () => Promise.reject(new Fault('entry', 'ambiguous'));
    expect(await ask(0)).toMatchObject({ stale: { cause: 'entry', reason: 'ambiguous' } });
  });

  test('is unproved where a new connection’s none can’t be proved', async () => {
    const { ask, directory } = await openKnown();
    directory.people.clear();
    const findAnew = directory.findAnew.bind(directory);
    directory.findAnew = (...asked) => {
      directory.mode = 'blind';
      return findAnew(...asked);
    };
    expect(await ask(0)).toMatchObject({ stale: { cause: 'unproved' } });
  });

  test('is believed at once where the directory is in memory whole', async () => {
    const { directory, guard, tenure } = await openKnown();
    directory.people.clear();
    directory.provesBy = 'content';
    const source = createSource(directory.find, tenure, guard, TIMES);
    expect(await source.lookup(name(0), contextNow())).toMatchObject({ status: 'none' });
    expect(guard.figures.askedAnew).toBe(0);
  });
});

test('strangers are never asked for again, however many', async () => {
  const { source, directory, guard } = await openKnown();
  for (let i = 0; i < 100; i++) await source.lookup(`who${i}@x.org`, contextNow());
  expect(directory.askedAnew).toEqual([]);
  expect(guard.breaker.isOpen()).toBe(false);
});

describe('more flips than a minute may bring', () => {
  async function openFlooded(people = FLIPS + 1) {
    const opened = await openKnown(people);
    opened.directory.people.clear();
    const got = await opened.askInTurn(0, FLIPS + 1);
    return { ...opened, got };
  }

  test('are not believed: the address stays known', async () => {
    const { got, directory, guard } = await openFlooded();
    expect(got).toEqual([...Array.from({ length: FLIPS }, () => 'none'), 'stale']);
    expect(directory.askedAnew).toHaveLength(FLIPS);
    expect(guard.figures).toMatchObject({ askedAnew: FLIPS, disbelieved: 1 });
  });

  test('open the circuit, and the reason is told once', async () => {
    const { guard, errors, askInTurn } = await openFlooded(FLIPS + 5);
    expect(guard.breaker.isOpen()).toBe(true);
    await pass(PROBE_MS);
    await askInTurn(FLIPS, FLIPS + 5);
    expect(errors).toEqual([
      [{ directory: 'd0', reason: REASON }, 'circuit opened: only probes ask the directory now'],
    ]);
  });

  test('give an operator the way out as their reason', async () => {
    const { ask } = await openFlooded();
    await pass(PROBE_MS);
    expect(await ask(FLIPS)).toMatchObject({ stale: { cause: 'unproved', reason: REASON } });
  });

  test('are not believed either once the circuit has closed', async () => {
    const { guard, askInTurn } = await openFlooded(FLIPS + 5);
    await pass(PROBE_MS);
    expect(guard.breaker.isOpen()).toBe(false);
    expect(await askInTurn(FLIPS, FLIPS + 5)).toEqual(Array.from({ length: 5 }, () => 'stale'));
  });

  test('leave strangers as they are, once the circuit has closed', async () => {
    const { source } = await openFlooded();
    await pass(PROBE_MS);
    expect(await source.lookup('who@x.org', contextNow())).toMatchObject({ status: 'none' });
  });

  test('are believed a minute later, as many again', async () => {
    const { askInTurn } = await openFlooded(2 * FLIPS + 1);
    await pass(MINUTE_MS);
    const got = await askInTurn(FLIPS, 2 * FLIPS + 1);
    expect(got).toEqual([...Array.from({ length: FLIPS }, () => 'none'), 'stale']);
  });

  test('are believed at once after a purge', async () => {
    const { ask, memory } = await openFlooded();
    await pass(PROBE_MS);
    await memory.forget(() => true);
    expect(await ask(FLIPS)).toMatchObject({ status: 'none' });
  });

  test('take those with them that are being asked again', async () => {
    const { ask, directory, guard } = await openKnown(FLIPS + 1);
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
    expect(guard.figures).toMatchObject({ askedAnew: FLIPS, disbelieved: FLIPS + 1 });
  });
});

test('as many flips as a minute may bring, minute by minute, open nothing', async () => {
  const { askInTurn, directory, guard } = await openKnown(2 * FLIPS);
  directory.people.clear();
  await askInTurn(0, FLIPS);
  await pass(MINUTE_MS);
  const got = await askInTurn(FLIPS, 2 * FLIPS);
  expect(new Set(got)).toEqual(new Set(['none']));
  expect(guard.breaker.isOpen()).toBe(false);
});
