import { expect, test, vi } from 'vitest';
import { account } from '../support/scripted.ts';
import { contextNow, openDirectory, useFakeTime } from '../support/world.ts';

useFakeTime();

const PROBE_MS = 1000;
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test('a late probe of an earlier outage does not close the circuit of the next one', async () => {
  const people = Array.from({ length: 20 }, (_, i) => account(`n${i}@x.org`));
  const { source, directory, lane } = openDirectory('d0', people, { timeoutMs: 60_000 });
  const failFrom = async (first: number): Promise<void> => {
    directory.mode = 'fails';
    for (let i = first; i < first + 10; i++) await source.lookup(`n${i}@x.org`, contextNow());
  };
  await failFrom(0);
  const late = Promise.withResolvers<void>();
  const probes = [late.promise, Promise.resolve()];
  const refuses = async (): Promise<never> => {
    throw new Error('refused');
  };
  directory.probe = () => probes.shift() ?? refuses();
  await pass(2 * PROBE_MS);
  expect(lane.breaker.isOpen(), 'the second probe has closed it').toBe(false);
  await failFrom(10);
  expect(lane.breaker.isOpen()).toBe(true);
  late.resolve();
  await pass(PROBE_MS);
  expect(lane.breaker.isOpen(), 'the first one, answered late, has not').toBe(true);
  expect(lane.breaker.openings()).toBe(2);
});

test('an outage of weeks tries no caller’s question', async () => {
  const WEEKS_MS = 2 ** 31;
  const people = Array.from({ length: 20 }, (_, i) => account(`n${i}@x.org`));
  const { source, directory, lane } = openDirectory('d0', people, {
    breaker: { failures: 0.5, minimum: 10, windowMs: WEEKS_MS, probeMs: WEEKS_MS / 2 },
  });
  directory.mode = 'fails';
  for (let i = 0; i < 10; i++) await source.lookup(`n${i}@x.org`, contextNow());
  await pass(WEEKS_MS);
  expect(lane.breaker.isOpen()).toBe(true);
  expect(await source.lookup('n10@x.org', contextNow())).toMatchObject({ cause: 'breaker-open' });
  expect(directory.asked).toHaveLength(10);
});
