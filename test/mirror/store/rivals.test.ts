import { afterEach, describe, expect, test } from 'vitest';
import type { Entry } from '../../../src/directory/directory.ts';
import type { Confirm } from '../../../src/mirror/feed/confirm.ts';
import {
  gone,
  listed,
  listing,
  type MirrorUnderTest,
  mark,
  openTestMirror,
  put,
  SETTINGS,
} from '../world.ts';

const ANN = 'ann@example.org';
const ALIAS = 'boss@example.org';
const STAFF = Array.from({ length: 12 }, (_, i) => listed(`p${i}@example.org`));

let opened: MirrorUnderTest | undefined;
afterEach(async () => opened?.stop());

/** A directory as it is asked for one by one. */
const asked: string[] = [];
const confirming =
  (...people: readonly Entry[]): Confirm =>
  async ({ id, address }) => {
    asked.push(address);
    const found = people.filter(
      (each) => each.address === address || each.aliases.includes(address),
    );
    return found.find((each) => each.id === id) ?? 'gone';
  };

/** One that has told of Ann, and of somebody made anew in her place; nobody has told that she is gone. */
const openRenewed = async (
  confirm: Confirm,
  more: Parameters<typeof openTestMirror>[0] = {},
): Promise<MirrorUnderTest> => {
  asked.length = 0;
  opened = await openTestMirror({ ...more, confirm });
  await opened.tell(listing(listed(ANN, { id: 'old', aliases: [ALIAS] }), ...STAFF));
  await opened.tell([put(listed(ANN, { id: 'new' })), mark()]);
  return opened;
};

const NEW = listed(ANN, { id: 'new' });

describe('whoever had an address that somebody else is told to have', () => {
  test('is asked for by all addresses, and gone where none leads to them', async () => {
    const { ask, mirror } = await openRenewed(confirming(NEW));
    expect(asked).toEqual([ANN, ALIAS]);
    expect(await ask(ANN)).toMatchObject({ status: 'found', value: [{ id: 'new' }], asked: false });
    expect(mirror.status().counts.confirmed).toMatchObject({ gone: 1 });
  });

  test('has lost what nobody else has: that is deferred', async () => {
    const { ask } = await openRenewed(confirming(NEW), { settings: { whenAbsent: 'deny' } });
    expect(await ask(ALIAS)).toMatchObject({ status: 'unknown', asked: false });
  });

  test('is kept as they are now, where another address leads to them', async () => {
    const moved = listed('ann.b@example.org', { id: 'old', aliases: [ALIAS] });
    const { ask } = await openRenewed(confirming(NEW, moved));
    for (const [address, id] of [
      [ANN, 'new'],
      [ALIAS, 'old'],
      ['ann.b@example.org', 'old'],
    ] as const)
      expect(await ask(address)).toMatchObject({ status: 'found', value: [{ id }], asked: false });
  });

  test('stays where the directory has two, too', async () => {
    const { ask } = await openRenewed(async () => 'there');
    expect(await ask(ALIAS)).toMatchObject({ status: 'found', value: [{ id: 'old' }] });
  });

  test('is asked for at the next mark where nobody could be asked', async () => {
    let confirm: Confirm = async () => 'unknown';
    const { ask, tell } = await openRenewed((missing) => confirm(missing));
    expect(await ask(ANN)).toMatchObject({ status: 'unknown', asked: true });
    confirm = confirming(NEW);
    await tell([mark()]);
    expect(await ask(ANN)).toMatchObject({ status: 'found', value: [{ id: 'new' }], asked: false });
  });

  test('is asked for after a restart', async () => {
    const time = { now: 1_000_000 };
    const { mirror, path } = await openRenewed(async () => 'unknown');
    await mirror.stop();
    const again = await openTestMirror(
      { confirm: confirming(NEW), settings: { ...SETTINGS, path } },
      time,
    );
    await again.tell([mark()]);
    expect(await again.ask(ANN)).toMatchObject({ status: 'found', asked: false });
    await again.stop();
  });

  test('is not asked for where the next change tells of them', async () => {
    asked.length = 0;
    opened = await openTestMirror({ confirm: confirming() });
    await opened.tell(listing(listed(ANN, { id: 'old' }), ...STAFF));
    await opened.tell([put(NEW), gone('old'), mark()]);
    expect(asked).toEqual([]);
  });

  test('is not asked for by a listing, which shows them or misses them', async () => {
    asked.length = 0;
    opened = await openTestMirror({ confirm: confirming(NEW) });
    await opened.tell(listing(listed(ANN, { id: 'old' }), ...STAFF));
    await opened.tell([{ kind: 'listing', part: 'p' }, put(NEW), mark()]);
    expect(asked).toEqual([]);
  });

  test.each([
    { what: 'disabled', one: listed(ANN, { id: 'old', enabled: false }) },
    { what: 'a group', one: listed(ANN, { id: 'old', kind: 'group', members: [ALIAS] }) },
    { what: 'led there by an alias', one: listed(ALIAS, { id: 'old', aliases: [ANN] }) },
  ])('is not asked for where it is $what', async ({ one }) => {
    asked.length = 0;
    opened = await openTestMirror({ confirm: confirming() });
    await opened.tell(listing(one, ...STAFF));
    await opened.tell([put(NEW), mark()]);
    expect(asked).toEqual([]);
  });

  test.each([
    { sharedAliases: true, count: 0 },
    { sharedAliases: false, count: 2 },
  ])('is asked for by an alias unless those may be shared: $sharedAliases', async (rules) => {
    asked.length = 0;
    opened = await openTestMirror({ confirm: confirming(), rules });
    await opened.tell(listing(listed(ANN, { id: 'old', aliases: [ALIAS] }), ...STAFF));
    await opened.tell([put(listed('b@example.org', { id: 'new', aliases: [ALIAS] })), mark()]);
    expect(asked).toHaveLength(rules.count);
  });
});
