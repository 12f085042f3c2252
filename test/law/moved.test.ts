import { expect, test } from 'vitest';
import { checkMoved } from './moved.ts';

test('an address that somebody has all the time is denied to nobody, whatever of its moves a feed leaves out', {
  timeout: 600_000,
}, async () => {
  const seen = await checkMoved(Number(process.env['RUNS'] ?? 100));
  if (process.env['SEEN'] !== undefined) console.log(seen);
  const whats = ['found', 'found, asked', 'unknown, asked'];
  expect([...seen.keys()]).toEqual(expect.arrayContaining(whats));
});
