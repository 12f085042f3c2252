import { afterEach, describe, expect, test } from 'vitest';
import { Gap } from '../../src/directory/directory.ts';
import { none } from '../../src/directory/finding.ts';
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
const TEAM = 'team@example.org';
const NONE = none('connection', 'nobody');
const STAFF = Array.from({ length: 12 }, (_, i) => listed(`p${i}@example.org`));

let opened: MirrorUnderTest | undefined;
const open = async (...asked: Parameters<typeof openTestMirror>): Promise<MirrorUnderTest> => {
  opened = await openTestMirror(...asked);
  return opened;
};
afterEach(async () => opened?.stop());

/** One that knows Ann, Bob who is disabled, and a dozen others. */
const openKnown = async (...asked: Parameters<typeof openTestMirror>) => {
  const known = await open(...asked);
  await known.tell(listing(listed(ANN), listed(BOB, { enabled: false }), ...STAFF));
  return known;
};

const deny = { settings: { whenAbsent: 'deny' } } as const;

describe('where too many vanish', () => {
  const vanishing = STAFF.slice(0, 8).map(({ id }) => id);
  const openHeld = async (...asked: Parameters<typeof openTestMirror>) => {
    const known = await openKnown(...asked);
    await known.tell([gone(...vanishing), mark()]);
    return known;
  };

  test('they are found as before, stale, and nobody is asked', async () => {
    const { ask, mirror, pass, tell } = await openHeld(deny);
    expect(mirror.held()).toBe('8 people vanished from the mirror or were disabled, 6 are in it');
    await pass(16 * MINUTE);
    await tell([mark()]);
    for (const id of vanishing)
      expect(await ask(id, NONE)).toMatchObject({
        status: 'found',
        stale: { cause: 'doubt' },
        asked: false,
      });
  });

  test('accounts that are disabled together are found as before', async () => {
    const { ask, tell } = await openKnown();
    await tell([put(...STAFF.slice(0, 8).map((each) => ({ ...each, enabled: false }))), mark()]);
    expect(await ask('p0@example.org')).toMatchObject({
      status: 'found',
      stale: {},
      value: [{ enabled: true }],
    });
  });

  test('accounts that are disabled together, and removed then, are found as before', async () => {
    const { ask, tell } = await openKnown();
    await tell([put(...STAFF.slice(0, 8).map((each) => ({ ...each, enabled: false }))), mark()]);
    await tell([gone(...vanishing), mark()]);
    expect(await ask('p0@example.org')).toMatchObject({
      status: 'found',
      stale: {},
      value: [{ enabled: true }],
    });
  });

  test('a group that has lost all members with them is not denied', async () => {
    const group = listed('team', { kind: 'group', address: TEAM, memberNames: ['n0'] });
    const [first, ...others] = STAFF;
    const { ask, tell } = await open();
    await tell(listing({ ...listed(''), ...first, names: ['n0'] }, ...others, group));
    expect(await ask(TEAM)).toMatchObject({ value: [{ members: ['p0@example.org'] }] });
    // Some directories take whoever is removed out of all groups at once.
    await tell([gone(...vanishing), put({ ...group, memberNames: [] }), mark()]);
    const emptied = { ...group, members: [] };
    const filled = { ...group, members: [ANN] };
    expect(await ask(TEAM, { status: 'found', value: [emptied] })).toMatchObject({
      status: 'unknown',
    });
    expect(await ask(TEAM, NONE)).toMatchObject({ status: 'unknown' });
    expect(await ask(TEAM, { status: 'found', value: [filled] })).toMatchObject({
      status: 'found',
    });
  });

  test('aliases that can’t be read any more are found as before', async () => {
    const alias = (i: number): string => `alias${i}@example.org`;
    const { ask, tell } = await open();
    await tell(listing(...STAFF.map((each, i) => ({ ...each, aliases: [alias(i)] }))));
    await tell([put(...STAFF), mark()]);
    expect(await ask(alias(3))).toMatchObject({
      status: 'found',
      stale: {},
      value: [{ id: 'p3@example.org' }],
    });
  });

  test('no stranger is nobody on the mirror’s word', async () => {
    const { ask } = await openHeld({ settings: { whenAbsent: 'deny', denyFor: DAY } });
    expect(await ask('who@example.org')).toMatchObject({ status: 'unknown', asked: true });
  });

  test('they are held over a restart', async () => {
    const time = { now: 1_000_000 };
    const { path, mirror } = await openHeld({}, time);
    await mirror.stop();
    const again = await openTestMirror({ settings: { path } }, time);
    expect(await again.ask('p0@example.org', NONE)).toMatchObject({
      status: 'found',
      asked: false,
    });
    await again.stop();
  });

  test('they are nobody once that is accepted', async () => {
    const released: string[] = [];
    const { ask, mirror, pass } = await openHeld({
      ...deny,
      released: (addresses) => released.push(...addresses),
    });
    expect(mirror.accept()).toBe('8 people vanished from the mirror or were disabled, 6 are in it');
    await pass(0);
    expect(await ask('p0@example.org')).toMatchObject({ status: 'none', asked: false });
    expect(released.toSorted()).toEqual(vanishing);
  });

  test('they are deferred once they were lost for longer than acceptFor, and nobody is asked', async () => {
    const { ask, pass, tell } = await openHeld();
    await pass(8 * DAY);
    await tell([mark()]);
    expect(await ask('p0@example.org', NONE)).toMatchObject({ status: 'unknown', asked: false });
  });

  test('whoever is not among them is found as before, and a disabled account as such', async () => {
    const { ask } = await openHeld();
    expect(await ask(ANN)).toMatchObject({ status: 'found', asked: false });
    expect(await ask(BOB)).toMatchObject({ value: [{ enabled: false }], asked: false });
  });

  test('they are found in step again once they are shown', async () => {
    const { ask, mirror, tell } = await openHeld();
    await tell([put(...STAFF), mark()]);
    expect(mirror.held()).toBeUndefined();
    expect(await ask('p0@example.org')).toMatchObject({ status: 'found', asked: false });
  });

  test('whom a listing left out with too many others is asked for before they are let go', async () => {
    const asked: string[] = [];
    const { ask, mirror, pass, tell } = await openKnown({
      ...deny,
      confirm: async ({ address }) => {
        asked.push(address);
        return address === 'p0@example.org' ? 'there' : 'gone';
      },
    });
    await tell(listing(listed(ANN), listed(BOB, { enabled: false }), ...STAFF.slice(8)));
    expect(asked).toEqual([]);
    expect(await ask('p0@example.org')).toMatchObject({ status: 'found', stale: {} });
    mirror.accept();
    await pass(0);
    await pass(0);
    expect(asked.toSorted()).toEqual(vanishing);
    expect(await ask('p0@example.org')).toMatchObject({ status: 'found', asked: false });
    expect(await ask('p1@example.org')).toMatchObject({ status: 'none', asked: false });
  });
});

describe('whom a listing does not show', () => {
  test.each([
    { said: 'there' as const, status: 'found' },
    { said: 'gone' as const, status: 'unknown' },
  ])('is asked for: $said', async ({ said, status }) => {
    const { ask, tell } = await openKnown({ confirm: async () => said });
    await tell(listing(listed(BOB, { enabled: false }), ...STAFF));
    expect(await ask(ANN)).toMatchObject({ status, asked: false });
  });

  test('is missing, too, where its part is not listed any more', async () => {
    const { ask, tell } = await openKnown();
    await tell([
      { kind: 'listing', part: 'q' },
      { kind: 'put', entries: [['q:x', listed('x@example.org')]] },
      { kind: 'listed', part: 'q' },
      mark(),
    ]);
    expect(await ask(ANN)).toMatchObject({ status: 'found' });
    await tell(new Gap('other settings'));
    await tell([
      { kind: 'listing', part: 'p' },
      put(listed(ANN), ...STAFF),
      { kind: 'listed', part: 'p' },
      mark(),
    ]);
    expect(await ask('x@example.org')).toMatchObject({ status: 'unknown', asked: false });
  });

  test('and who is told to be as they were, and is not there, is a gap', async () => {
    const { tell, begun } = await openKnown();
    await tell([
      { kind: 'listing', part: 'p' },
      put(listed(ANN), ...STAFF),
      { kind: 'still', refs: ['p:who'] },
      { kind: 'listed', part: 'p' },
    ]);
    expect(begun).toEqual([undefined, undefined]);
  });
});
