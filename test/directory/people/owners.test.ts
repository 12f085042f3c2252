import { expect, test } from 'vitest';
import { type Entry, Fault } from '../../../src/directory/directory.ts';
import { holders } from '../../../src/directory/people/owners.ts';

const account = (id: string, address: string, ...aliases: string[]): Entry => ({
  id,
  kind: 'account',
  address,
  aliases,
  logins: [],
  members: [],
  enabled: true,
});
const group = (id: string, address: string, ...aliases: string[]): Entry => ({
  ...account(id, address, ...aliases),
  kind: 'group',
});

const ANN = 'ann@example.org';
const one = account('1', ANN);
const two = account('2', 'bob@example.org', ANN);
const three = account('3', 'cid@example.org', ANN);
const left = { ...account('8', 'dan@example.org', ANN), enabled: false };
const leftToo = { ...account('9', 'eve@example.org', ANN), enabled: false };
const leftAnn = { ...account('10', ANN), enabled: false };
const team = group('4', ANN);
const crew = group('5', ANN);
const friends = group('6', 'friends@example.org', ANN);

test.each<[string, Entry[], Entry[]]>([
  ['nobody', [], []],
  ['an account by its address', [one], [one]],
  ['an account by its alias', [two], [two]],
  ['nobody who does not hold it', [account('7', 'änn@example.org')], []],
  ['an address before an alias', [two, one], [one]],
  ["a group's address before an account's alias", [two, team], [team]],
  ["an account's address before a group's alias", [friends, one], [one]],
  ['an account and a group of one address', [team, one], [one, team]],
  ['an account and a group of one alias', [friends, two], [two, friends]],
  ['the successor of somebody who left', [left, two], [two]],
  ['the successor of several who left', [left, two, leftToo], [two]],
  ['the successor, who has the address of somebody who left', [leftAnn, one], [one]],
  ['a group that has the address of somebody who left', [leftAnn, team], [team]],
  ['a group that has the alias of somebody who left', [left, friends], [friends]],
  ['somebody who left', [left], [left]],
  ['one of several who left', [left, leftToo], [left]],
  ["somebody who left by their own address before another's alias", [two, leftAnn], [leftAnn]],
  ['two groups', [team, crew], [team, crew]],
  [
    'two groups that have no ids of their own',
    [team, { ...crew, id: '4' }],
    [team, { ...crew, id: '4' }],
  ],
  ['one account that came twice', [two, { ...two }], [two]],
])('picks %s', (_, entries, held) => {
  expect(holders(entries, ANN, { sharedAliases: false })).toEqual(held);
});

test('two accounts with one alias share it where the directory says so', () => {
  expect(holders([two, three], ANN, { sharedAliases: true })).toEqual([two, three]);
});

test.each<[string, Entry[], boolean, string]>([
  [
    'two accounts with one alias',
    [two, three],
    false,
    'two accounts (ids 2, 3) hold this alias: leave it to one of them, or set sharedAliases',
  ],
  [
    'two accounts with one address',
    [one, account('9', ANN)],
    false,
    'two accounts (ids 1, 9) hold this address: leave it to one of them',
  ],
  [
    'two accounts with one address, though aliases are shared',
    [one, account('9', ANN)],
    true,
    'two accounts (ids 1, 9) hold this address: leave it to one of them',
  ],
  [
    'two accounts with the alias of somebody who left',
    [left, two, three],
    false,
    'two accounts (ids 2, 3) hold this alias: leave it to one of them, or set sharedAliases',
  ],
  [
    'more accounts than a line takes',
    ['a', 'b', 'c', 'd', 'e', 'f'].map((id) => account(id, ANN)),
    false,
    '6 accounts (ids a, b, c, d, e, …) hold this address: leave it to one of them',
  ],
])('is in doubt about %s', (_, entries, sharedAliases, reason) => {
  expect(() => holders(entries, ANN, { sharedAliases })).toThrow(new Fault('entry', reason));
});
