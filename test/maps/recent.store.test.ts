import { expect, test } from 'vitest';
import { NO_PLACE } from '../../src/lookup/changes.ts';
import { createRecentReplies, type RecentReplies } from '../../src/maps/recent.ts';
import { MAX_REQUEST_BYTES } from '../../src/maps/requests.ts';

const context = { arrivedAt: 0, deadline: 200 };
const repeat = { status: 'OK', goodUntil: 10, place: NO_PLACE, countAgain: () => {} } as const;
const recall = (replies: RecentReplies, request: string, arrivedAt = 0): string | undefined => {
  // In the midst of others' bytes, as in a read.
  const bytes = Buffer.from(`1:x,${request},`);
  return replies.recall(bytes, 4, bytes.length - 1, { ...context, arrivedAt });
};

test('replies that are too many push each other out, and none is given for another', () => {
  const replies = createRecentReplies(64);
  const names = Array.from({ length: 1000 }, (_, i) => `people p${i}@x.org`);
  for (const name of names) replies.keep(name, `frame of ${name}`, repeat, context);
  const known = names.filter((name) => recall(replies, name) !== undefined);
  expect(known.length).toBeGreaterThan(0);
  expect(known.length).toBeLessThanOrEqual(64);
  expect(known.map((name) => recall(replies, name))).toEqual(
    known.map((name) => `frame of ${name}`),
  );
});

test('a reply takes the place of the one before to the same request, whose time is over', () => {
  const replies = createRecentReplies(8);
  replies.keep('people ann@x.org', 'before', repeat, context);
  expect(recall(replies, 'people ann@x.org', 10)).toBeUndefined();
  replies.keep(
    'people ann@x.org',
    'after',
    { ...repeat, goodUntil: 20 },
    { ...context, arrivedAt: 10 },
  );
  expect(recall(replies, 'people ann@x.org', 10)).toBe('after');
});

test('a request is known by its bytes: text of several bytes, and the longest that is kept', () => {
  const replies = createRecentReplies(64);
  const longest = `people ${'a'.repeat(MAX_REQUEST_BYTES - 7)}`;
  for (const request of ['people jürgen@x.org', longest, `${longest}a`, 'people \ufffd@x.org'])
    replies.keep(request, request, repeat, context);
  expect(recall(replies, 'people jürgen@x.org')).toBe('people jürgen@x.org');
  expect(recall(replies, longest)).toBe(longest);
  expect(recall(replies, `${longest}a`)).toBeUndefined();
  expect(recall(replies, longest.slice(0, -1))).toBeUndefined();
  const broken = Buffer.concat([
    Buffer.from('people '),
    Buffer.from([0xff]),
    Buffer.from('@x.org'),
  ]);
  expect(replies.recall(broken, 0, broken.length, context)).toBeUndefined();
});

test('each reply that goes out again is counted as it was counted first', () => {
  const replies = createRecentReplies(64);
  const counted: string[] = [];
  for (const name of ['a', 'b', 'c'])
    replies.keep(name, name, { ...repeat, countAgain: () => void counted.push(name) }, context);
  for (const name of ['b', 'a', 'c', 'b']) recall(replies, name);
  expect(counted).toEqual(['b', 'a', 'c', 'b']);
});
