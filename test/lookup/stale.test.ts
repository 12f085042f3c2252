import { expect, test, vi } from 'vitest';
import type { Step } from '../../src/lookup/outcome.ts';
import { account, type Mode } from '../support/scripted.ts';
import { contextNow, DEADLINE_MS, openDirectory, TIMES, useFakeTime } from '../support/world.ts';

useFakeTime();

const ANN = account('ann@x.org');
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** A directory that has answered for ann, `ageMs` ago. */
async function openAged(ageMs: number) {
  const opened = openDirectory('d0', [ANN], { times: { prefetch: 1 } });
  await opened.source.lookup(ANN.address, contextNow());
  await pass(ageMs);
  return { ...opened, ask: async () => await opened.source.lookup(ANN.address, contextNow()) };
}

test.each([
  { mode: 'fails', cause: 'directory' },
  { mode: 'doubts', cause: 'entry' },
  { mode: 'blind', cause: 'unproved' },
] as const)('where the directory $mode, a remembered found stands in', async ({ mode, cause }) => {
  const { ask, directory } = await openAged(TIMES.freshMs);
  directory.mode = mode satisfies Mode;
  expect(await ask()).toMatchObject({ status: 'found', value: [ANN], stale: { cause } });
});

test('where the directory hangs, it stands in at the deadline', async () => {
  const { ask, directory } = await openAged(TIMES.freshMs);
  directory.mode = 'hangs';
  const answer = ask();
  await pass(DEADLINE_MS);
  expect(await answer).toMatchObject({ status: 'found', stale: { cause: 'deadline' } });
});

test('where the failure is remembered, it stands in at once', async () => {
  const { ask, directory, source } = await openAged(TIMES.freshMs);
  directory.mode = 'fails';
  await ask();
  expect(source.lookup(ANN.address, contextNow())).toMatchObject({ stale: { cause: 'directory' } });
});

test('where the circuit is open, it stands in', async () => {
  const { ask, directory, source } = await openAged(TIMES.freshMs);
  directory.mode = 'fails';
  for (let i = 0; i < 20; i++) await source.lookup(`n${i}@x.org`, contextNow());
  expect(await ask()).toMatchObject({ status: 'found', stale: { cause: 'breaker-open' } });
});

test('a fresh found is not marked', async () => {
  const { ask } = await openAged(TIMES.freshMs);
  expect(await ask()).not.toHaveProperty('stale');
});

test('stands in up to its bound, and no longer', async () => {
  const { ask, directory } = await openAged(TIMES.staleMs - 1);
  directory.mode = 'fails';
  expect(await ask()).toMatchObject({ status: 'found' });
  await pass(1);
  expect(await ask()).toMatchObject({ status: 'unknown', cause: 'directory' });
});

test('its age counts from the last answer with authority, whatever was served since', async () => {
  const { ask, directory } = await openAged(TIMES.staleMs - TIMES.freshMs);
  await ask();
  directory.mode = 'fails';
  await pass(TIMES.staleMs - 1);
  expect(await ask()).toMatchObject({ status: 'found' });
  await pass(1);
  expect(await ask()).toMatchObject({ status: 'unknown' });
});

test('a none is never stale', async () => {
  const { source, directory } = openDirectory('d0');
  await source.lookup(ANN.address, contextNow());
  directory.mode = 'fails';
  await pass(TIMES.freshNoneMs);
  expect(await source.lookup(ANN.address, contextNow())).toMatchObject({ status: 'unknown' });
});

test('tells how old it is', async () => {
  const { source, directory } = await openAged(TIMES.freshMs);
  directory.mode = 'fails';
  const steps: Step[] = [];
  await source.lookup(ANN.address, { ...contextNow(), tell: (step) => steps.push(step) });
  expect(steps).toContainEqual({
    step: 'memory',
    directory: 'd0',
    key: ANN.address,
    state: 'stale',
    ageMs: TIMES.freshMs,
  });
});
