import { expect, test, vi } from 'vitest';
import { createUnconfigured } from '../../src/maps/unconfigured.ts';
import { createNotes } from '../support/notes.ts';
import { testClock, useFakeTime } from '../support/world.ts';

useFakeTime();

const HOUR_MS = 3_600_000;
const MAPS = ['user-exists', 'virtual-aliases'];

function open() {
  const notes = createNotes();
  const unconfigured = createUnconfigured(testClock, notes.log);
  return {
    ...unconfigured,
    notes,
    ask: (name: string, times = 1) => {
      for (let i = 0; i < times; i++) unconfigured.note(name, MAPS);
    },
  };
}

test('a map that nobody has is told once an hour, with those that are there', () => {
  const { ask, notes } = open();
  ask('user-exist', 3);
  expect(notes.all).toEqual([
    {
      level: 'warn',
      message: expect.stringContaining('a map is asked for that is not configured'),
      fields: { map: 'user-exist', configured: MAPS },
    },
  ]);
  vi.advanceTimersByTime(HOUR_MS - 1);
  ask('user-exist');
  expect(notes.all).toHaveLength(1);
  vi.advanceTimersByTime(1);
  ask('user-exist');
  expect(notes.all).toHaveLength(2);
});

test('they are listed for an hour, the one asked for most often first', () => {
  const { ask, list } = open();
  ask('rare');
  ask('often', 2);
  expect(list()).toMatchObject([
    { name: 'often', count: 2 },
    { name: 'rare', count: 1 },
  ]);
  vi.advanceTimersByTime(HOUR_MS);
  ask('rare');
  vi.advanceTimersByTime(1);
  expect(list()).toMatchObject([{ name: 'rare', count: 2 }]);
});

test('a flood of names fills neither the log nor the list, and hides none that is asked for often', () => {
  const { ask, list, notes } = open();
  ask('user-exist', 5);
  for (let i = 0; i < 10_000; i++) ask(`flood-${i}`);
  expect(list()).toHaveLength(20);
  expect(list()[0]).toMatchObject({ name: 'user-exist', count: 5 });
  expect(notes.all).toHaveLength(11);
  expect(notes.all.at(-1)?.message).toContain('further maps');
});

test.each([
  ['x'.repeat(10_000), `${'x'.repeat(64)}…`],
  ['ann@example.org', 'an address'],
  ['a\u001b[2J\u202e', 'a\\u001b[2J\\u202e'],
])('a name is shown cut, without addresses and controls: %#', (name, shown) => {
  const { ask, list, notes } = open();
  ask(name);
  expect(list()).toMatchObject([{ name: shown }]);
  expect(notes.all[0]?.fields).toMatchObject({ map: shown });
});
