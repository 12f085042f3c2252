import { expect, test } from 'vitest';
import { checkSight } from './sight.ts';

test('nobody who is there is denied, whatever a login may see', { timeout: 600_000 }, async () => {
  const seen = await checkSight(Number(process.env['RUNS'] ?? 30));
  if (process.env['SEEN'] !== undefined) console.log(seen);
  for (const what of ['address', 'alias', 'row'])
    for (const status of ['found', 'none', 'unknown'])
      expect(seen.get(`${what} ${status}`), `${what} ${status}`).toBeGreaterThan(0);
  expect(seen.get('team found'), 'team found').toBeGreaterThan(0);
  expect(seen.get('team unknown'), 'team unknown').toBeGreaterThan(0);
});
