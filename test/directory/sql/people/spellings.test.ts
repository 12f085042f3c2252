import { expect, test } from 'vitest';
import { plain } from '../../../support/plain.ts';
import { openScripted, raise } from '../causes/scripted.ts';

const { signal } = new AbortController();
const SETTINGS = {
  people: { account: "SELECT address FROM users WHERE address = '%s'" },
  canary: 'ann@example.org',
};

// Whoever asks next waits behind all statements that were sent.
test.each(['evilﬀ', 'evilßss', 'evilσς', 'evilﬁﬂ'])(
  'a key that takes long in one spelling is asked for in no other: %s',
  async (local) => {
    const { directory, world } = openScripted({ settings: SETTINGS });
    await plain(directory).find('ann@example.org', signal);
    const asked: (string | undefined)[] = [];
    world.evil = (end, values) => {
      asked.push(values[0]);
      return raise({ code: '57014' })(end, values);
    };
    const asking = plain(directory).find(`${local}@example.org`, signal);
    await expect(asking).rejects.toMatchObject({ kind: 'entry' });
    expect(asked).toHaveLength(1);
  },
);

test('a key is asked for in all its spellings, and each row counts once', async () => {
  const { directory, world } = openScripted({ settings: SETTINGS });
  const row = { from: 'users', address: 'Straße@example.org' };
  world.rows = [
    ...world.rows,
    { ...row, key: 'straße@example.org' },
    { ...row, key: 'strasse@example.org' },
  ];
  const found = await plain(directory).find('strasse@example.org', signal);
  expect(found.map(({ spelling }) => spelling)).toEqual(['straße@example.org']);
});
