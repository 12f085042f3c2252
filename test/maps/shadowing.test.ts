import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Entry } from '../../src/directory/directory.ts';
import { silentLog } from '../../src/log.ts';
import type { Source } from '../../src/lookup/path.ts';
import { CANDIDATE_KINDS, exactly } from '../../src/maps/candidates.ts';
import { createDifferences, MOST_DIFFERENCES } from '../../src/maps/differences.ts';
import { buildDomains } from '../../src/maps/domains.ts';
import type { Kind } from '../../src/maps/kind.ts';
import { AGAIN_MS, AT_ONCE, createShadowing, MOST_WAITING } from '../../src/maps/shadowing.ts';
import { account } from '../support/scripted.ts';
import { askFor, DOMAIN, KINDS, outcomeOf, worldOf } from './shadows.ts';

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
