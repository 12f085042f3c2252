import { expect, test, vi } from 'vitest';
import { createDurations } from '../../src/lookup/durations.ts';
import { createStopwatch } from '../../src/maps/stopwatch.ts';
import { contextNow, useFakeTime } from '../support/world.ts';

useFakeTime();

const durations = () => createDurations([1, 10, 100]);
const pass = (ms: number) => vi.advanceTimersByTime(ms);

test('a late answer is timed from when its read was begun on', () => {
  const [stopwatch, context, taken] = [createStopwatch(), contextNow(), durations()];
  stopwatch.start(context);
  pass(3);
  const startedAt = stopwatch.start(context);
  pass(4);
  stopwatch.stopLate(startedAt, taken);
  expect(taken.figures.sumMs[0]).toBe(7);
});

test('each read begins anew', () => {
  const [stopwatch, taken] = [createStopwatch(), durations()];
  stopwatch.start(contextNow());
  pass(50);
  const startedAt = stopwatch.start(contextNow());
  pass(4);
  stopwatch.stopLate(startedAt, taken);
  expect(taken.figures.sumMs[0]).toBe(4);
});

test('of the answers at once, the first of a tick is timed and stands for the others', () => {
  const [stopwatch, taken] = [createStopwatch(), durations()];
  const context = contextNow();
  stopwatch.start(context);
  pass(2);
  stopwatch.stopAtOnce(context, taken);
  const sameTick = { ...context };
  stopwatch.start(sameTick);
  pass(20);
  stopwatch.stopAtOnce(sameTick, taken);
  const nextTick = contextNow();
  stopwatch.start(nextTick);
  pass(30);
  stopwatch.stopAtOnce(nextTick, taken);
  expect([...taken.figures.counts]).toEqual([0, 2, 1, 0]);
  expect(taken.figures.sumMs[0]).toBe(34);
});

test('the time is read once for all that one read brings, and once a tick for what is there at once', () => {
  const now = vi.spyOn(performance, 'now');
  const [stopwatch, taken] = [createStopwatch(), durations()];
  const context = { arrivedAt: 0, deadline: 0 };
  for (let i = 0; i < 64; i++) {
    stopwatch.start(context);
    stopwatch.stopAtOnce(context, taken);
  }
  expect(now).toHaveBeenCalledTimes(2);
});
