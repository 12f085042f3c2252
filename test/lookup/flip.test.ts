import { describe, expect, test, vi } from 'vitest';
import { type Entry, Fault } from '../../src/directory/directory.ts';
import type { Outcome } from '../../src/lookup/outcome.ts';
import { createSource } from '../../src/lookup/path.ts';
import { account } from '../support/scripted.ts';
import { contextNow, openDirectory, TIMES, useFakeTime } from '../support/world.ts';

useFakeTime();

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const name = (i: number): string => `n${i}@x.org`;

/** A directory whose one person is known by now, and due to be asked for again. */
async function openKnown() {
  const opened = openDirectory('d0', [account(name(0))]);
  const ask = (i: number): Promise<Outcome<Entry>> =>
    Promise.resolve(opened.source.lookup(name(i), contextNow()));
  await ask(0);
  await pass(TIMES.freshMs);
  return { ...opened, ask };
}

describe('a known address that turns into none', () => {
  test('stays found where a new connection finds it', async () => {
    const { ask, directory, lane } = await openKnown();
    directory.mode = 'forgets';
    expect(await ask(0)).toMatchObject({ status: 'found', value: [{ address: name(0) }] });
    expect(directory.askedAnew).toEqual([name(0)]);
    expect(lane.figures).toMatchObject({ askedAnew: 1, disbelieved: 1 });
  });

  test('is none where a new connection says so as well', async () => {
    const { ask, directory, lane, tenure } = await openKnown();
    directory.people.clear();
    expect(await ask(0)).toMatchObject({ status: 'none' });
    expect(tenure.known(name(0))).toBeUndefined();
    expect(lane.figures).toMatchObject({ askedAnew: 1, disbelieved: 0 });
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
    const { directory, lane, tenure } = await openKnown();
    directory.people.clear();
    directory.provesBy = 'content';
    const source = createSource(directory.find, tenure, lane, TIMES);
    expect(await source.lookup(name(0), contextNow())).toMatchObject({ status: 'none' });
    expect(lane.figures.askedAnew).toBe(0);
  });
});

test('strangers are never asked for again, however many', async () => {
  const { source, directory, lane } = await openKnown();
  for (let i = 0; i < 100; i++) await source.lookup(`who${i}@x.org`, contextNow());
  expect(directory.askedAnew).toEqual([]);
  expect(lane.flips.held()).toBeUndefined();
});
