import { expect, test } from 'vitest';
import { Fault } from '../../src/directory/directory.ts';
import { consult } from '../../src/lookup/consult.ts';

const { signal } = new AbortController();
const ask = (answer: () => Promise<readonly string[]>) => consult(answer, 'd0')('key', signal);

test('values are found', async () => {
  expect(await ask(async () => ['a', 'b'])).toEqual({ status: 'found', value: ['a', 'b'] });
});

test('an empty list is none', async () => {
  expect(await ask(async () => [])).toEqual({ status: 'none' });
});

test.each([
  { what: 'a fault', thrown: new Fault('entry', 'ambiguous'), cause: 'entry', reason: 'ambiguous' },
  { what: 'an error', thrown: new Error('cut'), cause: 'directory', reason: 'cut' },
  { what: 'no error at all', thrown: 'cut', cause: 'directory', reason: 'cut' },
  { what: 'nothing', thrown: undefined, cause: 'directory', reason: 'undefined' },
])('$what thrown is unknown: $cause', async ({ thrown, cause, reason }) => {
  const outcome = await ask(() => Promise.reject(thrown));
  expect(outcome).toEqual({ status: 'unknown', cause, directory: 'd0', reason });
});

test('a throw before any promise is unknown as well', async () => {
  const throwing = (): never => {
    throw new Error('at once');
  };
  expect(await ask(throwing)).toMatchObject({ status: 'unknown', reason: 'at once' });
});

test('hands on the key and the signal', async () => {
  const seen: unknown[] = [];
  await consult(async (...given) => {
    seen.push(...given);
    return ['a'];
  }, 'd0')('ann@x.org', signal);
  expect(seen).toEqual(['ann@x.org', signal]);
});
