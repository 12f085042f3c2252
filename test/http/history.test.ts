import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createHistory, STEP_MS, STEPS } from '../../src/http/history.ts';

function openHistory() {
  const counters = new Map([['OK', 0]]);
  const clock = { ms: 1_000_000_000, now: () => clock.ms };
  const history = createHistory(() => counters, clock);
  return {
    counters,
    history,
    count: (by: number, name = 'OK') => {
      counters.set(name, (counters.get(name) ?? 0) + by);
      history.update();
    },
    pass: (steps: number) => {
      clock.ms += steps * STEP_MS;
      history.update();
    },
  };
}

test('what grew counts in the step in which it was seen, the current one last', () => {
  const { history, count, pass } = openHistory();
  count(3);
  count(1);
  pass(1);
  count(5);
  pass(2);
  expect(history.last('OK', 5)).toEqual([0, 4, 5, 0, 0]);
});

test('an hour is kept, and no more', () => {
  const { history, count, pass } = openHistory();
  count(1);
  pass(1);
  count(2);
  pass(STEPS - 2);
  expect([history.last('OK').length, history.total('OK')]).toEqual([STEPS, 3]);
  pass(1);
  expect(history.total('OK')).toBe(2);
  pass(1);
  expect(history.total('OK')).toBe(0);
});

test('a sleep of hours leaves nothing behind', () => {
  const { history, count, pass } = openHistory();
  count(9);
  pass(10 * STEPS + 7);
  expect(history.last('OK').every((each) => each === 0)).toBe(true);
});

test('a counter that went back has begun anew', () => {
  const { history, count, counters } = openHistory();
  count(9);
  counters.set('OK', 2);
  history.update();
  expect(history.total('OK')).toBe(11);
});

test('a counter that is gone is forgotten', () => {
  const { history, count, counters } = openHistory();
  count(9, 'TEMP');
  counters.delete('TEMP');
  history.update();
  expect(history.total('TEMP')).toBe(0);
});

test('nothing is known of what was never counted', () => {
  expect(openHistory().history.last('PERM', 2)).toEqual([0, 0]);
});

test('the total is all that was counted, whenever it was, within the hour', () => {
  const growth = fc.array(fc.record({ by: fc.nat(1000), steps: fc.nat(5) }), { maxLength: 50 });
  fc.assert(
    fc.property(growth, (all) => {
      const { history, count, pass } = openHistory();
      for (const { by, steps } of all) {
        count(by);
        pass(steps);
      }
      expect(history.total('OK')).toBe(all.reduce((sum, { by }) => sum + by, 0));
    }),
  );
});
