import { expect, onTestFinished, test, vi } from 'vitest';
import type { Entry } from '../../src/directory/directory.ts';
import { createMemory } from '../../src/lookup/memory.ts';
import type { Outcome } from '../../src/lookup/outcome.ts';
import { createSource } from '../../src/lookup/path.ts';
import type { Claim, Mark, Shelf, Shelved } from '../../src/lookup/share.ts';
import { account, createScripted, employ } from '../support/scripted.ts';
import {
  contextNow,
  laneFor,
  reign,
  SIZES,
  TIMES,
  testClock,
  useFakeTime,
} from '../support/world.ts';

useFakeTime();

const ANN = 'ann@x.org';
const NOBODY = 'nobody@x.org';
const WAIT_MS = 80;
const MARK = { at: 7, era: 'first' };

interface TestShelf extends Shelf<Entry> {
  isUp: boolean;
  claimed: Claim;
  readonly lying: Map<string, Shelved<Entry>>;
  readonly claims: string[];
  readonly written: (readonly [string, Outcome<Entry>['status'], Mark])[];
  readonly waits: string[];
}

/** A shelf of functions. */
function createTestShelf(): TestShelf {
  const shelf: TestShelf = {
    isUp: true,
    claimed: 'ours',
    lying: new Map(),
    claims: [],
    written: [],
    waits: [],
    isOpen: () => shelf.isUp,
    mark: () => MARK,
    read: async (key) => shelf.lying.get(key),
    claim: async (key, rank) => {
      shelf.claims.push(`${key} ${rank}`);
      return shelf.claimed;
    },
    write: (key, { status }, mark) => void shelf.written.push([key, status, mark]),
    waited: (end) => void shelf.waits.push(end),
  };
  return shelf;
}

function openShared() {
  const directory = createScripted();
  employ(directory, [account(ANN)]);
  const memory = createMemory<Entry>(SIZES);
  const { lane } = laneFor('people', directory);
  onTestFinished(() => lane.stop());
  const tenure = reign(memory);
  const shelf = createTestShelf();
  const source = createSource<Entry>(
    (key, how) => directory.find(key, how),
    tenure,
    lane,
    TIMES,
    undefined,
    {
      shelf,
      waitMs: WAIT_MS,
    },
  );
  const ask = async (key: string): Promise<Outcome<Entry>> => {
    const outcome = source.lookup(key, contextNow());
    if (outcome instanceof Promise) await vi.advanceTimersByTimeAsync(190);
    return outcome;
  };
  const lay = (key: string, ageMs: number, more: { readonly isOld?: true } = {}): void => {
    const about = { askedAt: testClock.now() - ageMs, by: 'two', ...more };
    const proof = { by: 'probe', how: 'a probe' } as const;
    shelf.lying.set(
      key,
      key === NOBODY
        ? { status: 'none', proof, ...about }
        : { status: 'found', value: [account(key)], ...about },
    );
  };
  return { directory, memory, tenure, lane, shelf, source, ask, lay };
}

test('what lies there fresh answers, and keeps its age in memory', async () => {
  const { ask, lay, directory, tenure, source } = openShared();
  lay(ANN, 50_000);
  expect(await ask(ANN)).toMatchObject({ status: 'found', by: 'two' });
  expect(directory.asked).toEqual([]);
  expect(tenure.known(ANN)?.freshUntil).toBeLessThanOrEqual(testClock.now() + 10_000);
  // Three quarters of its life are over: the next question refreshes it.
  await source.lookup(ANN, contextNow());
  await vi.advanceTimersByTimeAsync(10);
  expect(directory.asked).toEqual([ANN]);
});

test('what is older than fresh is remembered, and stands in for a directory that fails', async () => {
  const { ask, lay, directory } = openShared();
  lay(ANN, 100_000);
  directory.mode = 'fails';
  expect(await ask(ANN)).toMatchObject({ status: 'found', stale: { status: 'unknown' } });
  expect(directory.asked).toEqual([ANN]);
});

test('what was made stale since stands in as well, and answers no more', async () => {
  const { ask, lay, directory } = openShared();
  lay(ANN, 10, { isOld: true });
  expect(await ask(ANN)).not.toMatchObject({ by: 'two' });
  expect(directory.asked).toEqual([ANN]);
});

test('a fresh none answers for whom nobody here knows', async () => {
  const { ask, lay, directory } = openShared();
  lay(NOBODY, 9000);
  expect(await ask(NOBODY)).toMatchObject({ status: 'none', by: 'two' });
  expect(directory.asked).toEqual([]);
});

test('a none that is older than it may be is asked for', async () => {
  const { ask, lay, directory } = openShared();
  lay(NOBODY, 10_000);
  await ask(NOBODY);
  expect(directory.asked).toEqual([NOBODY]);
});

test('a none of somebody who is known is not taken from another', async () => {
  const { ask, lay, directory, tenure } = openShared();
  tenure.remind(NOBODY, [account(NOBODY)], testClock.now() - 100_000);
  lay(NOBODY, 1);
  await ask(NOBODY);
  expect(directory.asked).toEqual([NOBODY]);
  expect(directory.askedAnew).toEqual([NOBODY]);
});

test('a found that is older than our own none is not taken from another', async () => {
  const { ask, lay, directory } = openShared();
  directory.people.clear();
  expect(await ask(ANN)).toMatchObject({ status: 'none' });
  await vi.advanceTimersByTimeAsync(11_000);
  lay(ANN, 20_000);
  expect(await ask(ANN)).toMatchObject({ status: 'none' });
  expect(directory.asked).toEqual([ANN, ANN]);
});

test('whose turn it is asks, lays down what it heard with the mark of before, and gives the turn back', async () => {
  const { ask, shelf } = openShared();
  await ask(ANN);
  await ask(NOBODY);
  expect(shelf.claims).toEqual([`${ANN} stranger`, `${NOBODY} stranger`]);
  expect(shelf.written).toEqual([
    [ANN, 'found', MARK],
    [NOBODY, 'none', MARK],
  ]);
});

test('a question that failed gives its turn back, too', async () => {
  const { ask, shelf, directory } = openShared();
  directory.mode = 'fails';
  await ask(ANN);
  expect(shelf.written).toEqual([[ANN, 'unknown', MARK]]);
});

test('whose turn it is not waits for the answer of another', async () => {
  const { ask, lay, shelf, directory } = openShared();
  shelf.claimed = 'another';
  setTimeout(() => lay(ANN, 0), 50);
  expect(await ask(ANN)).toMatchObject({ status: 'found', by: 'two' });
  expect(directory.asked).toEqual([]);
  expect(shelf.waits).toEqual(['answered']);
});

test('whoever waits in vain asks on its own, and does not wait so long again and again', async () => {
  const { source, shelf, directory } = openShared();
  shelf.claimed = 'another';
  const timed = async (key: string): Promise<number> => {
    const begunAt = testClock.now();
    const asked = Promise.resolve(source.lookup(key, contextNow())).then(() => testClock.now());
    await vi.advanceTimersByTimeAsync(190);
    return (await asked) - begunAt;
  };
  for (const i of [1, 2, 3]) expect(await timed(`${i}@x.org`)).toBeGreaterThanOrEqual(WAIT_MS);
  expect(await timed('4@x.org')).toBeLessThan(WAIT_MS);
  expect(directory.asked).toHaveLength(4);
});

test('whoever waits in vain and asks takes the answer of another that comes before their own', async () => {
  const { ask, lay, shelf, directory } = openShared();
  shelf.claimed = 'another';
  directory.mode = 'hangs';
  setTimeout(() => lay(ANN, 0), WAIT_MS + 50);
  expect(await ask(ANN)).toMatchObject({ status: 'found', by: 'two' });
  expect(directory.asked).toEqual([ANN]);
});

test('a fleet that closes while one waits is not waited for', async () => {
  const { source, shelf, directory } = openShared();
  shelf.claimed = 'another';
  const asked = source.lookup(ANN, contextNow());
  await vi.advanceTimersByTimeAsync(20);
  shelf.isUp = false;
  await vi.advanceTimersByTimeAsync(20);
  expect(await asked).toMatchObject({ status: 'found' });
  expect(directory.asked).toEqual([ANN]);
});

test('where the fleet asks as much as it may, strangers are deferred and whoever is known is answered', async () => {
  const { ask, lay, shelf, directory } = openShared();
  shelf.claimed = 'over';
  lay(ANN, 100_000);
  expect(await ask(ANN)).toMatchObject({ status: 'found', stale: { cause: 'overload' } });
  expect(await ask(NOBODY)).toMatchObject({ status: 'unknown', cause: 'overload' });
  expect(directory.asked).toEqual([]);
});

test('an open circuit takes nobody’s turn', async () => {
  const { ask, shelf, directory } = openShared();
  directory.mode = 'fails';
  for (let i = 0; i < 12; i++) await ask(`${i}@x.org`);
  const before = shelf.claims.length;
  expect(await ask('last@x.org')).toMatchObject({ cause: 'breaker-open' });
  expect(shelf.claims).toHaveLength(before);
});

test('a closed shelf is not asked at all', async () => {
  const { ask, lay, shelf, directory } = openShared();
  shelf.isUp = false;
  lay(ANN, 0);
  expect(await ask(ANN)).not.toMatchObject({ by: 'two' });
  expect([shelf.claims, shelf.written, directory.asked]).toEqual([[], [], [ANN]]);
});

test('a refresh takes an answer of another that is newer, and not its own once more', async () => {
  const { ask, lay, shelf, directory, source } = openShared();
  await ask(ANN);
  await vi.advanceTimersByTimeAsync(50_000);
  lay(ANN, 50_190);
  void source.lookup(ANN, contextNow());
  await vi.advanceTimersByTimeAsync(10);
  expect(directory.asked).toEqual([ANN, ANN]);
  await vi.advanceTimersByTimeAsync(50_000);
  lay(ANN, 10);
  void source.lookup(ANN, contextNow());
  await vi.advanceTimersByTimeAsync(10);
  expect(directory.asked).toEqual([ANN, ANN]);
  expect(shelf.claims).toHaveLength(2);
});
