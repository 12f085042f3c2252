import { expect, test } from 'vitest';
import { checkShared } from './shared.ts';

test('mirrors that share a feed say what the directory said, whatever becomes of daemons and engine, and one follows in the end', {
  timeout: 600_000,
}, async () => {
  const seen = await checkShared(Number(process.env['RUNS'] ?? 60));
  if (process.env['SEEN'] !== undefined) console.log(seen);
  // A run that never saw one of these would have proved little.
  const whats = ['found', 'found of another', 'absent of another', 'denied', 'nothing', 'stale'];
  expect([...seen.keys()]).toEqual(expect.arrayContaining(whats));
});
