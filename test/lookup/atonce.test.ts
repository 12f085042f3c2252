import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { type Ask, Fault, type Finding, type Proof } from '../../src/directory/directory.ts';
import { none } from '../../src/directory/finding.ts';
import { silentLog } from '../../src/log.ts';
import { createLane } from '../../src/lookup/lane.ts';
import { createMemory } from '../../src/lookup/memory.ts';
import type { Outcome, Step } from '../../src/lookup/outcome.ts';
import { createSource } from '../../src/lookup/path.ts';
import { contextNow, reign, SIZES, TIMES, testClock, useFakeTime } from '../support/world.ts';

useFakeTime();

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** What a directory says of a key from now on: a finding, or what it throws. */
type Word = Finding<string> | Error;

const found = (value: string): Finding<string> => ({ status: 'found', value: [value] });
const nobody = (by: Proof['by']): Finding<string> => none(by, 'of a test');

/** How a directory gives its word. */
type Pace = (word: Word) => ReturnType<Ask<string>>;

const atOnce: Pace = (word) => {
  if (word instanceof Error) throw word;
  return word;
};
const later: Pace = async (word) => atOnce(word);
/** A promise of another kind than ours, as a library of promises makes it. */
const thenable: Pace = (word) => {
  const promise = Promise.resolve(later(word));
  // oxlint-disable-next-line unicorn/no-thenable -- as a library of promises has it
  const foreign: Promise<Finding<string>> = Object.create({ then: promise.then.bind(promise) });
  return foreign;
};

function open(pace: Pace, probe: () => Promise<void> = async () => {}) {
  // Each begins at the same instant, so that what two of them say can be compared.
  const begunAt = testClock.now();
  const clock: Clock = { now: () => testClock.now() - begunAt };
  const memory = createMemory<string>(SIZES);
  const tenure = reign(memory);
  const lane = createLane(
    { probe },
    {
      name: 'd0',
      timeoutMs: 2000,
      limit: { inFlight: 2, perSecond: 20, queue: 1000, queueWaitMs: 200 },
      breaker: { failures: 0.5, minimum: 4, windowMs: 10_000, probeMs: 1000 },
      healed: memory.forgetFaults,
      known: () => memory.sizes().found.size,
      clock,
      log: silentLog,
      showAddress: (address) => address,
    },
  );
  onTestFinished(() => lane.stop());
  const words = new Map<string, Word>();
  const asked: string[] = [];
  const directory = { pace, during: (): void => {} };
  const ask: Ask<string> = (key) => {
    asked.push(key);
    directory.during();
    return directory.pace(words.get(key) ?? nobody('content'));
  };
  const source = createSource(ask, tenure, lane, TIMES);
  const steps: Step[] = [];
  const lookup = (key: string) =>
    source.lookup(key, { ...contextNow(clock), tell: (step) => steps.push(step) });
  return { memory, tenure, lane, words, asked, directory, source, steps, lookup };
}

describe('a directory that answers at once', () => {
  test('is answered at once, and so is whoever asks next, from memory', () => {
    const { lookup, words, asked, lane } = open(atOnce);
    words.set('ann', found('ann'));
    expect(lookup('ann')).toMatchObject({ status: 'found', value: ['ann'] });
    expect(lookup('ann')).toMatchObject({ status: 'found', value: ['ann'] });
    expect(asked).toEqual(['ann']);
    expect(lane.figures).toMatchObject({ asked: 1, found: 2, remembered: 1, joined: 0 });
  });

  test.each(['content', 'form', 'connection'] as const)('denies at once by %s', (by) => {
    const { lookup, words } = open(atOnce);
    words.set('ann', nobody(by));
    expect(lookup('ann')).toMatchObject({ status: 'none' });
  });

  test('waits for the probe that is to prove its none', async () => {
    const { lookup, words } = open(atOnce);
    words.set('ann', nobody('probe'));
    const outcome = lookup('ann');
    expect(outcome).toBeInstanceOf(Promise);
    expect(await outcome).toMatchObject({ status: 'none' });
  });

  test('leaves no timer, and gives back its slot', () => {
    const { lookup, lane } = open(atOnce);
    const timers = vi.getTimerCount();
    for (let i = 0; i < 10; i++) void lookup(`n${i}`);
    expect(vi.getTimerCount()).toBe(timers);
    expect(lane.limiter.hasRoom()).toBe(true);
  });

  test('is asked once for all who ask in one tick, though memory does not keep what it says', async () => {
    const { lookup, words, asked, lane } = open(atOnce);
    const old = new Fault('directory', 'its source is silent');
    words.set('ann', { status: 'found', value: ['ann'], old });
    const outcomes = await Promise.all([lookup('ann'), lookup('ann'), lookup('ann')]);
    expect(outcomes).toMatchObject(
      [1, 2, 3].map(() => ({ status: 'found', stale: { reason: old.message } })),
    );
    expect(asked).toEqual(['ann']);
    expect(lane.figures.joined).toBe(2);
  });

  test('opens its circuit in the tick of the last failure', async () => {
    const { lookup, words, lane, asked } = open(atOnce);
    for (let i = 0; i < 4; i++) words.set(`n${i}`, new Error('cut'));
    for (let i = 0; i < 4; i++) void lookup(`n${i}`);
    expect(lane.breaker.isOpen()).toBe(true);
    expect(await lookup('n4')).toMatchObject({ status: 'unknown', cause: 'breaker-open' });
    expect(asked).toHaveLength(4);
  });

  test('keeps its circuit closed by answers, as one that answers later does', async () => {
    for (const pace of [atOnce, later]) {
      const { lookup, words, lane } = open(pace);
      for (let i = 0; i < 6; i++) await lookup(`n${i}`);
      for (let i = 6; i < 12; i++) words.set(`n${i}`, new Error('cut'));
      for (let i = 6; i < 12; i++) await lookup(`n${i}`);
      expect(lane.breaker.isOpen(), 'six of twelve').toBe(false);
      words.set('n12', new Error('cut'));
      await lookup('n12');
      expect(lane.breaker.isOpen(), 'seven of thirteen').toBe(true);
    }
  });

  test('says nothing once the daemon stops in the midst of it', async () => {
    const { lookup, words, lane, directory } = open(atOnce);
    words.set('ann', found('ann'));
    directory.during = () => lane.stop();
    expect(await lookup('ann')).toMatchObject({ status: 'unknown', cause: 'shutdown' });
  });

  test('is not kept where all is forgotten while it is asked', async () => {
    const { lookup, words, memory, directory, asked } = open(atOnce);
    words.set('ann', found('ann'));
    directory.during = () => memory.expire();
    expect(await lookup('ann')).toMatchObject({ status: 'found' });
    expect(memory.sizes().found.size).toBe(0);
    await lookup('ann');
    expect(asked).toHaveLength(2);
  });

  test('may ask for others before it answers', async () => {
    const { lookup, words, directory, lane } = open(atOnce);
    words.set('list', found('ann')).set('ann', found('bob'));
    const inner: unknown[] = [];
    directory.during = () => {
      directory.during = () => {};
      inner.push(lookup('ann'));
    };
    expect(lookup('list')).toMatchObject({ value: ['ann'] });
    expect(inner).toMatchObject([{ value: ['bob'] }]);
    expect(lane.figures).toMatchObject({ asked: 2, remembered: 0 });
  });

  test('refreshes a hot key in the same tick, and whoever asked gets what memory had', async () => {
    const { lookup, words, lane } = open(atOnce);
    words.set('ann', found('ann'));
    void lookup('ann');
    await pass(TIMES.freshMs * TIMES.prefetch);
    words.set('ann', found('anna'));
    expect(lookup('ann')).toMatchObject({ value: ['ann'] });
    expect(lookup('ann')).toMatchObject({ value: ['anna'] });
    expect(lane.figures).toMatchObject({ asked: 2, prefetched: 1, remembered: 2 });
  });

  test('whose bug throws in the tick is unknown: bug, logged once for all who ask in it', async () => {
    const { lookup, lane } = open(atOnce);
    lane.limiter.enter = () => {
      throw new TypeError('a planted bug');
    };
    const outcomes = await Promise.all([lookup('ann'), lookup('ann')]);
    expect(outcomes).toMatchObject([{ cause: 'bug' }, { cause: 'bug' }]);
    expect(lane.figures.bugs).toBe(1);
  });
});

test('a promise of another kind is waited for like one of ours', async () => {
  const { lookup, words } = open(thenable);
  words.set('ann', found('ann')).set('bob', new Fault('entry', 'ambiguous'));
  expect(await lookup('ann')).toMatchObject({ status: 'found', value: ['ann'] });
  expect(await lookup('bob')).toMatchObject({ status: 'unknown', reason: 'ambiguous' });
});

test.each(['null', '7', '"ann"', '{}', '[]'])('%s for a finding is unknown', async (text) => {
  // As a module of one's own may answer that no compiler has seen.
  const given: Finding<string> = JSON.parse(text);
  const { lookup } = open(() => given);
  expect(await lookup('ann')).toMatchObject({ status: 'unknown', cause: 'directory' });
});

type Move =
  | { readonly do: 'say'; readonly key: string; readonly word: number }
  | { readonly do: 'ask'; readonly key: string }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'forget' | 'accept' | 'probe' };

const WORDS: readonly Word[] = [
  found('one'),
  found('another'),
  nobody('content'),
  nobody('form'),
  nobody('connection'),
  nobody('probe'),
  { status: 'found', value: ['old'], old: new Fault('directory', 'its source is silent') },
  new Error('cut'),
  new Fault('entry', 'ambiguous'),
  new Fault('doubt', 'a witness is gone'),
  new Fault('starting', 'not read yet'),
];

const key = fc.constantFrom('ann', 'bob', 'carl', 'dora', 'eve', 'fay', 'gil');
const move: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ do: fc.constant('say' as const), key, word: fc.nat(WORDS.length - 1) }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant('ask' as const), key }) },
  fc.record({
    do: fc.constant('wait' as const),
    ms: fc.constantFrom(1, 60, 1001, 5001, 10_001, 45_001, 60_001, 300_001),
  }),
  fc.record({ do: fc.constantFrom('forget' as const, 'accept' as const, 'probe' as const) }),
);

/** All that can be seen of a script that is played to a directory of one pace. */
async function play(moves: readonly Move[], pace: Pace): Promise<object> {
  let isProbed = true;
  const opened = open(pace, async () => {
    if (!isProbed) throw new Error('it sees nobody');
  });
  const { lookup, words, lane, memory, tenure, asked, steps } = opened;
  const outcomes: Outcome<string>[] = [];
  for (const each of moves) {
    if (each.do === 'say') words.set(each.key, WORDS[each.word] ?? nobody('content'));
    else if (each.do === 'ask') outcomes.push(await lookup(each.key));
    else if (each.do === 'wait') await pass(each.ms);
    else if (each.do === 'forget') memory.expire();
    else if (each.do === 'accept') lane.flips.accept();
    else isProbed = !isProbed;
    await pass(0);
  }
  const { durations, answeredAt: _answeredAt, failedAt: _failedAt, ...figures } = lane.figures;
  const { flights: _flights, ...sizes } = memory.sizes();
  const known = memory.keys().map((name) => [name, tenure.known(name)?.value]);
  const isOpen = lane.breaker.isOpen();
  const held = lane.flips.held()?.loss;
  const count = durations.figures.counts.reduce((sum, each) => sum + each, 0);
  lane.stop();
  return { outcomes, figures, count, sizes, known, asked, steps, isOpen, held };
}

test('at once, later or now so and now so: a script has the same outcomes, steps, figures and memory', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(move, { minLength: 5, maxLength: 60 }), async (moves) => {
      let count = 0;
      const mixed: Pace = (word) => (count++ % 3 === 0 ? later(word) : atOnce(word));
      const wanted = await play(moves, later);
      expect(await play(moves, atOnce)).toEqual(wanted);
      expect(await play(moves, mixed)).toEqual(wanted);
    }),
    { numRuns: 60 },
  );
});
