import { describe, expect, test, vi } from 'vitest';
import { Fault } from '../../src/directory/directory.ts';
import { account, createScripted } from '../support/scripted.ts';
import { contextNow, laneFor, openDirectory, TIMES, useFakeTime } from '../support/world.ts';

useFakeTime();

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('a lookup', () => {
  test('that finds somebody needs no proof', async () => {
    const { source, directory } = openDirectory('d0', [account('ann@x.org')]);
    await source.lookup('ann@x.org', contextNow());
    expect(directory.probes).toBe(0);
  });

  test('that finds nobody costs one probe, which begins after it was answered', async () => {
    const { source, directory } = openDirectory('d0');
    const seen: number[] = [];
    const find = directory.find.bind(directory);
    directory.find = async (...asked) => {
      seen.push(directory.probes);
      return await find(...asked);
    };
    expect(await source.lookup('who@x.org', contextNow())).toMatchObject({ status: 'none' });
    expect(seen).toEqual([0]);
    expect(directory.probes).toBe(1);
  });

  test('for a flood of strangers costs a probe for each time they are let in', async () => {
    const { source, directory } = openDirectory('d0');
    directory.mode = 'slow';
    directory.slowMs = 20;
    for (let i = 0; i < 96; i++) void source.lookup(`who${i}@x.org`, contextNow());
    await pass(1000);
    expect(directory.asked).toHaveLength(96);
    expect(directory.probes).toBe(3);
  });

  test.each([
    { what: 'sees nobody', probe: () => Promise.reject(new Error('sees nobody')) },
    {
      what: 'throws at once',
      probe: () => {
        throw new Error('sees nobody');
      },
    },
  ])('whose probe $what is unknown: unproved', async ({ probe }) => {
    const { source, directory } = openDirectory('d0');
    directory.probe = probe;
    expect(await source.lookup('who@x.org', contextNow())).toMatchObject({
      status: 'unknown',
      cause: 'unproved',
      reason: 'none is not believed: sees nobody',
    });
  });

  test('whose probe doubts is unknown: doubt', async () => {
    const { source, directory } = openDirectory('d0');
    directory.probe = () => Promise.reject(new Fault('doubt', 'the canary is gone'));
    expect(await source.lookup('who@x.org', contextNow())).toMatchObject({
      status: 'unknown',
      cause: 'doubt',
      reason: 'none is not believed: the canary is gone',
    });
  });

  test('whose probe hangs is unknown, and the next one is proved', async () => {
    const { source, directory } = openDirectory('d0');
    const probe = directory.probe.bind(directory);
    directory.probe = () => new Promise(() => {});
    const answer = source.lookup('who@x.org', contextNow());
    await pass(2000);
    expect(await answer).toMatchObject({ status: 'unknown' });
    directory.probe = probe;
    await pass(TIMES.unknownMs);
    expect(await source.lookup('who@x.org', contextNow())).toMatchObject({ status: 'none' });
  });
});

test('a directory that proves each none itself is not asked for another proof', async () => {
  const directory = Object.assign(createScripted(), { provesBy: 'connection' as const });
  const { source } = laneFor('d0', directory);
  expect(await source.lookup('who@x.org', contextNow())).toMatchObject({ status: 'none' });
  expect(directory.probes).toBe(0);
});

test.each([
  {
    what: 'fails',
    settle: async () => Promise.reject(new Error('sees nobody')),
    status: 'unknown',
  },
  { what: 'succeeds', settle: async () => {}, status: 'none' },
])(
  'a none that came too late for its caller is given to a retry only once its proof $what: $status',
  async ({ settle, status }) => {
    const { source, directory } = openDirectory('d0');
    const proof = Promise.withResolvers<void>();
    directory.probe = () => proof.promise.then(settle);
    const ask = async () => {
      const answer = source.lookup('who@x.org', contextNow());
      await pass(201);
      return answer;
    };
    for (let retry = 0; retry < 3; retry++)
      expect(await ask()).toMatchObject({ status: 'unknown', cause: 'deadline' });
    proof.resolve();
    await pass(0);
    expect(await source.lookup('who@x.org', contextNow())).toMatchObject({ status });
    expect(directory.asked).toHaveLength(1);
  },
);
