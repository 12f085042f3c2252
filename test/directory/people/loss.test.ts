import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findLoss } from '../../../src/directory/people/loss.ts';
import { measure, readMeasure } from '../../../src/directory/people/measure.ts';
import { gather } from '../file/gather.ts';

const accounts = (...names: string[]): string =>
  `accounts: [${names.map((name) => `{ address: ${name}@example.org }`).join(', ')}]\n`;
const groups = (...names: string[]): string =>
  `groups: [${names.map((name) => `{ address: ${name}@example.org, members: [] }`).join(', ')}]\n`;
const crowd = (from: number, to: number): string =>
  accounts(...Array.from({ length: to - from }, (_, i) => `u${from + i}`));
const aliases = (count: number): string =>
  `accounts: [{ address: a@example.org, aliases: [${Array.from({ length: count }, (_, i) => `x${i}@example.org`).join(', ')}] }]`;
const disabled = (count: number): string =>
  `accounts: [${Array.from({ length: 20 }, (_, i) => `{ address: u${i}@example.org, enabled: ${i >= count} }`).join(', ')}]`;
const domains = (count: number): string =>
  `domains: [${Array.from({ length: count }, (_, i) => `d${i}.example`).join(', ')}]`;
const members = (count: number): string =>
  `${accounts('a')}groups: [{ address: t@example.org, members: [${Array.from({ length: count }, (_, i) => `m${i}@example.net`).join(', ')}] }]`;
const rows = (count: number): string =>
  `tables: { t: { ${Array.from({ length: count }, (_, i) => `k${i}: v`).join(', ')} } }`;

const STEPS = [
  // What is more than half is never little.
  [0.1, accounts('a', 'b'), accounts('a'), undefined],
  [0.1, accounts('a', 'b', 'c'), accounts('c'), '2 of 3 accounts'],
  [0.1, accounts('a'), accounts(), '1 of 1 accounts'],
  [0.1, accounts('a'), '', '1 of 1 accounts'],
  [0.1, accounts('a', 'b'), accounts('c', 'd', 'e', 'f'), '2 of 2 accounts'],
  [0.1, accounts('a') + groups('t', 'u', 'v'), accounts('a'), '3 of 3 groups'],
  [0.1, accounts('a') + groups('t'), '', '1 of 1 accounts and 1 of 1 groups'],
  // Up to half, five are few.
  [0.1, crowd(0, 10), crowd(5, 10), undefined],
  [0.1, crowd(0, 20), crowd(5, 20), undefined],
  [0.1, crowd(0, 20), crowd(6, 20), '6 of 20 accounts'],
  [0.1, crowd(0, 100), crowd(10, 100), undefined],
  [0.1, crowd(0, 100), crowd(11, 100), '11 of 100 accounts'],
  [0.5, crowd(0, 100), crowd(50, 100), undefined],
  // Each kind for itself.
  [0.1, aliases(20), aliases(14), '6 of 20 aliases'],
  [0.1, members(20), members(14), "6 of 20 groups' members"],
  [0.1, members(20), members(15), undefined],
  [0.1, domains(20), domains(14), '6 of 20 domains'],
  [0.1, rows(20), rows(14), "6 of 20 tables' rows"],
  [0.1, rows(1), 'tables: { t: {} }', "1 of 1 tables' rows"],
  [0.1, 'open: [example.org]', '', '1 of 1 domains'],
  // Whoever is disabled is refused as well; whoever was takes nothing along.
  [0.1, disabled(0), disabled(6), '6 of 20 accounts'],
  [0.1, disabled(20), '', undefined],
  // Held by somebody else.
  [0.1, accounts('a'), groups('a'), undefined],
  [
    0.1,
    accounts('a'),
    'accounts: [{ address: b@example.org, aliases: [a@example.org] }]',
    undefined,
  ],
  [0, accounts('a', 'b', 'c'), accounts('a', 'b'), '1 of 3 accounts'],
  [0, accounts('a'), accounts('a', 'b'), undefined],
  [1, accounts('a', 'b'), '', undefined],
] as const;

const tell = (guard: number, loss: string | undefined): string | undefined =>
  loss && `${loss} (the guard allows ${guard * 100} %)`;

test.each(STEPS)(
  'a guard of %j judges the step from %j to %j: %j',
  async (guard, before, after, loss) => {
    const extents = (await gather(before)).extents;
    expect(findLoss(extents, (await gather(after)).extents, guard)).toBe(tell(guard, loss));
  },
);

test.each(STEPS)(
  'after a restart, too, a guard of %j judges the step from %j to %j: %j',
  async (guard, before, after, loss) => {
    const kept: unknown = JSON.parse(JSON.stringify(measure((await gather(before)).extents)));
    const known = readMeasure(kept);
    expect(known && findLoss(known, (await gather(after)).extents, guard)).toBe(tell(guard, loss));
  },
);

test('a group that is lost itself loses no members besides', async () => {
  const { extents } = await gather(members(20));
  expect(findLoss(extents, (await gather(accounts('a'))).extents, 0.1)).toBe(
    '1 of 1 groups (the guard allows 10 %)',
  );
});

test('an account at a domain that is open now is not lost', async () => {
  const { extents } = await gather(accounts('a'));
  expect(findLoss(extents, (await gather('open: [example.org]')).extents, 0.1)).toBeUndefined();
});

test('of many a sample is kept, small whatever there is, that tells the loss to a few in a hundred', async () => {
  const many = (from: number): string =>
    JSON.stringify({
      accounts: Array.from({ length: 20_000 - from }, (_, i) => ({
        address: `u${from + i}@example.org`,
      })),
    });
  const all = (await gather(many(0))).extents;
  const kept = measure(all);
  expect(JSON.stringify(kept).length).toBeLessThan(6000);
  expect(findLoss(kept, all, 0)).toBeUndefined();
  const half = findLoss(kept, (await gather(many(10_000))).extents, 0.1) ?? '';
  const [, lost = ''] = /^about (\d+) of 20000 accounts/.exec(half) ?? [];
  expect(Number(lost)).toBeGreaterThan(8000);
  expect(Number(lost)).toBeLessThan(12_000);
});

test('what is kept names nobody', async () => {
  const kept = JSON.stringify(measure((await gather(crowd(0, 5))).extents));
  expect(kept).not.toMatch(/u\d@|example/);
});

test('nothing can be told of what is no measure, and it is never an error', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const known = readMeasure(value);
      return known === undefined || typeof known.key === 'string';
    }),
  );
  expect(
    readMeasure({ key: 'k', kinds: { accounts: { count: 'many' } } })?.kinds.accounts.count,
  ).toBe(0);
});
