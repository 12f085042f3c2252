import { expect, test } from 'vitest';
import { checkLaw } from './law.ts';

test('the verdict law holds through any sequence of questions, time and faults', {
  timeout: 600_000,
}, async () => {
  const seen = await checkLaw(Number(process.env['RUNS'] ?? 100));
  if (process.env['SEEN'] !== undefined) console.log(seen);
  // A run that never saw one of these would have proved little.
  for (const map of ['mailboxes', 'aliases', 'senders', 'table'])
    for (const status of ['OK', 'NOTFOUND', 'TEMP'])
      expect(seen.get(`${map} ${status}`), `${map} ${status}`).toBeGreaterThan(0);
  expect(seen.get('domains NOTFOUND'), 'domains NOTFOUND').toBeGreaterThan(0);
  expect(seen.get('held'), 'held').toBeGreaterThan(0);
  expect(seen.get('held list'), 'held list').toBeGreaterThan(0);
});
