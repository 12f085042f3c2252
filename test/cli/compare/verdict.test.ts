import { expect, test } from 'vitest';
import type { MapKind } from '../../../src/cli/compare/options.ts';
import { compareAnswers } from '../../../src/cli/compare/verdict.ts';
import { type Answer, NOTFOUND } from '../../../src/maps/answer.ts';

const compare = (kind: MapKind, old: Answer, ours: Answer) =>
  compareAnswers('ann@x.org', old, ours, {
    kind,
    keys: 'recipient',
    delimiters: '+',
    propagateExtension: 'yes',
  });
const ok = (data: string): Answer => ({ status: 'OK', data });
const TEMP: Answer = { status: 'TEMP', reason: 'why' };

test.each<[string, MapKind, Answer, Answer, string, RegExp]>([
  [
    'somebody who is nobody',
    'mailboxes',
    ok('x'),
    NOTFOUND,
    'refused',
    /^would be refused \(550\)$/,
  ],
  ['nobody who is somebody', 'recipients', NOTFOUND, ok('x'), 'taken', /^would be taken$/],
  ['what only has to be there', 'mailboxes', ok('ann/'), ok('ann@x.org'), 'same', /same/],
  ['nobody', 'aliases', NOTFOUND, NOTFOUND, 'same', /same/],
  ['a domain', 'domains', ok('x'), NOTFOUND, 'refused', /554/],
  ['an alias less', 'aliases', ok('b@x.org'), NOTFOUND, 'refused', /it goes to b@x\.org$/],
  ['an alias more', 'aliases', NOTFOUND, ok('b@x.org'), 'taken', /go to b@x\.org$/],
  ['an alias to itself', 'aliases', ok('Ann@x.org'), NOTFOUND, 'alike', /itself/],
  ['the order', 'aliases', ok('a@x.org, B@x.org'), ok('b@x.org,a@x.org'), 'alike', /order/],
  [
    'the extension',
    'aliases',
    ok('b+n@x.org'),
    ok('b@x.org'),
    'alike',
    /extension: b@x\.org, until now b\+n@x\.org$/,
  ],
  [
    'a comma in quotes',
    'aliases',
    ok('"a,b"@x.org'),
    ok('"b,a"@x.org'),
    'otherwise',
    /^"a,b"@x\.org would not get it any more; "b,a"@x\.org would get it$/,
  ],
  [
    'one more',
    'aliases',
    ok('a@x.org'),
    ok('b@x.org,a@x.org'),
    'otherwise',
    /^b@x\.org would get it$/,
  ],
  ['one less', 'senders', ok('a,b'), ok('a'), 'otherwise', /^b would not send as it any more$/],
  [
    'another text',
    'table',
    ok('REJECT a+b'),
    ok('REJECT a'),
    'otherwise',
    /^would be REJECT a, and is REJECT a\+b until now$/,
  ],
  ['doubt of ours', 'mailboxes', NOTFOUND, TEMP, 'deferred', /451.*why/],
  ['doubt of old', 'mailboxes', TEMP, ok('x'), 'failed', /why/],
])('tells of %s what mail would notice', (_, kind, old, ours, effect, text) => {
  expect(compare(kind, old, ours)).toEqual({ effect, text: expect.stringMatching(text) });
});
