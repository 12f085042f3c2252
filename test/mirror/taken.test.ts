import { afterEach, describe, expect, test } from 'vitest';
import type { Entry } from '../../src/directory/directory.ts';
import { none } from '../../src/directory/finding.ts';
import type { Outcome } from '../../src/lookup/outcome.ts';
import type { Confirm } from '../../src/mirror/feed/confirm.ts';
import {
  listed,
  listing,
  MINUTE,
  type MirrorUnderTest,
  mark,
  openTestMirror,
  put,
} from './world.ts';

const ANN = 'ann@example.org';
const BOSS = 'boss@example.org';
const HEAD = 'head@example.org';
const STAFF = Array.from({ length: 12 }, (_, i) => listed(`p${i}@example.org`));
const NONE = none('connection', 'nobody');
const found = (entry: Entry): Outcome<Entry> => ({ status: 'found', value: [entry] });

let opened: MirrorUnderTest | undefined;
afterEach(async () => opened?.stop());

/** What a directory says of whoever is in it. */
const confirmBy =
  (...people: readonly Entry[]): Confirm =>
  async ({ id, address }) => {
    const all = people.filter((each) => each.address === address || each.aliases.includes(address));
    return all.find((each) => each.id === id) ?? (all.length === 0 ? 'gone' : 'another');
  };

/** One that was told of Ann, who has two aliases. */
const openKnown = async (confirm: Confirm): Promise<MirrorUnderTest> => {
  opened = await openTestMirror({ settings: { whenAbsent: 'deny' }, confirm });
  await opened.tell(listing(listed(ANN, { id: 'old', aliases: [BOSS, HEAD] }), ...STAFF));
  return opened;
};

const graceIsOver = async ({ pass, tell }: MirrorUnderTest): Promise<void> => {
  await pass(16 * MINUTE);
  await tell([mark()]);
  await pass(0);
};

/** Bob, whom no feed has told of, has an alias of Ann's now. */
const bob = listed('bob@example.org', { aliases: [BOSS] });

describe('an address that somebody has whom the feed has not told of', () => {
  test('is asked for where its holder is gone, and another one was made in their place', async () => {
    const anew = listed(ANN, { id: 'new' });
    const known = await openKnown(confirmBy(anew, bob));
    await known.tell([put(anew), mark()]);
    expect(await known.ask(BOSS, found(bob))).toMatchObject({ status: 'found', asked: true });
    await graceIsOver(known);
    expect(await known.ask(BOSS, found(bob))).toMatchObject({ status: 'found', asked: true });
    expect(await known.ask(BOSS, NONE)).toMatchObject({ status: 'unknown' });
  });

  test('is asked for where a listing left out the one who had it, and who is there', async () => {
    const now = listed(ANN, { id: 'old' });
    const known = await openKnown(confirmBy(now, bob));
    await known.tell(listing(...STAFF));
    expect(await known.ask(ANN)).toMatchObject({ status: 'found', asked: false });
    await graceIsOver(known);
    expect(await known.ask(BOSS, found(bob))).toMatchObject({ status: 'found', asked: true });
    expect(await known.ask(HEAD)).toMatchObject({ status: 'none', asked: false });
  });

  test('is asked for where a rival is as the directory shows them, without it', async () => {
    const anew = listed(ANN, { id: 'new' });
    const now = listed(HEAD, { id: 'old' });
    const known = await openKnown(confirmBy(anew, bob, now));
    await known.tell([put(anew), mark()]);
    await graceIsOver(known);
    expect(await known.ask(HEAD)).toMatchObject({ status: 'found', value: [{ id: 'old' }] });
    expect(await known.ask(BOSS, found(bob))).toMatchObject({ status: 'found', asked: true });
  });
});
