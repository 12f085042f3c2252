import { appendFile, rename, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Reading, type WatchTiming, watchFile } from '../src/watch.ts';
import { makeTemporaryDirectory } from './support/temporary.ts';

const NEVER_MS = 2 ** 30;
const QUICK: WatchTiming = { settleMs: 5, restMs: 5, lookMs: 5, pollMs: NEVER_MS };
const OLD = new Date('2026-01-01T00:00:00Z');

/** Watches a file that says `first`, and hands out its readings in order. */
async function watchOne(first: string | undefined, timing: Partial<WatchTiming> = {}) {
  const place = await makeTemporaryDirectory('idpmap-watch');
  onTestFinished(() => place.remove());
  const path = join(place.path, 'file');
  if (first !== undefined) await writeFile(path, first);
  const readings: string[] = [];
  let wake = Promise.withResolvers<void>();
  let answer: 'changed' | 'retry' = 'changed';
  const end = watchFile(path, { ...QUICK, ...timing }, async (reading) => {
    readings.push(textOf(reading));
    wake.resolve();
    wake = Promise.withResolvers();
    return answer;
  });
  onTestFinished(end);
  const next = async (): Promise<string> => {
    for (;;) {
      const reading = readings.shift();
      if (reading !== undefined) return reading;
      await wake.promise;
    }
  };
  return { path, next, readings, end, say: (word: typeof answer) => void (answer = word) };
}

const textOf = (reading: Reading): string =>
  'bytes' in reading ? reading.bytes.toString() : `fault: ${String(reading.error)}`;

test('an edit is heard of, though nobody looks', async () => {
  const { path, next } = await watchOne('one', { lookMs: NEVER_MS });
  expect(await next()).toBe('one');
  await writeFile(path, 'two');
  expect(await next()).toBe('two');
});

test('an edit of the same size, and with the same date, is seen where nothing is heard', async () => {
  const elsewhere = await makeTemporaryDirectory('idpmap-watch');
  onTestFinished(() => elsewhere.remove());
  const target = join(elsewhere.path, 'target');
  const write = async (text: string): Promise<void> => {
    await writeFile(target, text);
    await utimes(target, OLD, OLD);
  };
  await write('one');
  const { path, next } = await watchOne(undefined, { lookMs: 500 });
  await symlink(target, path);
  let last = await next();
  while (last.startsWith('fault')) last = await next();
  expect(last).toBe('one');
  await write('two');
  expect(await next()).toBe('two');
});

test('what was judged is not read again as long as it stays as it is', async () => {
  const { path, next, readings } = await watchOne('one');
  await next();
  await appendFile(path, '+');
  expect(await next()).toBe('one+');
  expect(readings).toEqual([]);
});

test('what could not be judged is read again at each look', async () => {
  const { next, say } = await watchOne('one');
  say('retry');
  expect([await next(), await next(), await next()]).toEqual(['one', 'one', 'one']);
});

test('a file that is missed is looked for again and again', async () => {
  const { path, next } = await watchOne(undefined);
  expect(await next()).toMatch(/^fault: .*ENOENT/);
  await writeFile(path, 'late');
  let last = await next();
  while (last.startsWith('fault')) last = await next();
  expect(last).toBe('late');
});

test('a file that an editor puts aside for a moment is not missed', async () => {
  const { path, next } = await watchOne('one', { settleMs: 1000 });
  await next();
  await rename(path, `${path}~`);
  await writeFile(path, 'two');
  expect(await next()).toBe('two');
});

test('a file that grows is read when it has stood still', async () => {
  const { path, next } = await watchOne('one', { settleMs: 1000 });
  await next();
  for (const word of ['two', 'three', 'four']) await appendFile(path, `,${word}`);
  expect(await next()).toBe('one,two,three,four');
});

test('nothing is read after the end', async () => {
  const { path, next, readings, end } = await watchOne('one');
  await next();
  end();
  await writeFile(path, 'two');
  const other = await watchOne('other');
  expect(await other.next()).toBe('other');
  expect(readings).toEqual([]);
});
