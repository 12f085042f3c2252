import { expect, test } from 'vitest';
import { silentLog } from '../../../src/log.ts';
import { plain } from '../../support/plain.ts';
import { openScripted } from './causes/scripted.ts';

const { signal } = new AbortController();

test('a statement that fails by what a key says is told of a few times, not once for each key', async () => {
  const told: string[] = [];
  const log = {
    ...silentLog,
    error: (_facts: object, message: string): void => void told.push(message),
  };
  const { directory, world } = openScripted({ hooks: { log } });
  world.evil = async (_end, [key]) => {
    throw Object.assign(new Error(`no function ${key}`), { code: '42883' });
  };
  const keys = Array.from({ length: 200 }, (_, i) => `evil${i}@example.org`);
  await Promise.allSettled(keys.map(async (key) => plain(directory).find(key, signal)));
  expect(told.filter((message) => message === 'a statement fails').length).toBeLessThan(20);
  expect(told).toContain('a statement fails');
});
