import { expect, onTestFinished, test } from 'vitest';
import { listed, listing, MINUTE, mark, openTestMirror } from './world.ts';

test('how changes come is said as the directory said it last, and not before it has', async () => {
  const opened = await openTestMirror();
  onTestFinished(() => opened.stop());
  const { mirror, tell } = opened;
  expect(mirror.status().feed).toBe(undefined);
  await tell(listing(listed('ann@example.org')));
  expect(mirror.status().feed).toBe(undefined);
  await tell([mark({ feed: 'events' })]);
  expect(mirror.status().feed).toBe('events');
  await tell([mark({ feed: 'listings alone' })]);
  expect(mirror.status().feed).toBe('listings alone');
});

test('a mark that is told again promises nothing beyond what it promised first', async () => {
  const opened = await openTestMirror();
  onTestFinished(() => opened.stop());
  const { mirror, tell } = opened;
  await tell(listing(listed('ann@example.org')));
  await tell([mark({ nextMs: MINUTE, toldMs: MINUTE })]);
  expect(mirror.status().isInStep).toBe(true);
  await tell([mark({ nextMs: MINUTE, toldMs: 3 * MINUTE })]);
  expect(mirror.status().isInStep).toBe(false);
});
