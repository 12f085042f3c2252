import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAddress } from '../../src/address/address.ts';
import type { Entry } from '../../src/directory/directory.ts';
import { none } from '../../src/directory/finding.ts';
import { silentLog } from '../../src/log.ts';
import { type Outcome, unknown } from '../../src/lookup/outcome.ts';
import type { Source } from '../../src/lookup/path.ts';
import { aliases } from '../../src/maps/aliases.ts';
import { CANDIDATE_KINDS, exactly } from '../../src/maps/candidates.ts';
import { type Comparison, compareMatches } from '../../src/maps/compare.ts';
import { createDifferences, MOST_DIFFERENCES } from '../../src/maps/differences.ts';
import { buildDomains, type Domain } from '../../src/maps/domains.ts';
import { createDomainSet } from '../../src/maps/domainset.ts';
import type { Asked, Kind, MapWorld } from '../../src/maps/kind.ts';
import { mailboxes } from '../../src/maps/mailboxes.ts';
import { recipients } from '../../src/maps/recipients.ts';
import { senders } from '../../src/maps/senders.ts';
import { AGAIN_MS, AT_ONCE, createShadowing, MOST_WAITING } from '../../src/maps/shadowing.ts';
import { parseTemplate } from '../../src/maps/template.ts';
import { account, group } from '../support/scripted.ts';
import { RULES } from '../support/world.ts';

const KINDS = {
  mailboxes: mailboxes(parseTemplate('%s')),
  aliases: aliases(),
  senders,
  recipients,
};
const DOMAIN: Domain = { name: 'x.org', sources: [], roles: new Map() };

const worldOf = (rules: Partial<MapWorld['rules']> = {}): MapWorld => ({
  domains: createDomainSet(new Map([['x.org', DOMAIN]]), []),
  rules: { ...RULES, ...rules },
});

function askFor(text: string): Asked {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return { ...address, key: text };
}

const outcomeOf = (entries: readonly Entry[]): Outcome<Entry> =>
  entries.length === 0 ? none('content', 'it is not there') : { status: 'found', value: entries };

/** What each kind of map makes of two outcomes for `text`. */
function compare(
  text: string,
  one: Outcome<Entry>,
  other: Outcome<Entry>,
  rules: Partial<MapWorld['rules']> = {},
): Readonly<Record<Kind['name'], Comparison>> {
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

/** Shadowing over a shadow that answers when it is told to. */
function shadowed() {
  let now = 0;
  const clock = { now: () => now };
  const waiting: (() => void)[] = [];
  const asked: string[] = [];
  const source: Source<Entry> = {
    lookup: (key) => {
      asked.push(key);
      return new Promise((resolve) => waiting.push(() => resolve(outcomeOf([]))));
    },
    recall: () => undefined,
  };
  const lines: object[] = [];
  const log = { ...silentLog, info: (fields: object) => void lines.push(fields) };
  const differences = createDifferences({ clock, log, showAddress: () => 'hidden' });
  const shadowing = createShadowing({ differences, clock, log });
  const domain = { ...DOMAIN, sources: [source] };
  const note = (text: string, kind: Kind = KINDS.mailboxes): void =>
    shadowing.note({
      shadow: { of: 'staff', by: 'next', domain },
      match: { outcome: outcomeOf([account(text)]), candidate: exactly(askFor(text), DOMAIN) },
      asked: askFor(text),
      kind,
      kinds: new Set(CANDIDATE_KINDS),
      world: worldOf(),
    });
  /** Lets all that can go on. */
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await turn();
  };
  const answer = async (): Promise<void> => {
    await settle();
    while (waiting.length > 0) {
      for (const tell of waiting.splice(0)) tell();
      await settle();
    }
  };
  const pass = (ms: number): void => void (now += ms);
  return { note, answer, settle, pass, asked, lines, differences };
}

test('nothing is asked before whoever waits has an answer, and so many at once', async () => {
  const { note, settle, answer, asked } = shadowed();
  for (let i = 0; i < 10; i++) note(`n${i}@x.org`);
  expect(asked).toEqual([]);
  await settle();
  expect(asked).toHaveLength(AT_ONCE);
  await answer();
  expect(asked).toHaveLength(10);
});

test('what a shadow that hangs has no room for is dropped, and counted', async () => {
  const { note, settle, differences, asked } = shadowed();
  for (let i = 0; i < MOST_WAITING + 7; i++) note(`n${i}@x.org`);
  await settle();
  const [figure] = differences.figures();
  expect([figure?.dropped, asked.length]).toEqual([7, AT_ONCE]);
});

test('an address that is asked again and again is compared once a while, by each kind of map', async () => {
  const { note, answer, asked, pass } = shadowed();
  for (let i = 0; i < 5; i++) note('ann@x.org');
  note('ann@x.org', KINDS.senders);
  await answer();
  expect(asked).toHaveLength(2);
  pass(AGAIN_MS);
  note('ann@x.org');
  await answer();
  expect(asked).toHaveLength(3);
});

test('the last differences are listed, a line of the log for all of a minute, and addresses as the log shows them', async () => {
  const { note, answer, differences, lines } = shadowed();
  for (let i = 0; i < MOST_DIFFERENCES + 5; i++) note(`n${i}@x.org`);
  await answer();
  const list = differences.list();
  expect([list.length, list[0]?.address, list[0]?.difference]).toEqual([
    MOST_DIFFERENCES,
    `n${MOST_DIFFERENCES + 4}@x.org`,
    'missing',
  ]);
  expect(lines).toEqual([expect.objectContaining({ address: 'hidden', difference: 'missing' })]);
});

test('whoever is the same by now is listed no more', () => {
  const { differences } = shadowed();
  const figure = differences.figureOf('staff', 'next');
  differences.note(figure, 'senders', 'ann@x.org', 'logins');
  differences.note(figure, 'senders', 'ann@x.org', 'unknown');
  expect(differences.list()).toHaveLength(1);
  differences.note(figure, 'senders', 'ann@x.org', 'same');
  expect(differences.list()).toEqual([]);
  expect(figure).toMatchObject({ same: 1, unknown: 1, differences: { logins: 1, missing: 0 } });
});

test('a domain whose people are those of another has its shadow', () => {
  const of: Source<Entry> = { lookup: () => outcomeOf([]), recall: () => undefined };
  const built = buildDomains(
    new Map([
      ['x.org', { directories: ['staff', 'more'], roles: {}, shadow: 'next' }],
      ['x.net', { directories: [], roles: {}, aliasOf: 'x.org' }],
      ['x.com', { directories: ['staff'], roles: {}, aliasOf: 'x.org' }],
    ]),
    () => of,
    () => of,
  );
  const shadow = built.get('x.org')?.shadow;
  expect(shadow).toMatchObject({ of: 'staff,more', by: 'next', domain: { sources: [of] } });
  expect(built.get('x.net')?.shadow?.domain).toMatchObject({
    sources: [],
    aliasOf: shadow?.domain,
  });
  expect(built.get('x.com')?.shadow).toBeUndefined();
});
