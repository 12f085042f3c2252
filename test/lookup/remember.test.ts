import { describe, expect, test, vi } from 'vitest';
import { Fault } from '../../src/directory/directory.ts';
import { type Log, silentLog } from '../../src/log.ts';
import { account } from '../support/scripted.ts';
import { contextNow, openDirectory, TIMES, useFakeTime } from '../support/world.ts';

useFakeTime();

const ANN = account('ann@x.org');
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('one key', () => {
  test('asked a hundred times at once is one question', async () => {
    const { source, directory, lane } = openDirectory('d0', [ANN]);
    const answers = Array.from({ length: 100 }, async () =>
      source.lookup(ANN.address, contextNow()),
    );
    for (const outcome of await Promise.all(answers))
      expect(outcome).toMatchObject({ status: 'found', value: [ANN] });
    expect(directory.asked).toEqual([ANN.address]);
    expect(lane.figures.joined).toBe(99);
  });

  test('that fails while a hundred wait fails for all, asked once', async () => {
    const { source, directory } = openDirectory('d0');
    directory.mode = 'fails';
    const answers = Array.from({ length: 100 }, async () =>
      source.lookup(ANN.address, contextNow()),
    );
    for (const outcome of await Promise.all(answers))
      expect(outcome).toMatchObject({ status: 'unknown', cause: 'directory', reason: 'refused' });
    expect(directory.asked).toEqual([ANN.address]);
  });
});

test('a hundred cold keys at once are all answered, at most 32 in flight', async () => {
  const { source, directory } = openDirectory('d0', [ANN]);
  directory.mode = 'slow';
  directory.slowMs = 40;
  const keys = Array.from({ length: 100 }, (_, i) => `n${i}@x.org`);
  for (const key of keys) directory.people.set(key, [ANN]);
  const answers = Promise.all(keys.map(async (key) => source.lookup(key, contextNow())));
  await pass(200);
  expect(new Set((await answers).map(({ status }) => status))).toEqual(new Set(['found']));
  expect(directory.mostInFlight).toBe(32);
});

describe('a found', () => {
  test('is fresh for its time, and asked anew after it', async () => {
    const { source, directory } = openDirectory('d0', [ANN], { times: { prefetch: 1 } });
    await source.lookup(ANN.address, contextNow());
    await pass(TIMES.freshMs - 1);
    expect(source.lookup(ANN.address, contextNow())).toMatchObject({ status: 'found' });
    expect(directory.asked).toHaveLength(1);
    await pass(1);
    await source.lookup(ANN.address, contextNow());
    expect(directory.asked).toHaveLength(2);
  });

  test.each([
    { random: 0, share: 0.9 },
    { random: 0.999_999, share: 1.1 },
  ])('lives between 90 % and 110 % of its time: $share', async ({ random, share }) => {
    vi.spyOn(Math, 'random').mockReturnValue(random);
    const { source, tenure } = openDirectory('d0', [ANN]);
    await source.lookup(ANN.address, contextNow());
    const kept = tenure.known(ANN.address);
    expect(
      Math.abs((kept?.freshUntil ?? 0) - (kept?.askedAt ?? 0) - share * TIMES.freshMs),
    ).toBeLessThan(2);
  });

  test('of an old copy is answered, and remembered neither as fresh nor at all', async () => {
    const { source, directory, memory } = openDirectory('d0');
    directory.find = async () => ({
      status: 'found',
      value: [ANN],
      old: new Fault('directory', 'its file is broken'),
    });
    const said = { status: 'found', stale: { cause: 'directory', reason: 'its file is broken' } };
    expect(await source.lookup(ANN.address, contextNow())).toMatchObject(said);
    expect(source.lookup(ANN.address, contextNow())).toBeInstanceOf(Promise);
    expect(memory.sizes().found.size).toBe(0);
  });

  test('of an old copy does not make older what is known', async () => {
    const { source, directory, tenure } = openDirectory('d0', [ANN]);
    await source.lookup(ANN.address, contextNow());
    const before = tenure.known(ANN.address);
    await pass(TIMES.freshMs);
    directory.find = async () => ({
      status: 'found',
      value: [account(ANN.address, { logins: ['old'] })],
      old: new Fault('directory', 'its file is broken'),
    });
    await source.lookup(ANN.address, contextNow());
    expect(tenure.known(ANN.address)).toBe(before);
  });

  test('takes the place of a none', async () => {
    const { source, directory, memory } = openDirectory('d0');
    await source.lookup(ANN.address, contextNow());
    directory.people.set(ANN.address, [ANN]);
    await pass(TIMES.freshNoneMs);
    expect(await source.lookup(ANN.address, contextNow())).toMatchObject({ status: 'found' });
    expect(memory.sizes().none.size).toBe(0);
  });
});

describe('a none', () => {
  test('is fresh for its own time, and asked anew after it', async () => {
    const { source, directory } = openDirectory('d0');
    await source.lookup('who@x.org', contextNow());
    await pass(TIMES.freshNoneMs - 1);
    expect(source.lookup('who@x.org', contextNow())).toMatchObject({ status: 'none' });
    expect(directory.asked).toHaveLength(1);
    await pass(1);
    await source.lookup('who@x.org', contextNow());
    expect(directory.asked).toHaveLength(2);
  });

  test('said with authority removes the found: it is not even a stale answer later', async () => {
    const { source, directory, memory } = openDirectory('d0', [ANN]);
    await source.lookup(ANN.address, contextNow());
    directory.people.clear();
    await pass(TIMES.freshMs);
    expect(await source.lookup(ANN.address, contextNow())).toMatchObject({ status: 'none' });
    expect(memory.sizes().found.size).toBe(0);
    directory.mode = 'fails';
    await pass(TIMES.freshNoneMs);
    expect(await source.lookup(ANN.address, contextNow())).toMatchObject({ status: 'unknown' });
  });

  test('that expired is no none in an outage', async () => {
    const { source, directory } = openDirectory('d0');
    await source.lookup('who@x.org', contextNow());
    directory.mode = 'fails';
    await pass(TIMES.freshNoneMs);
    expect(await source.lookup('who@x.org', contextNow())).toMatchObject({ status: 'unknown' });
  });
});

describe('an unknown', () => {
  test('is not asked again before its time', async () => {
    const { source, directory } = openDirectory('d0');
    directory.mode = 'fails';
    await source.lookup(ANN.address, contextNow());
    await pass(TIMES.unknownMs - 1);
    expect(source.lookup(ANN.address, contextNow())).toMatchObject({ cause: 'directory' });
    expect(directory.asked).toHaveLength(1);
    await pass(1);
    await source.lookup(ANN.address, contextNow());
    expect(directory.asked).toHaveLength(2);
  });

  test('is forgotten by the next answer', async () => {
    const { source, directory, memory } = openDirectory('d0');
    directory.mode = 'fails';
    await source.lookup('who@x.org', contextNow());
    directory.mode = 'well';
    await pass(TIMES.unknownMs);
    expect(await source.lookup('who@x.org', contextNow())).toMatchObject({ status: 'none' });
    expect(memory.sizes().unknown.size).toBe(0);
  });

  test.each(['directory', 'timeout', 'entry', 'unproved', 'deadline'] as const)(
    'by %s is remembered',
    async (cause) => {
      const { source, directory } = openDirectory('d0');
      directory.find = () => Promise.reject(new Fault(cause, 'thrown'));
      await source.lookup(ANN.address, contextNow());
      expect(source.lookup(ANN.address, contextNow())).toMatchObject({ cause });
    },
  );

  test.each(['overload', 'breaker-open', 'shutdown', 'starting', 'bug'] as const)(
    'by %s is asked again at once',
    async (cause) => {
      const { source, directory, memory } = openDirectory('d0');
      directory.find = () => Promise.reject(new Fault(cause, 'thrown'));
      await source.lookup(ANN.address, contextNow());
      expect(source.lookup(ANN.address, contextNow())).toBeInstanceOf(Promise);
      expect(memory.sizes().unknown.size).toBe(0);
    },
  );
});

describe('a bug thrown in a policy', () => {
  function openBuggy() {
    const logged: { readonly fields: object; readonly message: string }[] = [];
    const log: Log = { ...silentLog, error: (fields, message) => logged.push({ fields, message }) };
    const opened = openDirectory('d0', [ANN], { log });
    const { limiter } = opened.lane;
    const enter = limiter.enter.bind(limiter);
    const bug = new TypeError('a planted bug');
    limiter.enter = () => {
      throw bug;
    };
    return { ...opened, logged, bug, mend: () => Object.assign(limiter, { enter }) };
  }

  test('is unknown: bug', async () => {
    const { source } = openBuggy();
    expect(await source.lookup(ANN.address, contextNow())).toMatchObject({
      status: 'unknown',
      cause: 'bug',
      directory: 'd0',
    });
  });

  test('is logged once, with its stack, however many wait, and counted', async () => {
    const { source, logged, bug, lane } = openBuggy();
    await Promise.all([1, 2, 3].map(async () => source.lookup(ANN.address, contextNow())));
    expect(logged).toEqual([
      { fields: { directory: 'd0', err: bug }, message: 'a lookup failed by a bug of idpmap' },
    ]);
    expect(lane.figures.bugs).toBe(1);
  });

  test('leaves its key usable', async () => {
    const { source, mend } = openBuggy();
    await source.lookup(ANN.address, contextNow());
    mend();
    expect(await source.lookup(ANN.address, contextNow())).toMatchObject({ status: 'found' });
  });

  test.each(['warn', 'error'] as const)(
    'by a log that throws (%s), while a prefetch’s outcome is kept, ends nothing',
    async (level) => {
      const full = (): never => {
        throw new Error('the log of whoever embeds us is full');
      };
      const log: Log = { ...silentLog, warn: full, ...(level === 'error' && { error: full }) };
      const { source, directory, lane } = openDirectory('d0', [ANN], { log });
      await source.lookup(ANN.address, contextNow());
      directory.mode = 'fails';
      await pass(TIMES.freshMs * TIMES.prefetch);
      expect(source.lookup(ANN.address, contextNow())).toMatchObject({ status: 'found' });
      // An unhandled rejection would fail this run.
      await pass(0);
      expect(lane.figures.bugs).toBe(1);
      directory.mode = 'well';
      expect(source.lookup(ANN.address, contextNow())).toMatchObject({ status: 'found' });
      await pass(0);
      expect(directory.asked).toHaveLength(3);
    },
  );

  test('in a prefetch leaves the found, and its key usable', async () => {
    const { source, mend, directory, lane } = openBuggy();
    mend();
    await source.lookup(ANN.address, contextNow());
    lane.limiter.enter = () => {
      throw new TypeError('another');
    };
    await pass(TIMES.freshMs * TIMES.prefetch);
    expect(source.lookup(ANN.address, contextNow())).toMatchObject({ status: 'found' });
    await pass(0);
    expect(lane.figures.bugs).toBe(1);
    mend();
    await source.lookup(ANN.address, contextNow());
    await pass(0);
    expect(directory.asked).toHaveLength(2);
  });
});
