import { expect, test } from 'vitest';
import { createTurns } from '../../../src/directory/ldap/wire/turns.ts';

/** Enters tasks that write down when they begin. */
function createQueue(width: number) {
  const turns = createTurns(width);
  const begun: string[] = [];
  const enter = (name: string) => turns.enter(() => begun.push(name));
  return { turns, begun, enter };
}

test('lets so many begin at once, and the next one when one is done', () => {
  const { turns, begun, enter } = createQueue(2);
  for (const name of ['a', 'b', 'c', 'd']) enter(name);
  expect(begun).toEqual(['a', 'b']);
  turns.leave();
  expect(begun).toEqual(['a', 'b', 'c']);
});

test('keeps its width after a pause', () => {
  const { turns, begun, enter } = createQueue(1);
  enter('a');
  turns.leave();
  for (const name of ['b', 'c']) enter(name);
  expect(begun).toEqual(['a', 'b']);
});

test('leaves out whoever has left the queue', () => {
  const { turns, begun, enter } = createQueue(1);
  enter('a');
  const withdraw = enter('b');
  enter('c');
  expect(withdraw()).toBe(true);
  turns.leave();
  expect(begun).toEqual(['a', 'c']);
});

test('says that one has begun which can’t be withdrawn', () => {
  expect(createQueue(1).enter('a')()).toBe(false);
});
