import { expect, test } from 'vitest';
import { Fault, type Finding } from '../../src/directory/directory.ts';
import { none } from '../../src/directory/finding.ts';
import { consult } from '../../src/lookup/consult.ts';

const { signal } = new AbortController();
const ask = (answer: () => Promise<Finding<string>>) => consult(answer, 'd0')('key', signal);

test('values are found', async () => {
  expect(await ask(async () => ({ status: 'found', value: ['a', 'b'] }))).toEqual({
    status: 'found',
    value: ['a', 'b'],
  });
});

test('a none brings its proof along', async () => {
  const finding = none('content', 'the whole list');
  expect(await ask(async () => finding)).toEqual(finding);
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

test('an old finding is found, and stale for its reason', async () => {
  const old = new Fault('directory', 'the feed is silent');
  expect(await ask(async () => ({ status: 'found', value: ['a'], old }))).toMatchObject({
    status: 'found',
    stale: { cause: 'directory', directory: 'd0', reason: 'the feed is silent' },
  });
});

test('hands on the key and the signal', async () => {
  const seen: unknown[] = [];
  await consult(async (...given) => {
    seen.push(...given);
    return { status: 'found', value: ['a'] };
  }, 'd0')('ann@x.org', signal);
  expect(seen).toEqual(['ann@x.org', { signal }]);
});
