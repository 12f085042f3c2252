import { expect, test, vi } from 'vitest';
import { Fault } from '../../src/directory/directory.ts';
import type { Step } from '../../src/lookup/outcome.ts';
import { named } from '../../src/redaction.ts';
import { account } from '../support/scripted.ts';
import { contextNow, openDirectory, TIMES, useFakeTime } from '../support/world.ts';

useFakeTime();

const ANN = account('ann@x.org');
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test('counts what callers get, each once', async () => {
  const { source, lane, directory } = openDirectory('d0', [ANN], { times: { prefetch: 1 } });
  await source.lookup(ANN.address, contextNow());
  await source.lookup(ANN.address, contextNow());
  await source.lookup('who@x.org', contextNow());
  await pass(TIMES.freshMs);
  directory.mode = 'fails';
  await source.lookup(ANN.address, contextNow());
  await source.lookup('who@x.org', contextNow());
  await source.lookup('bob@x.org', contextNow());
  const { causes, ...figures } = lane.figures;
  expect(figures).toMatchObject({
    found: 2,
    none: 1,
    stale: 1,
    unknown: 2,
    remembered: 1,
    joined: 0,
    asked: 5,
    prefetched: 0,
    askedAnew: 0,
    disbelieved: 0,
    bugs: 0,
  });
  expect(causes.directory).toBe(3);
});

test('counts what memory knew of a failure as remembered', async () => {
  const { source, lane, directory } = openDirectory('d0');
  directory.mode = 'fails';
  await source.lookup(ANN.address, contextNow());
  await source.lookup(ANN.address, contextNow());
  expect(lane.figures).toMatchObject({ unknown: 2, remembered: 1, asked: 1 });
});

test('counts a prefetch as a question that nobody waits for', async () => {
  const { source, lane } = openDirectory('d0', [ANN]);
  await source.lookup(ANN.address, contextNow());
  await pass(TIMES.freshMs * TIMES.prefetch);
  await source.lookup(ANN.address, contextNow());
  await pass(0);
  expect(lane.figures).toMatchObject({ found: 2, asked: 2, prefetched: 1, joined: 0 });
});

test('counts no question that never reached the directory', async () => {
  const { source, lane } = openDirectory('d0', [], {
    limit: { inFlight: 0, perSecond: 1, queue: 0, queueWaitMs: 1 },
  });
  await source.lookup(ANN.address, contextNow());
  expect(lane.figures).toMatchObject({ unknown: 1, asked: 0 });
  expect(lane.figures.causes.overload).toBe(1);
});

test('counts and times what the directory said to each question', async () => {
  const { source, lane, directory } = openDirectory('d0', [ANN, account('bob@x.org')]);
  await source.lookup(ANN.address, contextNow());
  await source.lookup('who@x.org', contextNow());
  directory.mode = 'slow';
  directory.slowMs = 120;
  const slow = source.lookup('bob@x.org', contextNow());
  await pass(120);
  await slow;
  directory.mode = 'fails';
  await source.lookup('cleo@x.org', contextNow());
  expect(lane.figures.answered).toEqual({ found: 2, none: 1, unknown: 1 });
  expect(lane.figures.durations.toJSON()).toEqual({ count: 4, meanMs: 30 });
});

test.each([
  { mode: 'well', last: 'answered' },
  { mode: 'doubts', last: 'answered' },
  { mode: 'fails', last: 'failed' },
] as const)('a directory that $mode has $last last', async ({ mode, last }) => {
  const { source, lane, directory } = openDirectory('d0', [ANN]);
  await pass(1);
  directory.mode = mode;
  await source.lookup(ANN.address, contextNow());
  const { answeredAt, failedAt } = lane.figures;
  expect(answeredAt > failedAt ? 'answered' : 'failed').toBe(last);
});

test('tells the steps of a cold question, of one that joins it and of one that remembers', async () => {
  const { source } = openDirectory('d0', [ANN]);
  const listen = () => {
    const steps: Step[] = [];
    return { steps, context: { ...contextNow(), tell: (step: Step) => steps.push(step) } };
  };
  const [cold, joining] = [listen(), listen()];
  await Promise.all(
    [cold, joining].map(async ({ context }) => source.lookup(ANN.address, context)),
  );
  await pass(100);
  const warm = listen();
  await source.lookup(ANN.address, warm.context);
  const about = { directory: 'd0', key: ANN.address };
  const outcome = expect.objectContaining({ step: 'outcome', ...about });
  expect(cold.steps).toEqual([{ step: 'asked', ...about }, outcome]);
  expect(joining.steps).toEqual([{ step: 'memory', ...about, state: 'joined' }, outcome]);
  expect(warm.steps).toEqual([{ step: 'memory', ...about, state: 'fresh', ageMs: 100 }, outcome]);
});

test.each([
  ['an address', 'the canary postmaster@x.org is gone', 'the canary an address is gone'],
  ['a name', `keycloak shows ${named('ann')} as disabled`, 'keycloak shows user "…" as disabled'],
  ['an entry', 'code 50 (no right to uid=ann,ou=people)', 'code 50 (no right to uid=…,ou=people)'],
  ['a terminal', 'it says \u001b[2J', 'it says \\u001b[2J'],
])('a last fault that names %s is kept without it', async (_, reason, told) => {
  const { source, lane, directory } = openDirectory('d0', [ANN]);
  directory.find = async () => Promise.reject(new Fault('directory', reason));
  expect(await source.lookup('bob@x.org', contextNow())).toMatchObject({
    status: 'unknown',
    reason,
  });
  expect(lane.health.lastFault()).toMatchObject({ cause: 'directory', reason: told });
});

test('of a last fault a thousand characters are kept', async () => {
  const { source, lane, directory } = openDirectory('d0', [ANN]);
  directory.find = async () => Promise.reject(new Fault('directory', 'x'.repeat(100_000)));
  await source.lookup('bob@x.org', contextNow());
  expect(lane.health.lastFault()?.reason.length).toBe(1000);
});
