import { expect, test } from 'vitest';
import type { Entry } from '../../../src/directory/directory.ts';
import { cleanEntry } from '../../../src/directory/people/clean.ts';
import {
  believeAbsent,
  mailAddress,
  ownAddress,
  remarkSpellings,
} from '../../../src/directory/people/spelling.ts';
import { account } from '../../support/scripted.ts';
import { gather } from '../file/gather.ts';

test.each([
  ['Ann@X.org', { address: 'ann@x.org' }],
  ['Strauß@X.org', { address: 'strauss@x.org', spelling: 'strauß@x.org' }],
  [
    'νίκος@bücher.example',
    { address: 'νίκοσ@xn--bcher-kva.example', spelling: 'νίκος@xn--bcher-kva.example' },
  ],
  ['nothing', { address: 'nothing' }],
])('%s is compared and written so: %j', (text, own) => {
  expect(ownAddress(text)).toEqual(own);
  expect(mailAddress(ownAddress(text))).toBe('spelling' in own ? own.spelling : own.address);
});

const clean = (more: Partial<Entry>) => cleanEntry(account('ann@x.org', more), { dropped: 0 });

test('an entry keeps the letters of its address and of its members', () => {
  expect(clean({ address: 'Strauß@X.org', members: ['Weiß@x.org'] })).toMatchObject({
    address: 'strauss@x.org',
    spelling: 'strauß@x.org',
    members: ['weiß@x.org'],
  });
  expect(clean({ address: 'ann@x.org', spelling: 'Ann@x.org' })).not.toHaveProperty('spelling');
});

test.each([{ spelling: 'strauß@x.org, eve@x.org' }, { spelling: 'nothing' }])(
  'a spelling that is not exactly one address is none: %j',
  (more) => {
    expect(() => clean(more)).toThrow(/no usable address/);
  },
);

test('nobody is believed to be absent who may be stored in a spelling that was not asked', () => {
  expect(() => believeAbsent({ texts: ['ann@x.org'], areAll: true })).not.toThrow();
  expect(() => believeAbsent({ texts: ['sss@x.org'], areAll: false })).toThrow(
    expect.objectContaining({ kind: 'entry' }),
  );
});

test('addresses that Postfix takes for one, and those that it does not find, are told', () => {
  const told = remarkSpellings([
    'Ann@x.org',
    'ann@x.org',
    'Weiß@x.org',
    'weiss@x.org',
    '\u017fmith@x.org',
    '\u037e;@x.org',
    'γιώργος@x.org',
    'nothing',
  ]);
  expect(told).toEqual([
    { level: 'warning', text: expect.stringMatching(/\u037e;@x\.org.*;;@x\.org/) },
    { level: 'warning', text: expect.stringMatching(/Weiß@x\.org and weiss@x\.org/) },
  ]);
});

const TWO = `
accounts:
  - { address: weiß@x.org }
  - { address: weiss@x.org }
  - { address: Strauß@x.org }
groups:
  - { address: all@x.org, members: [STRAUSS@x.org, γιώργος@y.org] }
`;

test('two people of a file whose addresses fold to one are a doubt, which is told', async () => {
  const people = await gather(TWO);
  expect(() => people.find('weiss@x.org')).toThrow(expect.objectContaining({ kind: 'entry' }));
  expect([...people.doubts()]).toEqual([expect.stringContaining('weiß@x.org, weiss@x.org')]);
});

test('an account of a file logs in, and gets its mail, with the letters of the file', async () => {
  const people = await gather(TWO);
  expect(people.find('strauss@x.org')).toMatchObject([
    { id: 'strauß@x.org', spelling: 'strauß@x.org', logins: ['strauß@x.org'] },
  ]);
  expect(people.find('all@x.org')).toMatchObject([{ members: ['strauß@x.org', 'γιώργος@y.org'] }]);
});
