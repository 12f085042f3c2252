import { describe, expect, test, vi } from 'vitest';
import { findingOf, none } from '../../src/directory/finding.ts';
import { type Log, silentLog } from '../../src/log.ts';
import type { Step } from '../../src/lookup/outcome.ts';
import { createQuestion } from '../../src/lookup/path.ts';
import { account } from '../support/scripted.ts';
import { contextNow, openDirectory, TIMES, useFakeTime } from '../support/world.ts';

useFakeTime();

const ANN = account('ann@x.org');
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('recall', () => {
  test('gives what memory holds without asking, fresh or stale', async () => {
    const { source, directory } = openDirectory('d0', [ANN]);
    expect(source.recall(ANN.address, contextNow())).toBeUndefined();
    await source.lookup(ANN.address, contextNow());
    await pass(TIMES.staleMs - 1);
    const steps: Step[] = [];
    const context = { ...contextNow(), tell: (step: Step) => steps.push(step) };
    expect(source.recall(ANN.address, context)).toMatchObject({ value: [ANN] });
    expect(steps).toMatchObject([{ step: 'memory', state: 'stale', ageMs: TIMES.staleMs - 1 }]);
    await pass(1);
    expect(source.recall(ANN.address, contextNow())).toBeUndefined();
    expect(directory.asked).toHaveLength(1);
  });
});

describe('a question of the daemon’s own', () => {
  function open(answer: () => Promise<readonly string[]>, log: Log = silentLog) {
    const opened = openDirectory('d0', [], { log });
    return {
      ...opened,
      question: createQuestion(
        async () => findingOf(await answer(), () => none('content', 'scripted')),
        opened.lane,
      ),
    };
  }

  test('is answered by the directory each time', async () => {
    const asked = vi.fn<() => Promise<string[]>>().mockResolvedValue(['x.org']);
    const { question } = open(asked);
    expect(await question()).toEqual({ status: 'found', value: ['x.org'] });
    await question();
    expect(asked).toHaveBeenCalledTimes(2);
  });

  test('that brings nothing is none', async () => {
    expect(await open(async () => []).question()).toMatchObject({ status: 'none' });
  });

  test('that fails is unknown, and stops nobody else’s, however often', async () => {
    const { question, lane } = open(() => Promise.reject(new Error('refused')));
    for (let i = 0; i < 20; i++)
      expect(await question()).toMatchObject({ status: 'unknown', reason: 'refused' });
    expect(lane.breaker.isOpen()).toBe(false);
  });

  test('is not put while the circuit is open', async () => {
    const { question, lane, directory, source } = open(async () => ['x.org']);
    directory.mode = 'fails';
    for (let i = 0; i < 10; i++) await source.lookup(`n${i}@x.org`, contextNow());
    expect(lane.breaker.isOpen()).toBe(true);
    expect(await question()).toMatchObject({ cause: 'breaker-open' });
  });

  test('that hangs ends in its time', async () => {
    const { question } = open(() => new Promise(() => {}));
    const answer = question();
    await pass(2000);
    expect(await answer).toMatchObject({ cause: 'timeout' });
  });

  test('ends with the daemon', async () => {
    const { question, lane } = open(() => new Promise(() => {}));
    const answer = question();
    await pass(0);
    lane.stop();
    expect(await answer).toMatchObject({ cause: 'shutdown' });
  });

  test('takes a slot of the directory’s', async () => {
    const { question, lane } = open(() => new Promise(() => {}));
    for (let i = 0; i < 32; i++) void question();
    expect(lane.limiter.hasRoom()).toBe(false);
  });

  test('that a bug of ours ends is unknown, logged with its stack', async () => {
    const logged: object[] = [];
    const log: Log = { ...silentLog, error: (fields) => logged.push(fields) };
    const { question, lane } = open(async () => ['x.org'], log);
    const bug = new TypeError('a planted bug');
    lane.limiter.enter = () => {
      throw bug;
    };
    expect(await question()).toMatchObject({ status: 'unknown', cause: 'bug' });
    expect(logged).toEqual([{ directory: 'd0', err: bug }]);
    expect(lane.figures.bugs).toBe(1);
  });
});
