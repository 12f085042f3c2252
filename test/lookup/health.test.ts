import { describe, expect, test, vi } from 'vitest';
import { createNotes } from '../support/notes.ts';
import { account } from '../support/scripted.ts';
import { contextNow, openDirectory, testClock, useFakeTime } from '../support/world.ts';

useFakeTime();

const MINUTE_MS = 60_000;
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

function open() {
  const notes = createNotes();
  const people = Array.from({ length: 100 }, (_, i) => account(`n${i}@x.org`));
  const opened = openDirectory('d0', people, { log: notes.log });
  let next = 0;
  return {
    ...opened,
    notes,
    health: opened.lane.health,
    /** Asks for so many people who were never asked for. */
    ask: async (times = 1): Promise<void> => {
      for (let i = 0; i < times; i++) await opened.source.lookup(`n${next++}@x.org`, contextNow());
    },
    told: (text: string) => notes.all.filter(({ message }) => message.includes(text)),
  };
}

describe('a directory fails', () => {
  test('since its first fault after its last answer', async () => {
    const { health, directory, ask } = open();
    await ask();
    expect(health.failingSince()).toBeUndefined();
    await pass(1000);
    directory.mode = 'fails';
    const since = testClock.now();
    await ask();
    await pass(1000);
    await ask();
    expect(health.failingSince()).toBe(since);
    directory.mode = 'well';
    await ask();
    expect(health.failingSince()).toBeUndefined();
  });

  test('since the question that it did not answer was put', async () => {
    const { health, directory, source } = open();
    directory.mode = 'hangs';
    const since = testClock.now();
    void source.lookup('n0@x.org', contextNow());
    await pass(2000);
    expect(health.failingSince()).toBe(since);
  });

  test('and is over with what it came to, where it was more than a lone fault', async () => {
    const { health, directory, ask } = open();
    await ask();
    await pass(1000);
    const since = testClock.now();
    directory.mode = 'fails';
    await ask(2);
    directory.mode = 'well';
    await ask();
    expect(health.lastOutage()).toBeUndefined();
    directory.mode = 'fails';
    await ask(3);
    await pass(11_000);
    directory.mode = 'well';
    await ask();
    expect(health.lastOutage()).toMatchObject({
      since,
      until: since + 11_000,
      seconds: 11,
      deferred: 3,
      fromMemory: 0,
    });
  });

  test('until its circuit closes', async () => {
    const { health, directory, ask } = open();
    directory.mode = 'fails';
    await ask(10);
    expect(health.failingSince()).toBeDefined();
    directory.mode = 'well';
    await pass(1000);
    expect(health.failingSince()).toBeUndefined();
  });

  test('not where it doubts one address', async () => {
    const { health, directory, ask } = open();
    directory.mode = 'doubts';
    await ask();
    expect(health.failingSince()).toBeUndefined();
  });
});

test('a doubt of its none is told until one is believed', async () => {
  const { health, directory, source, ask } = open();
  directory.mode = 'disagrees';
  await source.lookup('who@x.org', contextNow());
  await ask();
  expect(health.doubt()).toMatchObject({ reason: 'the list shows nobody, the count counts 1' });
  expect(health.failingSince()).toBeUndefined();
  directory.mode = 'well';
  await source.lookup('whoelse@x.org', contextNow());
  expect(health.doubt()).toBeUndefined();
});

describe('recovery is told', () => {
  test('by the circuit that closes: for how long, how many were deferred, how many served from memory', async () => {
    const { directory, source, ask, notes } = open();
    await source.lookup('n99@x.org', contextNow());
    await pass(MINUTE_MS);
    directory.mode = 'fails';
    await ask(12);
    await source.lookup('n99@x.org', contextNow());
    await pass(90_000);
    directory.mode = 'well';
    await pass(1000);
    expect((await notes.next('circuit closed')).fields).toEqual({
      directory: 'd0',
      seconds: 91,
      deferred: 12,
      fromMemory: 1,
    });
  });

  test('where the circuit never opened, too', async () => {
    const { directory, ask, told } = open();
    directory.mode = 'fails';
    await ask(3);
    await pass(10_000);
    directory.mode = 'well';
    await ask(3);
    expect(told('answers again')).toMatchObject([
      { level: 'info', fields: { directory: 'd0', seconds: 10, deferred: 3, fromMemory: 0 } },
    ]);
  });

  test('not of each of the moments in which a directory fails that is unsteady', async () => {
    const { directory, ask, told } = open();
    for (let i = 0; i < 40; i++) {
      directory.mode = i % 3 === 0 ? 'fails' : 'well';
      await ask();
      await pass(500);
    }
    expect(told('answers again')).toEqual([]);
  });
});

describe('a long outage is told again each quarter of an hour', () => {
  test('with what came of it so far', async () => {
    const { directory, ask, told } = open();
    directory.mode = 'fails';
    await ask(12);
    await pass(15 * MINUTE_MS);
    await ask(5);
    await pass(15 * MINUTE_MS);
    expect(told('still fails')).toMatchObject([
      { level: 'warn', fields: { seconds: 900, deferred: 12, reason: 'refused' } },
      { level: 'warn', fields: { seconds: 1800, deferred: 17 } },
    ]);
    directory.mode = 'well';
    await pass(60 * MINUTE_MS);
    expect(told('still fails')).toHaveLength(2);
  });

  test('not where nobody asked again, for it may be over', async () => {
    const { directory, ask, told } = open();
    directory.mode = 'fails';
    await ask(3);
    await pass(60 * MINUTE_MS);
    expect(told('still fails')).toHaveLength(1);
  });

  test('not once it is stopped', async () => {
    const { directory, ask, lane } = open();
    directory.mode = 'fails';
    await ask(3);
    lane.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
