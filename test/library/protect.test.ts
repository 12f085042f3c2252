import { expect, onTestFinished, test, vi } from 'vitest';
import { notFound, ok, type Protected, type ProtectOptions, protect } from '../../src/index.ts';
import { useFakeTime } from '../support/world.ts';

useFakeTime();

const THERE: Readonly<Record<string, readonly string[]>> = { ann: ['ann@x'], team: ['a@x', 'b@x'] };

/** A question that follows its mode. */
function createStore() {
  const store = {
    mode: 'well' as 'well' | 'fails' | 'hangs' | 'empty',
    asked: [] as string[],
    probes: 0,
    find: async (key: string, signal: AbortSignal): Promise<readonly string[]> => {
      store.asked.push(key);
      if (store.mode === 'fails') throw new Error('refused');
      if (store.mode === 'hangs')
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
        });
      return store.mode === 'empty' ? [] : (THERE[key] ?? []);
    },
    probe: async (): Promise<void> => {
      store.probes += 1;
      if (store.mode !== 'well') throw new Error('sees nobody');
    },
  };
  return store;
}

function guard(options: ProtectOptions = {}) {
  const store = createStore();
  const people: Protected<string> = protect(store.find, options);
  onTestFinished(() => people.stop());
  return { store, people };
}

const later = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test('answers from memory at once, without a promise', async () => {
  const { store, people } = guard();
  expect(await people.lookup('ann')).toMatchObject({ status: 'found', value: ['ann@x'] });
  expect(people.lookup('ann')).toMatchObject({ status: 'found', value: ['ann@x'] });
  expect(store.asked).toEqual(['ann']);
  expect(people.figures).toMatchObject({ found: 2, remembered: 1, asked: 1 });
});

test('asks once for all who want the same at the same time', async () => {
  const { store, people } = guard();
  await Promise.all([people.lookup('ann'), people.lookup('ann'), people.lookup('ann')]);
  expect(store.asked).toEqual(['ann']);
});

test('lets memory stand in for a store that fails, and knows nothing of others', async () => {
  const { store, people } = guard({ freshMs: 1000, staleMs: 10_000 });
  await people.lookup('ann');
  store.mode = 'fails';
  await later(2000);
  expect(await people.lookup('ann')).toMatchObject({
    status: 'found',
    stale: { cause: 'directory' },
  });
  expect(await people.lookup('bob')).toMatchObject({ status: 'unknown', reason: 'refused' });
  await later(10_000);
  expect(await people.lookup('ann')).toMatchObject({ status: 'unknown' });
});

test('is unknown at the deadline, and remembers what comes later', async () => {
  const { store, people } = guard({ deadlineMs: 100, timeoutMs: 1000 });
  store.mode = 'hangs';
  const asked = people.lookup('ann');
  await later(100);
  expect(await asked).toMatchObject({ status: 'unknown', cause: 'deadline' });
  await later(1000);
  expect(people.lookup('ann')).toMatchObject({ status: 'unknown', cause: 'timeout' });
});

test('leaves a store alone that fails too often, until its probe succeeds', async () => {
  const store = createStore();
  const people = protect(store.find, { probe: store.probe, breaker: { minimum: 3, probeMs: 500 } });
  onTestFinished(() => people.stop());
  store.mode = 'fails';
  for (const key of ['a', 'b', 'c', 'd']) await people.lookup(key);
  expect(people.isOpen()).toBe(true);
  const before = store.asked.length;
  expect(await people.lookup('e')).toMatchObject({ cause: 'breaker-open' });
  expect(store.asked).toHaveLength(before);
  store.mode = 'well';
  await later(600);
  expect(people.isOpen()).toBe(false);
  expect(await people.lookup('ann')).toMatchObject({ status: 'found' });
});

test('believes a none only after a probe, where there is one', async () => {
  const store = createStore();
  const people = protect(store.find, { probe: store.probe });
  onTestFinished(() => people.stop());
  expect(await people.lookup('nobody')).toMatchObject({ status: 'none', proof: { by: 'probe' } });
  expect(store.probes).toBe(1);
  store.mode = 'empty';
  expect(await people.lookup('ann')).toMatchObject({ status: 'unknown', cause: 'unproved' });
});

test('believes no more than a few at once who vanish, until that is accepted', async () => {
  const store = createStore();
  const people = protect(async (key) => (store.mode === 'empty' ? [] : [key]), {
    flips: 2,
    flipsGuard: 0,
    freshMs: 100,
    prefetch: 1,
  });
  onTestFinished(() => people.stop());
  const keys = ['a', 'b', 'c', 'd', 'e', 'f'];
  for (const key of keys) await people.lookup(key);
  store.mode = 'empty';
  await later(200);
  const after = [];
  for (const key of keys) after.push((await people.lookup(key)).status);
  expect(after.filter((status) => status === 'none').length).toBeLessThan(keys.length);
  expect(people.accept()).toBeDefined();
});

test('limits the questions that are under way', async () => {
  const { store, people } = guard({ limit: { inFlight: 1, queue: 0 } });
  store.mode = 'hangs';
  void people.lookup('a');
  expect(await people.lookup('b')).toMatchObject({ cause: 'overload' });
  await later(2000);
});

test('forgets when it is told to', async () => {
  const { store, people } = guard();
  await people.lookup('ann');
  await people.lookup('team');
  await people.forget(['ann']);
  await people.lookup('ann');
  await people.lookup('team');
  expect(store.asked).toEqual(['ann', 'team', 'ann']);
  await people.forget();
  await people.lookup('team');
  expect(store.asked).toHaveLength(4);
});

test('makes a handler, which answers at once what is known', async () => {
  const { store, people } = guard();
  const handler = people.answer((values) => values.join());
  const context = { map: 'm', arrivedAt: 0, deadline: 1e9, signal: new AbortController().signal };
  expect(await handler('team', context)).toEqual(ok('a@x,b@x'));
  expect(handler('team', context)).toEqual(ok('a@x,b@x'));
  expect(await handler('nobody', context)).toEqual(notFound());
  store.mode = 'fails';
  expect(await handler('other', context)).toMatchObject({
    status: 'TEMP',
    reason: 'idpmap directory directory',
  });
});

test('is unknown once it has been stopped', async () => {
  const { people } = guard();
  people[Symbol.dispose]();
  expect(await people.lookup('ann')).toMatchObject({ status: 'unknown' });
});
