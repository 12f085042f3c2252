import { afterEach, describe, expect, test } from 'vitest';
import { Gap } from '../../src/directory/directory.ts';
import { none } from '../../src/directory/finding.ts';
import { mirrored } from '../../src/lookup/mirror.ts';
import { unknown } from '../../src/lookup/outcome.ts';
import {
  DAY,
  DOWN,
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

describe('before everybody was listed once', () => {
  test('the directory is asked, and nothing stands in', async () => {
    const { ask, tell } = await open(deny);
    await tell([{ kind: 'listing', part: 'p' }, put(listed(ANN))]);
    expect(await ask(ANN)).toMatchObject({ status: 'unknown', asked: true });
    expect(await ask('who@example.org')).toMatchObject({ status: 'unknown', asked: true });
  });
});

describe('in step', () => {
  test('whoever holds the address is found, and nobody is asked', async () => {
    const { ask } = await openKnown();
    expect(await ask(ANN)).toMatchObject({
      status: 'found',
      value: [{ address: ANN }],
      goodUntil: 1_000_000 + 2 * MINUTE + 5000,
      asked: false,
    });
  });

  test('a disabled account is found as such', async () => {
    const { ask } = await openKnown();
    expect(await ask(BOB)).toMatchObject({
      status: 'found',
      value: [{ enabled: false }],
      asked: false,
    });
  });

  test('an address lost within grace is deferred, and nobody is asked', async () => {
    const { ask, tell } = await openKnown(deny);
    await tell([gone(ANN), mark()]);
    expect(await ask(ANN, NONE)).toMatchObject({ status: 'unknown', cause: 'entry', asked: false });
  });

  test('an address lost longer ago is absent', async () => {
    const { ask, tell, pass } = await openKnown(deny);
    await tell([gone(ANN), mark()]);
    await pass(16 * MINUTE);
    await tell([mark()]);
    expect(await ask(ANN)).toMatchObject({ status: 'none', asked: false });
  });

  test('a disabled account is deferred within grace', async () => {
    const { ask, tell } = await openKnown();
    await tell([put(listed(ANN, { enabled: false })), mark()]);
    expect(await ask(ANN)).toMatchObject({ status: 'unknown', asked: false });
  });

  test('a stranger is asked for where absence is not denied', async () => {
    const { ask } = await openKnown();
    expect(await ask('who@example.org', NONE)).toMatchObject({ status: 'none', asked: true });
    expect(await ask('who@example.org')).toMatchObject({ status: 'unknown', asked: true });
  });

  test('a stranger is nobody where absence is denied, and nobody is asked', async () => {
    const { ask } = await openKnown(deny);
    expect(await ask('who@example.org')).toMatchObject({
      status: 'none',
      proof: { by: 'content' },
      asked: false,
    });
  });

  test('a stranger is asked for where the feed does not tell of new people', async () => {
    const { ask, tell } = await openKnown(deny);
    const { tellsNew: _, ...silent } = mark() as ReturnType<typeof mark> & { tellsNew?: true };
    await tell([silent]);
    expect(await ask('who@example.org')).toMatchObject({ status: 'unknown', asked: true });
  });

  test('a stranger who was denied is asked for as soon as the feed may lack some, or tells of nobody new', async () => {
    const { ask, tell } = await openKnown(deny);
    const { tellsNew: _, ...silent } = mark() as ReturnType<typeof mark> & { tellsNew?: true };
    for (const next of [mark({ lacksSome: true }), silent]) {
      await tell([mark()]);
      expect(await ask('who@example.org')).toMatchObject({ status: 'none', asked: false });
      await tell([next]);
      expect(await ask('who@example.org')).toMatchObject({ status: 'unknown', asked: true });
    }
  });

  test.each([
    { what: 'not reached', live: DOWN, status: 'none' },
    { what: 'overloaded', live: unknown('overload', 'd', 'full'), status: 'none' },
    { what: 'in doubt', live: unknown('doubt', 'd', 'a view that shrank'), status: 'unknown' },
    { what: 'unproved', live: unknown('unproved', 'd', 'no probe'), status: 'unknown' },
  ])(
    'for denyFor a stranger is nobody where the directory is not reached: $what',
    async ({ live, status }) => {
      const { ask } = await openKnown({ settings: { denyFor: DAY } });
      expect(await ask('who@example.org', live)).toMatchObject({ status, asked: true });
    },
  );

  test.each([DAY, 0])(
    'a stranger is never nobody where the directory can not list all, denyFor %i',
    async (denyFor) => {
      const { ask, tell } = await openKnown({ settings: { whenAbsent: 'deny', denyFor } });
      await tell([mark({ lacksSome: true })]);
      expect(await ask('who@example.org')).toMatchObject({ status: 'unknown', asked: true });
    },
  );

  test.each([
    { says: 'one of them', live: { status: 'found', value: [listed(ANN)] }, status: 'found' },
    { says: 'both', live: unknown('entry', 'd', 'two accounts'), status: 'unknown' },
    { says: 'nothing', live: DOWN, status: 'unknown' },
    { says: 'neither', live: NONE, status: 'none' },
  ] as const)(
    'for an address that two accounts hold the directory is asked, which has $says',
    async ({ live, status }) => {
      const { ask, tell } = await openKnown({ confirm: async () => 'there' });
      await tell([put(listed('a2', { address: ANN })), mark()]);
      expect(await ask(ANN, live)).toMatchObject({ status, asked: true });
    },
  );

  test('nobody stands in for an address that two accounts hold', async () => {
    const { tell, mirror } = await openKnown({ confirm: async () => 'there' });
    await tell([put(listed('a2', { address: ANN })), mark()]);
    const context = { arrivedAt: 1_000_000, deadline: 1_000_200 };
    expect(mirrored(mirror, 'd').recall(ANN, context)).toBeUndefined();
    expect(mirror.describe(ANN)).toBe('two have it, in step, told 0ms ago: asked');
  });

  test('a group that is too large is in doubt, and nobody is asked', async () => {
    const { ask, tell } = await openKnown();
    const members = STAFF.map(({ address }) => address);
    await tell([
      put(
        listed('all@example.org', {
          kind: 'group',
          memberNames: members.map((each) => `mailto:${each}`),
        }),
      ),
      mark(),
    ]);
    expect(await ask('all@example.org')).toMatchObject({
      status: 'unknown',
      cause: 'entry',
      asked: false,
    });
  });
});

describe('out of step', () => {
  const open3Days = async (...asked: Parameters<typeof openTestMirror>) => {
    const known = await openKnown(...asked);
    await known.pass(3 * DAY);
    return known;
  };

  test('the directory is asked, and whoever is known stands in', async () => {
    const { ask } = await open3Days();
    expect(await ask(ANN, NONE)).toMatchObject({ status: 'none', asked: true });
    expect(await ask(ANN)).toMatchObject({
      status: 'found',
      stale: { cause: 'directory' },
      asked: true,
    });
  });

  test('a disabled account stands in as such, which is no reason to refuse', async () => {
    const { ask } = await open3Days();
    expect(await ask(BOB)).toMatchObject({
      status: 'found',
      stale: {},
      value: [{ enabled: false }],
    });
  });

  test('an address lost within grace is deferred where the directory is not reached', async () => {
    const { ask, tell, pass } = await openKnown({ settings: { denyFor: DAY } });
    await tell([gone(ANN), mark()]);
    await pass(5 * MINUTE);
    expect(await ask(ANN)).toMatchObject({ status: 'unknown', asked: true });
  });

  test('a stranger is deferred, or nobody as long as denyFor says', async () => {
    const { ask } = await open3Days();
    expect(await ask('who@example.org')).toMatchObject({ status: 'unknown', asked: true });
  });

  test('a stranger is nobody as long as denyFor says, and no longer', async () => {
    const { ask, pass } = await open3Days({ settings: { denyFor: 4 * DAY, whenAbsent: 'deny' } });
    expect(await ask('who@example.org')).toMatchObject({ status: 'none', asked: true });
    await pass(2 * DAY);
    expect(await ask('who@example.org')).toMatchObject({ status: 'unknown', asked: true });
  });

  test('a gap ends the step at once, and all are listed anew', async () => {
    const { ask, tell, begun, mirror } = await openKnown(deny);
    await tell(new Gap('the log is cleared'));
    expect(mirror.status().isInStep).toBe(false);
    expect(begun).toEqual([undefined, undefined]);
    expect(await ask('who@example.org')).toMatchObject({ status: 'unknown', asked: true });
  });

  test('beyond acceptFor the directory is asked for an address that was lost', async () => {
    const { ask, tell, pass } = await openKnown();
    await tell([gone(ANN), mark()]);
    await pass(8 * DAY);
    expect(await ask(ANN, NONE)).toMatchObject({ status: 'none', asked: true });
    expect(await ask(ANN)).toMatchObject({ status: 'unknown', asked: true });
  });

  test('beyond acceptFor the directory is asked for a disabled account', async () => {
    const { ask, pass } = await openKnown();
    await pass(8 * DAY);
    expect(await ask(BOB)).toMatchObject({ status: 'unknown', asked: true });
  });

  test('beyond acceptFor nothing stands in', async () => {
    const { ask, pass } = await openKnown({ settings: { denyFor: 7 * DAY } });
    await pass(8 * DAY);
    expect(await ask(ANN)).toMatchObject({ status: 'unknown', asked: true });
    expect(await ask('who@example.org')).toMatchObject({ status: 'unknown', asked: true });
  });
});
