import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = join(import.meta.dirname, '../../bench/run.ts');

/** Plays parts of the bench; gives how it ended and what it said. */
const bench = (...parameters: readonly string[]) =>
  promisify(execFile)(process.execPath, [run, ...parameters]).then(
    ({ stdout }) => ({ code: 0, said: stdout }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      code,
      said: stdout + stderr,
    }),
  );

test('nothing costs twice what it should, next to a bare server in the same run', async () => {
  const { code, said } = await bench('smoke');
  expect(said).toContain('load average');
  expect(said).not.toContain('WRONG');
  expect(code).toBe(0);
});

test.each([
  [['hit', '--peer', 'other=127.0.0.1:1'], /"other=127.0.0.1:1" is no peer: NAME=inet:HOST:PORT/],
  [['hits'], /"hits" is no part, known are hit, /],
])('a slip in %j is told', async (parameters, message) => {
  const { code, said } = await bench(...parameters);
  expect(code).toBe(64);
  expect(said).toMatch(message);
});
