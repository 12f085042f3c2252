import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Entry } from '../../src/directory/directory.ts';
import { type Outcome, unknown } from '../../src/lookup/outcome.ts';
import { exactly } from '../../src/maps/candidates.ts';
import { type Comparison, compareMatches } from '../../src/maps/compare.ts';
import type { Kind, MapWorld } from '../../src/maps/kind.ts';
import { account, group } from '../support/scripted.ts';
import { askFor, DOMAIN, KINDS, outcomeOf, worldOf } from './shadows.ts';

/** What each kind of map makes of two outcomes for `text`. */
function compare(
  text: string,
  one: Outcome<Entry>,
  other: Outcome<Entry>,
  rules: Partial<MapWorld['rules']> = {},
): Readonly<Record<keyof typeof KINDS, Comparison>> {
  const asked = askFor(text);
  const candidate = exactly(asked, DOMAIN);
  const by = (kind: Kind): Comparison =>
    compareMatches(
      { outcome: one, candidate },
      { outcome: other, candidate },
      kind,
      asked,
      worldOf(rules),
    );
  return {
    mailboxes: by(KINDS.mailboxes),
    aliases: by(KINDS.aliases),
    senders: by(KINDS.senders),
    recipients: by(KINDS.recipients),
  };
}

const all = (comparison: Comparison) => ({
  mailboxes: comparison,
  aliases: comparison,
  senders: comparison,
  recipients: comparison,
});

const ANN = account('ann@x.org', { logins: ['ann', 'anna'] });

test.each<[string, readonly Entry[], readonly Entry[], object]>([
  ['nobody in both', [], [], all('same')],
  ['somebody whom the shadow does not have', [ANN], [], all('missing')],
  ['somebody whom only the shadow has', [], [ANN], all('extra')],
  [
    'another id, and another order of logins, in letters of another case',
    [ANN],
    [account('ann@x.org', { id: '7', logins: ['Anna', 'ANN'] })],
    all('same'),
  ],
  [
    'other logins',
    [ANN],
    [account('ann@x.org', { logins: ['ann'] })],
    { ...all('same'), senders: 'logins' },
  ],
  [
    'an alias in place of an account',
    [ANN],
    [account('annette@x.org', { aliases: ['ann@x.org'], logins: ['ann', 'anna'] })],
    { ...all('same'), mailboxes: 'missing', aliases: 'address' },
  ],
  [
    'somebody disabled in place of somebody who takes mail',
    [ANN],
    [account('ann@x.org', { enabled: false })],
    { mailboxes: 'missing', aliases: 'same', senders: 'logins', recipients: 'missing' },
  ],
])('compares %s', (_, one, other, expected) => {
  expect(compare('ann@x.org', outcomeOf(one), outcomeOf(other))).toEqual(expected);
});

test('compares members as a set', () => {
  const team = group('team@x.org', ['ann@x.org', 'bob@x.org']);
  const turned = group('team@x.org', ['bob@x.org', 'ann@x.org']);
  const less = group('team@x.org', ['ann@x.org']);
  const by = (other: Entry) => compare('team@x.org', outcomeOf([team]), outcomeOf([other])).aliases;
  expect([by(turned), by(less)]).toEqual(['same', 'members']);
});

test('where disabled accounts defer mail, that is a difference of its own', () => {
  const off = account('ann@x.org', { logins: ['ann', 'anna'], enabled: false });
  const { mailboxes: told } = compare('ann@x.org', outcomeOf([ANN]), outcomeOf([off]), {
    disabled: 'defer',
  });
  expect(told).toBe('disabled');
});

test.each<[string, Outcome<Entry>]>([
  ['a fault', unknown('timeout', 'next', 'no answer')],
  ['a stale entry', { ...found([ANN]), stale: unknown('timeout', 'next', 'no answer') }],
])('%s on either side is no difference', (_, doubtful) => {
  expect(compare('ann@x.org', found([ANN]), doubtful)).toEqual(all('unknown'));
  expect(compare('ann@x.org', doubtful, outcomeOf([]))).toEqual(all('unknown'));
});

function found(value: readonly Entry[]): Extract<Outcome<Entry>, { status: 'found' }> {
  return { status: 'found', value };
}

test('whoever is the same in both directories never differs, whatever they hold', () => {
  const names = fc.constantFrom('ann@x.org', 'bob@x.org', 'team@x.org', 'off@x.org');
  const entry = fc
    .record({ kind: fc.constantFrom('account', 'group'), address: names, enabled: fc.boolean() })
    .chain((base) =>
      fc.record({
        base: fc.constant(base),
        aliases: fc.uniqueArray(names),
        logins: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')),
        members: fc.uniqueArray(names),
      }),
    )
    .map(({ base: { kind, address, enabled }, aliases: more, logins, members }): Entry => {
      const rest = { aliases: more, logins, enabled };
      return kind === 'account' ? account(address, rest) : { ...group(address, members), ...rest };
    });
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 3 }), names, (entries, text) => {
      const turned = entries.map((each, i) => ({
        ...each,
        id: `other-${i}`,
        logins: each.logins.toReversed(),
        members: each.members.toReversed(),
      }));
      expect(compare(text, outcomeOf(entries), outcomeOf(turned))).toEqual(all('same'));
    }),
  );
});
