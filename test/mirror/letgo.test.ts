import { afterEach, describe, expect, test } from 'vitest';
import type { Entry } from '../../src/directory/directory.ts';
import { none } from '../../src/directory/finding.ts';
import type { Outcome } from '../../src/lookup/outcome.ts';
import type { Confirm } from '../../src/mirror/feed/confirm.ts';
import {
  DAY,
  gone,
  listed,
  listing,
  MINUTE,
  type MirrorUnderTest,
  mark,
  openTestMirror,
  put,
} from './world.ts';

const ANN = 'ann@example.org';
const BOB = 'bob@example.org';
const NONE = none('connection', 'nobody');
const STAFF = Array.from({ length: 12 }, (_, i) => listed(`p${i}@example.org`));
const found = (entry: Entry): Outcome<Entry> => ({ status: 'found', value: [entry] });
const deny = { settings: { whenAbsent: 'deny' } } as const;

let opened: MirrorUnderTest | undefined;
const open = async (...asked: Parameters<typeof openTestMirror>): Promise<MirrorUnderTest> => {
  opened = await openTestMirror(...asked);
  return opened;
};
afterEach(async () => opened?.stop());

/** One that knows Ann and a dozen others. */
const openKnown = async (...asked: Parameters<typeof openTestMirror>) => {
  const known = await open(...asked);
  await known.tell(listing(listed(ANN), ...STAFF));
  return known;
};

/** What a directory says of whoever is in it. */
const confirmBy =
  (people: ReadonlyMap<string, Entry>): Confirm =>
  async ({ id, address }) => {
    const entry = people.get(address);
    if (entry === undefined) return 'gone';
    if (entry.id === id) return entry;
    return entry.enabled ? 'another' : 'gone';
  };

const graceIsOver = async ({ pass, tell }: MirrorUnderTest): Promise<void> => {
  await pass(16 * MINUTE);
  await tell([mark()]);
  await pass(0);
};

describe('who was told gone', () => {
  test('and is shown by the directory is never denied: it is asked, and gives them their mail', async () => {
    const known = await openKnown({ ...deny, confirm: confirmBy(new Map([[ANN, listed(ANN)]])) });
    await known.tell([gone(ANN), mark()]);
    expect(await known.ask(ANN, found(listed(ANN)))).toMatchObject({ asked: false });
    await graceIsOver(known);
    expect(await known.ask(ANN, found(listed(ANN)))).toMatchObject({
      status: 'found',
      asked: true,
    });
    expect(await known.ask(ANN, NONE)).toMatchObject({ status: 'unknown', cause: 'entry' });
  });

  test('and is shown for a while only, by a copy that is behind, is denied once none shows them', async () => {
    const people = new Map([[ANN, listed(ANN)]]);
    const known = await openKnown({ ...deny, confirm: confirmBy(people) });
    await known.tell([gone(ANN), mark()]);
    await graceIsOver(known);
    people.clear();
    await graceIsOver(known);
    expect(await known.ask(ANN)).toMatchObject({ status: 'none', asked: false });
  });

  test('is not let go while the directory can not be asked', async () => {
    let confirm: Confirm = async () => 'unknown';
    const known = await openKnown({ ...deny, confirm: (asked) => confirm(asked) });
    await known.tell([gone(ANN), mark()]);
    await graceIsOver(known);
    expect(await known.ask(ANN)).toMatchObject({ status: 'unknown', asked: false });
    confirm = async () => 'gone';
    await known.pass(0);
    expect(await known.ask(ANN)).toMatchObject({ status: 'none' });
  });

  test('is deferred from then on, and not from when a listing left them out', async () => {
    const known = await open({ ...deny, confirm: async () => 'gone' });
    await known.tell(listing(listed(ANN), listed(BOB)));
    await known.tell(listing());
    await known.pass(300 * MINUTE);
    await known.tell([gone(ANN), put(...STAFF), mark()]);
    await known.pass(0);
    expect(await known.ask(ANN)).toMatchObject({ status: 'unknown', asked: false });
    expect(await known.ask(BOB)).toMatchObject({ status: 'none' });
    await graceIsOver(known);
    expect(await known.ask(ANN)).toMatchObject({ status: 'none' });
  });

  test('is let go although another can not be asked for', async () => {
    const known = await openKnown({
      settings: { whenAbsent: 'deny', guard: 1 },
      confirm: async ({ address }) => (address === ANN ? 'unknown' : 'gone'),
    });
    await known.tell([gone(ANN, 'p1@example.org', 'p2@example.org'), mark()]);
    await graceIsOver(known);
    expect(await known.ask('p1@example.org')).toMatchObject({ status: 'none' });
    expect(await known.ask(ANN)).toMatchObject({ status: 'unknown' });
  });
});

test('whoever was told disabled is so once the directory says the same', async () => {
  const disabled = listed(ANN, { enabled: false });
  const known = await openKnown({ ...deny, confirm: confirmBy(new Map([[ANN, disabled]])) });
  await known.tell([put(disabled), mark()]);
  expect(await known.ask(ANN)).toMatchObject({ status: 'unknown' });
  await graceIsOver(known);
  expect(await known.ask(ANN)).toMatchObject({
    status: 'found',
    value: [{ enabled: false }],
    asked: false,
  });
});

describe('an address', () => {
  test('of somebody made anew whom the listing left out is asked for at once, and never denied', async () => {
    const anew = listed('ann2', { address: ANN });
    const known = await openKnown({ ...deny, confirm: confirmBy(new Map([[ANN, anew]])) });
    await known.tell(listing(...STAFF));
    expect(await known.ask(ANN, found(anew))).toMatchObject({ status: 'found', asked: true });
    expect(known.mirror.describe(ANN)).toBe('lost it, and somebody else has it: asked');
    await graceIsOver(known);
    expect(await known.ask(ANN, found(anew))).toMatchObject({ status: 'found', asked: true });
    await known.tell([put(anew), mark()]);
    expect(await known.ask(ANN)).toMatchObject({ status: 'found', asked: false });
  });

  test('that moved to somebody whom the listing had shown before is not denied for denyFor', async () => {
    const people = new Map([
      [ANN, listed('p3@example.org', { address: ANN })],
      ['new@example.org', listed(ANN, { address: 'new@example.org' })],
    ]);
    const known = await openKnown({ settings: { denyFor: DAY }, confirm: confirmBy(people) });
    // The listing had passed p3 when it took ann's address over.
    await known.tell(listing(...STAFF, listed(ANN, { address: 'new@example.org' })));
    await graceIsOver(known);
    expect(await known.ask(ANN)).toMatchObject({ status: 'unknown', asked: true });
  });

  test('that was taken from somebody whom the listing left out is no sign that they are gone', async () => {
    const ann = listed(ANN, { aliases: ['a.one@example.org'] });
    const now = listed(ANN, { address: 'a.one@example.org' });
    const known = await open({ confirm: confirmBy(new Map([['a.one@example.org', now]])) });
    await known.tell(listing(ann, ...STAFF));
    await known.tell(listing(...STAFF));
    expect(await known.ask('a.one@example.org')).toMatchObject({ status: 'found', asked: false });
  });

  test('of two who swap theirs, told one after the other, is denied to nobody', async () => {
    const bob = listed(BOB);
    const people = new Map([
      [BOB, listed(ANN, { address: BOB })],
      [ANN, listed(BOB, { address: ANN })],
    ]);
    const known = await open({ ...deny, confirm: confirmBy(people) });
    await known.tell(listing(listed(ANN), bob, ...STAFF));
    await known.tell([put(listed(ANN, { address: BOB })), mark()]);
    expect((await known.ask(ANN, NONE)).status).toBe('unknown');
    await known.tell([put(listed(BOB, { address: ANN })), mark()]);
    expect(await known.ask(ANN)).toMatchObject({ status: 'found', value: [{ id: BOB }] });
    expect(await known.ask(BOB)).toMatchObject({ status: 'found', value: [{ id: ANN }] });
    await graceIsOver(known);
    expect(await known.ask(ANN)).toMatchObject({ status: 'found', asked: false });
  });

  test('that goes from a person to a group and back is denied to nobody', async () => {
    const group = listed('team', { kind: 'group', address: ANN, memberNames: [`mailto:${BOB}`] });
    const known = await openKnown(deny);
    await known.tell([put(listed(ANN, { address: 'new@example.org' })), mark()]);
    expect((await known.ask(ANN, NONE)).status).toBe('unknown');
    await known.tell([put(group), mark()]);
    expect(await known.ask(ANN)).toMatchObject({ status: 'found', value: [{ kind: 'group' }] });
    await known.tell([gone('team'), put(listed(ANN)), mark()]);
    expect(await known.ask(ANN)).toMatchObject({ status: 'found', value: [{ kind: 'account' }] });
  });
});

test('whoever is told of while they are asked for is as they were told', async () => {
  const vanishing = STAFF.slice(0, 8);
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  let now = listed('p0@example.org');
  const known = await openKnown({
    confirm: async ({ address }) => {
      if (address !== 'p0@example.org') return 'gone';
      const answered = now;
      asked.resolve();
      await answer.promise;
      return answered;
    },
  });
  await known.tell(listing(listed(ANN), ...STAFF.slice(8)));
  known.mirror.accept();
  await asked.promise;
  now = { ...now, enabled: false };
  await known.tell([put(now, ...vanishing.slice(1)), mark()]);
  answer.resolve();
  await known.pass(0);
  await graceIsOver(known);
  expect(await known.ask('p0@example.org')).toMatchObject({ value: [{ enabled: false }] });
});
