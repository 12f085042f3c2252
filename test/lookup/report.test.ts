import { describe, expect, test, vi } from 'vitest';
import { type Log, silentLog } from '../../src/log.ts';
import { unknown } from '../../src/lookup/outcome.ts';
import { createFaultReport } from '../../src/lookup/report.ts';
import { contextNow, openDirectory, testClock, useFakeTime } from '../support/world.ts';

useFakeTime();

const MINUTE_MS = 60_000;
const REFUSED = unknown('directory', 'd0', 'refused');
const AMBIGUOUS = unknown('entry', 'd0', 'ambiguous');
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

function open() {
  const told: object[] = [];
  const log: Log = { ...silentLog, warn: (fields) => told.push(fields) };
  const report = createFaultReport(log, testClock, (address) => `hash of ${address}`);
  return { told, report, log };
}

test('tells the first fault of a directory, without its address', () => {
  const { told, report } = open();
  report('ann@x.org', REFUSED);
  expect(told).toEqual([{ directory: 'd0', cause: 'directory', reason: 'refused', untold: 0 }]);
});

test('tells further faults once a minute, with their number', async () => {
  const { told, report } = open();
  for (let i = 0; i < 4; i++) report('ann@x.org', REFUSED);
  await pass(MINUTE_MS - 1);
  report('ann@x.org', REFUSED);
  expect(told).toHaveLength(1);
  await pass(1);
  report('ann@x.org', REFUSED);
  expect(told.at(-1)).toMatchObject({ untold: 4 });
  await pass(MINUTE_MS);
  report('ann@x.org', REFUSED);
  expect(told.at(-1)).toMatchObject({ untold: 0 });
});

test('tells each doubt about one address, which is shown as the log wants it', () => {
  const { told, report } = open();
  report('ann@x.org', REFUSED);
  report('ann@x.org', AMBIGUOUS);
  report('bob@x.org', AMBIGUOUS);
  expect(told.slice(1)).toEqual([
    { directory: 'd0', address: 'hash of ann@x.org', reason: 'ambiguous' },
    { directory: 'd0', address: 'hash of bob@x.org', reason: 'ambiguous' },
  ]);
});

test('tells a doubt about one address again after an hour', async () => {
  const { told, report } = open();
  report('ann@x.org', AMBIGUOUS);
  await pass(60 * MINUTE_MS - 1);
  report('ann@x.org', AMBIGUOUS);
  expect(told).toHaveLength(1);
  await pass(1);
  report('ann@x.org', AMBIGUOUS);
  expect(told).toHaveLength(2);
});

test('tells of ten doubts a minute, and that there are more', async () => {
  const { told, report } = open();
  for (let i = 0; i < 30; i++) report(`ann${i}@x.org`, AMBIGUOUS);
  expect(told).toHaveLength(11);
  expect(told.at(-1)).toEqual({ directory: 'd0' });
  await pass(MINUTE_MS);
  report('ann29@x.org', AMBIGUOUS);
  expect(told.at(-1)).toMatchObject({ address: 'hash of ann29@x.org' });
});

describe('of a lookup', () => {
  test('a doubt that memory repeats is told once', async () => {
    const { told, log } = open();
    const { source, directory } = openDirectory('d0', [], { log });
    directory.mode = 'doubts';
    await source.lookup('ann@x.org', contextNow());
    await source.lookup('ann@x.org', contextNow());
    expect(told).toHaveLength(1);
  });

  test('a refusal at the door is no fault of the directory', async () => {
    const { told, log } = open();
    const limit = { inFlight: 0, perSecond: 1, queue: 0, queueWaitMs: 1 };
    const { source } = openDirectory('d0', [], { log, limit });
    await source.lookup('ann@x.org', contextNow());
    expect(told).toEqual([]);
  });
});
