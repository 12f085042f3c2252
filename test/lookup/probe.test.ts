import { expect, test, vi } from 'vitest';
import { createProbe } from '../../src/lookup/probe.ts';
import { useFakeTime } from '../support/world.ts';

useFakeTime();

const TIMEOUT_MS = 2000;
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** A probe under way, and how it ends. */
function begin(ask: () => Promise<void>, life = new AbortController()) {
  const signals: AbortSignal[] = [];
  const ends: string[] = [];
  const probe = createProbe((signal) => {
    signals.push(signal);
    return ask();
  }, TIMEOUT_MS);
  const remove = vi.spyOn(life.signal, 'removeEventListener');
  void probe(life.signal).then(
    () => ends.push('proved'),
    (error: unknown) => ends.push(String(error)),
  );
  return { life, signals, ends, remove };
}
const hang = () => new Promise<void>(() => {});

test('ends as the directory does', async () => {
  const { ends } = begin(() => Promise.resolve());
  await pass(0);
  expect(ends).toEqual(['proved']);
});

test('fails as the directory does', async () => {
  const { ends } = begin(() => Promise.reject(new Error('refused')));
  await pass(0);
  expect(ends).toEqual(['Error: refused']);
});

test('a directory that hangs fails it in its time, and is told to end', async () => {
  const { ends, signals } = begin(hang);
  await pass(TIMEOUT_MS - 1);
  expect(ends).toEqual([]);
  await pass(1);
  expect(ends).toEqual(['Error: no answer to the probe within 2000 ms']);
  expect(signals[0]?.aborted).toBe(true);
});

test('ends with the daemon', async () => {
  const { ends, life, signals } = begin(hang);
  life.abort();
  await pass(0);
  expect(ends).toEqual(['Error: the daemon stops']);
  expect(signals[0]?.aborted).toBe(true);
});

test('asks nothing once the daemon has ended', async () => {
  const life = new AbortController();
  life.abort();
  const { ends, signals } = begin(hang, life);
  await pass(0);
  expect(ends).toEqual(['Error: the daemon stops']);
  expect(signals).toEqual([]);
});

test.each([
  { what: 'succeeds', ask: () => Promise.resolve() },
  { what: 'fails', ask: () => Promise.reject(new Error('refused')) },
])('leaves neither a timer nor a listener where it $what', async ({ ask }) => {
  const { remove } = begin(ask);
  await pass(0);
  expect(vi.getTimerCount()).toBe(0);
  expect(remove).toHaveBeenCalledOnce();
});
