import { afterEach, describe, expect, test } from 'vitest';
import { none } from '../../src/directory/finding.ts';
import type { Confirm } from '../../src/mirror/feed/confirm.ts';
import { gone, listed, listing, type MirrorUnderTest, mark, openTestMirror, put } from './world.ts';

const ANN = 'ann@example.org';
const NONE = none('connection', 'nobody');
const STAFF = Array.from({ length: 12 }, (_, i) => listed(`p${i}@example.org`));
const deny = { settings: { whenAbsent: 'deny' } } as const;

let opened: MirrorUnderTest | undefined;
const open = async (...asked: Parameters<typeof openTestMirror>): Promise<MirrorUnderTest> => {
  opened = await openTestMirror(...asked);
  return opened;
};
afterEach(async () => opened?.stop());

describe('what was accepted', () => {
  const vanishing = STAFF.slice(0, 8).map(({ id }) => id);

  test('is over once nobody is held any more, so that others who vanish later are held', async () => {
    const known = await open({ ...deny, confirm: async () => 'unknown' });
    await known.tell(listing(listed(ANN), ...STAFF));
    await known.tell(listing(listed(ANN), ...STAFF.slice(8)));
    known.mirror.accept();
    await known.pass(0);
    await known.tell(listing(listed(ANN), ...STAFF));
    await known.pass(0);
    expect(known.mirror.held()).toBeUndefined();
    await known.tell([gone(...vanishing), mark()]);
    await known.pass(0);
    expect(known.mirror.held()).toBeDefined();
    expect(await known.ask('p0@example.org', NONE)).toMatchObject({ status: 'found', stale: {} });
  });

  test('does not cover who vanishes after it', async () => {
    let confirm: Confirm = async () => 'unknown';
    const people = Array.from({ length: 40 }, (_, i) => listed(`q${i}@example.org`));
    const known = await open({ ...deny, confirm: (asked) => confirm(asked) });
    await known.tell(listing(...people));
    await known.tell(listing(...people.slice(10)));
    known.mirror.accept();
    await known.pass(1);
    await known.tell([gone(...people.slice(20, 30).map(({ id }) => id)), mark()]);
    confirm = async () => 'gone';
    await known.pass(1);
    await known.pass(1);
    expect(await known.ask('q0@example.org')).toMatchObject({ status: 'unknown', asked: true });
    expect(await known.ask('q20@example.org', NONE)).toMatchObject({ status: 'found', stale: {} });
  });
});

test.each([
  { people: 1, disabled: 1, isHeld: true },
  { people: 2, disabled: 1, isHeld: false },
  { people: 2, disabled: 2, isHeld: true },
  { people: 9, disabled: 4, isHeld: false },
  { people: 9, disabled: 5, isHeld: true },
  { people: 60, disabled: 6, isHeld: false },
  { people: 64, disabled: 7, isHeld: true },
])(
  'of $people people $disabled are disabled: held $isHeld',
  async ({ people, disabled, isHeld }) => {
    const all = Array.from({ length: people }, (_, i) => listed(`q${i}@example.org`));
    const { mirror, tell } = await open();
    await tell(listing(...all));
    await tell([
      put(...all.slice(0, disabled).map((each) => ({ ...each, enabled: false }))),
      mark(),
    ]);
    expect(mirror.held() !== undefined).toBe(isHeld);
  },
);
