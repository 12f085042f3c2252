import { expect, test } from 'vitest';
import { findLoss } from '../../../src/directory/people/loss.ts';
import { gather } from '../file/gather.ts';

const accounts = (...names: string[]): string =>
  `accounts: [${names.map((name) => `{ address: ${name}@example.org }`).join(', ')}]\n`;
const groups = (...names: string[]): string =>
  `groups: [${names.map((name) => `{ address: ${name}@example.org, members: [] }`).join(', ')}]\n`;

test.each([
  [0.5, accounts('a', 'b'), accounts('a'), undefined],
  [0.5, accounts('a', 'b', 'c'), accounts('c'), '2 of 3 accounts'],
  [0.5, accounts('a'), accounts(), '1 of 1 accounts'],
  [0.5, accounts('a'), '', '1 of 1 accounts'],
  [0.5, accounts('a', 'b'), accounts('c', 'd', 'e', 'f'), '2 of 2 accounts'],
  [0.5, accounts('a') + groups('t', 'u', 'v'), accounts('a'), '3 of 3 groups'],
  [0.5, accounts('a') + groups('t'), '', '1 of 1 accounts and 1 of 1 groups'],
  [0.5, accounts('a'), groups('a'), undefined],
  [0.5, accounts('a'), 'open: [example.org]', undefined],
  [
    0.5,
    accounts('a'),
    'accounts: [{ address: b@example.org, aliases: [a@example.org] }]',
    undefined,
  ],
  [0.5, 'open: [example.org]', '', undefined],
  [0, accounts('a', 'b', 'c'), accounts('a', 'b'), '1 of 3 accounts'],
  [0, accounts('a'), accounts('a', 'b'), undefined],
  [1, accounts('a', 'b'), '', undefined],
])('a guard of %j judges the step from %j to %j: %j', async (guard, before, after, loss) => {
  expect(findLoss(await gather(before), await gather(after), guard)).toBe(loss);
});

test.each([
  ['', 'everybody (it is empty)'],
  ['accounts: []', 'everybody (it is empty)'],
  ['tables: { t: {} }', undefined],
  ['open: [example.org]', undefined],
  ['domains: [example.org]', undefined],
  [accounts('a'), undefined],
])('at the start %j loses %j', async (text, loss) => {
  expect(findLoss(undefined, await gather(text), 0.5)).toBe(loss);
});
