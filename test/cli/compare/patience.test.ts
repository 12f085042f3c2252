import { expect, test } from 'vitest';
import { askAll, withPatience } from '../../../src/cli/compare/patience.ts';
import { type Answer, NOTFOUND } from '../../../src/maps/answer.ts';

const OVERLOAD: Answer = { status: 'TEMP', reason: 'idpmap overload people 0a1b2c' };

test('asks a server that has too much to do again, and takes what it says then', async () => {
  let asked = 0;
  const ask = withPatience(async () => (++asked < 3 ? OVERLOAD : NOTFOUND), [0, 0]);
  expect([await ask('ann@example.org'), asked]).toEqual([NOTFOUND, 3]);
});

test('gives up in the end', async () => {
  let asked = 0;
  const ask = withPatience(async () => (++asked < 9 ? OVERLOAD : NOTFOUND), [0, 0]);
  expect([await ask('ann@example.org'), asked]).toEqual([OVERLOAD, 3]);
});

test('does not ask again where a directory fails', async () => {
  const failing: Answer = { status: 'TEMP', reason: 'idpmap directory people 0a1b2c' };
  let asked = 0;
  const ask = withPatience(async () => (++asked < 2 ? failing : NOTFOUND), [0, 0]);
  expect(await ask('ann@example.org')).toEqual(failing);
});

test('asks few at a time, and for all', async () => {
  const keys = Array.from({ length: 100 }, (_, i) => `${i}`);
  let [open, most] = [0, 0];
  const answers = await askAll(keys, async (key) => {
    most = Math.max(most, ++open);
    await Promise.resolve();
    open -= 1;
    return { status: 'OK', data: key };
  });
  expect(most).toBe(4);
  expect(keys.every((key) => answers.get(key)?.status === 'OK')).toBe(true);
});
