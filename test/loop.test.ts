import { expect, test } from 'vitest';
import { isLongEnough, letOthersRun } from '../src/loop.ts';
import { keepBusy } from './support/busy.ts';

test('work may go on for a moment in each turn of the event loop, whoever does it', async () => {
  await new Promise((resolve) => setImmediate(resolve));
  expect(isLongEnough()).toBe(false);
  keepBusy(1);
  expect(isLongEnough()).toBe(true);
  expect(isLongEnough()).toBe(true);
  await letOthersRun();
  keepBusy(1);
  expect(isLongEnough()).toBe(true);
});
