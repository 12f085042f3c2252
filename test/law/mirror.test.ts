import { expect, test } from 'vitest';
import { checkMirror } from './mirror.ts';

test('the law for mirrors holds through any sequence of changes, lies, outages and restarts', {
  timeout: 600_000,
}, async () => {
  const seen = await checkMirror(Number(process.env['RUNS'] ?? 200));
  if (process.env['SEEN'] !== undefined) console.log(seen);
  // A run that never saw one of these would have proved little.
  const whats = ['found', 'none', 'unknown', 'stale', 'none while down', 'stale while held'];
  expect([...seen.keys()]).toEqual(expect.arrayContaining(whats));
});
