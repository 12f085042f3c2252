import { expect, test } from 'vitest';
import { createHistory, STEP_MS } from '../../src/http/history.ts';
import { describeLatency, listLatency } from '../../src/http/latency.ts';
import { createDurations } from '../../src/lookup/durations.ts';

function openLatency() {
  const [fast, slow] = [createDurations([1, 10, 100]), createDurations([1, 10, 100])];
  const clock = { ms: 1e9, now: () => clock.ms };
  const history = createHistory(() => listLatency('x', [fast, slow]), clock);
  const tell = () => {
    history.update();
    return describeLatency(history, 'x', fast);
  };
  return { fast, slow, clock, tell };
}

test('says nothing where nothing happened', () => {
  expect(openLatency().tell()).toEqual({ count: 0 });
});

test('gives the bounds within which so many lie, of all that are counted together', () => {
  const { fast, slow, tell } = openLatency();
  for (let i = 0; i < 90; i++) fast.record(0.5);
  for (let i = 0; i < 8; i++) slow.record(50);
  for (let i = 0; i < 2; i++) slow.record(500);
  expect(tell()).toEqual({ count: 100, p50Ms: 1, p95Ms: 100, p99Ms: 'slow' });
});

test('looks back on five minutes', () => {
  const { fast, slow, clock, tell } = openLatency();
  slow.record(500);
  tell();
  clock.ms += 30 * STEP_MS;
  fast.record(5);
  expect(tell()).toEqual({ count: 1, p50Ms: 10, p95Ms: 10, p99Ms: 10 });
});
