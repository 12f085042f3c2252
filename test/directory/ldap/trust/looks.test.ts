import { expect, test } from 'vitest';
import { Fault } from '../../../../src/directory/directory.ts';
import { createLooks } from '../../../../src/directory/ldap/trust/looks.ts';
import type { Sight } from '../../../../src/directory/ldap/trust/sight.ts';

const SIGHT: Sight = {
  owner: {
    name: 'account',
    settings: 'accounts.filter',
    base: 'dc=example',
    scope: 'sub',
    among: () => undefined,
  },
  attribute: 'mail',
  by: 'look',
  valuesOf: () => [],
};
const { signal } = new AbortController();

test('whoever comes while another looks goes on when it has looked', async () => {
  const looks = createLooks(() => 0);
  const { promise, resolve } = Promise.withResolvers<void>();
  const order: string[] = [];
  const first = looks.noting(SIGHT, () => promise, signal).then(() => order.push('first'));
  expect(looks.isDue(SIGHT)).toBe(true);
  const second = looks
    .noting(SIGHT, () => Promise.reject(new Error('looked twice')), signal)
    .then(() => order.push('second'));
  await Promise.resolve();
  order.push('looked');
  resolve();
  await Promise.all([first, second]);
  expect(order).toEqual(['looked', 'first', 'second']);
  expect(looks.isDue(SIGHT)).toBe(false);
});

test('looks itself where the other one failed', async () => {
  const looks = createLooks(() => 0);
  const first = looks.noting(SIGHT, () => Promise.reject(new Fault('timeout', 'slow')), signal);
  let looked = 0;
  const second = looks.noting(SIGHT, async () => void (looked += 1), signal);
  await expect(first).rejects.toThrow('slow');
  await second;
  expect(looked).toBe(1);
});

test('does not look for who has been given up while waiting', async () => {
  const looks = createLooks(() => 0);
  const { promise, resolve } = Promise.withResolvers<void>();
  const controller = new AbortController();
  const first = looks.noting(SIGHT, () => promise, signal);
  const second = looks.noting(SIGHT, () => promise, controller.signal);
  controller.abort(new Error('given up'));
  resolve();
  await first;
  await expect(second).rejects.toThrow('given up');
});

test('tries three times at once, and then now and then, without a failure', async () => {
  let now = 0;
  const looks = createLooks(() => now);
  const fail = () => Promise.reject(new Fault('timeout', 'slow'));
  for (let i = 0; i < 3; i++)
    await expect(looks.noting(SIGHT, fail, signal)).rejects.toThrow('slow');
  expect(looks.isDue(SIGHT)).toBe(false);
  now = 10 * 60_000;
  expect(looks.isDue(SIGHT)).toBe(true);
  await looks.noting(SIGHT, fail, signal);
  expect(looks.isDue(SIGHT)).toBe(false);
});

test('passes on a doubt, and looks again', async () => {
  const looks = createLooks(() => 0);
  const doubt = () => Promise.reject(new Fault('doubt', 'hidden'));
  for (let i = 0; i < 5; i++)
    await expect(looks.noting(SIGHT, doubt, signal)).rejects.toThrow('hidden');
});
