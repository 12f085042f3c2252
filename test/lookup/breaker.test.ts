import { describe, expect, test, vi } from 'vitest';
import { type Cause, Fault } from '../../src/directory/directory.ts';
import { type Log, silentLog } from '../../src/log.ts';
import { account } from '../support/scripted.ts';
import { contextNow, openDirectory, useFakeTime } from '../support/world.ts';

useFakeTime();

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

function open() {
  const errors: string[] = [];
  const infos: string[] = [];
  const log: Log = {
    ...silentLog,
    error: (_fields, message) => errors.push(message),
    info: (_fields, message) => infos.push(message),
  };
  const people = Array.from({ length: 100 }, (_, i) => account(`n${i}@x.org`));
  const opened = openDirectory('d0', people, { log });
  let next = 0;
  /** Asks for so many people who were never asked for. */
  const ask = async (times: number): Promise<void> => {
    for (let i = 0; i < times; i++) await opened.source.lookup(`n${next++}@x.org`, contextNow());
  };
  const fail = async (times: number): Promise<void> => {
    opened.directory.mode = 'fails';
    await ask(times);
  };
  return { ...opened, errors, infos, ask, fail, isOpen: opened.lane.breaker.isOpen };
}

describe('opens', () => {
  test.each([
    { good: 0, bad: 9, opens: false },
    { good: 0, bad: 10, opens: true },
    { good: 5, bad: 5, opens: false },
    { good: 5, bad: 6, opens: true },
    { good: 9, bad: 9, opens: false },
    { good: 9, bad: 10, opens: true },
  ])('after $good answers and $bad failures: $opens', async ({ good, bad, opens }) => {
    const { ask, fail, isOpen } = open();
    await ask(good);
    await fail(bad);
    expect(isOpen()).toBe(opens);
  });

  test('by failures within the window only', async () => {
    const { fail, isOpen } = open();
    await fail(9);
    await pass(10_000);
    await fail(9);
    expect(isOpen()).toBe(false);
  });

  test('by timeouts as well', async () => {
    const { source, directory, isOpen } = open();
    directory.mode = 'hangs';
    for (let i = 0; i < 10; i++) void source.lookup(`n${i}@x.org`, contextNow());
    await pass(2000);
    expect(isOpen()).toBe(true);
  });

  test('by nones that are not proved', async () => {
    const { ask, directory, isOpen } = open();
    directory.mode = 'blind';
    await ask(10);
    expect(isOpen()).toBe(true);
  });

  test.each<Cause>(['entry', 'doubt', 'starting', 'shutdown'])(
    'never by faults of the kind %s',
    async (cause) => {
      const { ask, directory, isOpen } = open();
      directory.find = () => Promise.reject(new Fault(cause, 'thrown'));
      await ask(50);
      expect(isOpen()).toBe(false);
    },
  );

  test('never by nones', async () => {
    const { source, isOpen } = open();
    for (let i = 0; i < 50; i++) await source.lookup(`who${i}@x.org`, contextNow());
    expect(isOpen()).toBe(false);
  });

  test('and says so once', async () => {
    const { fail, errors } = open();
    await fail(50);
    expect(errors).toEqual(['circuit opened: only probes ask the directory now']);
  });
});

describe('while open', () => {
  test('nobody is asked', async () => {
    const { fail, ask, directory, source } = open();
    await fail(10);
    await ask(20);
    expect(directory.asked).toHaveLength(10);
    expect(await source.lookup('n99@x.org', contextNow())).toMatchObject({
      status: 'unknown',
      cause: 'breaker-open',
      directory: 'd0',
    });
  });

  test('the directory is probed each second', async () => {
    const { fail, directory } = open();
    await fail(10);
    const before = directory.probes;
    await pass(999);
    expect(directory.probes).toBe(before);
    await pass(1);
    expect(directory.probes).toBe(before + 1);
    await pass(3000);
    expect(directory.probes).toBe(before + 4);
  });

  test('a probe that hangs does not keep the next from closing it', async () => {
    const { fail, directory, isOpen } = open();
    await fail(10);
    directory.mode = 'hangs';
    await pass(1000);
    directory.mode = 'well';
    await pass(1000);
    expect(directory.probes).toBe(2);
    expect(isOpen()).toBe(false);
  });

  test('a probe that only doubts its nones closes it', async () => {
    const { fail, directory, isOpen } = open();
    await fail(10);
    directory.probe = () => Promise.reject(new Fault('doubt', 'the canary is gone'));
    await pass(1000);
    expect(isOpen()).toBe(false);
  });

  test('a failing probe leaves it open', async () => {
    const { fail, isOpen } = open();
    await fail(10);
    await pass(60_000);
    expect(isOpen()).toBe(true);
  });
});

test('nobody probes while it is closed', async () => {
  const { ask, directory } = open();
  await ask(10);
  await pass(60_000);
  expect(directory.probes).toBe(0);
});

describe('once the directory is well', () => {
  async function openHealed() {
    const opened = open();
    await opened.fail(10);
    await pass(10_000);
    opened.directory.mode = 'well';
    await pass(1000);
    return opened;
  }

  test('it closes at the next probe, and says so', async () => {
    const { isOpen, infos } = await openHealed();
    expect(isOpen()).toBe(false);
    expect(infos).toEqual(['circuit closed: the directory answers again']);
  });

  test('the directory is asked again', async () => {
    const { source } = await openHealed();
    expect(await source.lookup('n50@x.org', contextNow())).toMatchObject({ status: 'found' });
  });

  test('what was remembered as unknown is forgotten: it is asked again within two seconds', async () => {
    const { fail, directory, source, memory } = open();
    await fail(10);
    directory.mode = 'well';
    await pass(1000);
    expect(memory.sizes().unknown.size).toBe(0);
    expect(await source.lookup('n9@x.org', contextNow())).toMatchObject({ status: 'found' });
  });

  test('a failure or nine do not open it again, though the outage lies in the window', async () => {
    const { fail, directory, isOpen } = open();
    await fail(10);
    directory.mode = 'well';
    await pass(1000);
    await fail(9);
    expect(isOpen()).toBe(false);
  });

  test('ten failures open it again, and it is probed again', async () => {
    const { fail, directory, isOpen } = await openHealed();
    await fail(10);
    expect(isOpen()).toBe(true);
    directory.mode = 'well';
    await pass(1000);
    expect(isOpen()).toBe(false);
  });

  test('it is probed no more', async () => {
    const { directory } = await openHealed();
    const before = directory.probes;
    await pass(60_000);
    expect(directory.probes).toBe(before);
  });
});

describe('a question under way while the circuit opens and closes', () => {
  /** A question that takes 1.5 s; the circuit opens behind it and closes before its answer. */
  async function openUnderWay() {
    const opened = open();
    opened.directory.mode = 'slow';
    opened.directory.slowMs = 1500;
    const context = { ...contextNow(), deadline: 10_000 };
    const answer = opened.source.lookup('n99@x.org', context);
    await opened.fail(10);
    opened.directory.mode = 'well';
    await pass(1000);
    return { ...opened, answer };
  }

  test('is answered', async () => {
    const { answer, isOpen } = await openUnderWay();
    expect(isOpen()).toBe(false);
    await pass(500);
    expect(await answer).toMatchObject({ status: 'found' });
  });

  test('does not open it again by its failure', async () => {
    const { answer, directory, isOpen } = await openUnderWay();
    directory.lost.add('n99@x.org');
    await pass(500);
    expect(await answer).toMatchObject({ cause: 'directory' });
    expect(isOpen()).toBe(false);
  });
});

describe('stopped', () => {
  test.each([
    { what: 'while closed', failures: 0, passMs: 0 },
    { what: 'while open', failures: 10, passMs: 0 },
    { what: 'during a probe', failures: 10, passMs: 1000 },
  ])('$what, it leaves no timer and probes no more', async ({ failures, passMs }) => {
    const { fail, directory, lane } = open();
    await fail(failures);
    directory.mode = 'hangs';
    await pass(passMs);
    lane.stop();
    await pass(0);
    const { probes } = directory;
    expect(vi.getTimerCount()).toBe(0);
    await pass(5000);
    expect(directory.probes).toBe(probes);
  });

  test('it says unknown of whatever is asked, without asking', async () => {
    const { source, lane, directory } = open();
    lane.stop();
    expect(await source.lookup('n0@x.org', contextNow())).toMatchObject({ status: 'unknown' });
    expect(directory.asked).toEqual([]);
  });
});
