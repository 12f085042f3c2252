import { expect, test } from 'vitest';
import { compare } from '../../../src/cli/compare/compare.ts';
import type { CompareOptions } from '../../../src/cli/compare/options.ts';
import { capture } from '../../support/command.ts';
import { listingNone, STAFF, startInstance } from '../../support/instance.ts';
import { account, createScripted, employ } from '../../support/scripted.ts';

/** Two daemons, as if one took the place of the other: the old knows ann and bob, the new ann and cid. */
async function startBoth(config = STAFF) {
  const [before, after] = [createScripted(), createScripted()];
  employ(before, [account('ann@example.org'), account('bob@example.org')]);
  employ(after, [account('ann@example.org'), account('cid@example.org')]);
  const old = await startInstance({ directories: { staff: listingNone(before) } });
  const ours = await startInstance({ config, directories: { staff: listingNone(after) } });
  const options: CompareOptions = { config: `${ours.place}/idpmap.yaml` };
  return {
    before,
    after,
    run: (people: readonly string[], more: CompareOptions = {}, map = 'user-exists') =>
      capture(() =>
        compare(`socketmap:unix:${old.place}/socketmap:user-exists`, map, people, {
          ...options,
          ...more,
        }),
      ),
  };
}

const PEOPLE = ['ann@example.org', 'bob@example.org', 'cid@example.org', 'dan@example.org'];

test('tells who would be refused and who taken', async () => {
  const { run } = await startBoth();
  expect(await run([...PEOPLE, ...PEOPLE])).toEqual({
    code: 1,
    text: `bob@example.org: would be refused (550)
cid@example.org: would be taken
4 keys: 2 the same, 1 would be refused or not be found, 1 would be taken or be found
`,
  });
});

test('ends with 0 where nothing differs', async () => {
  const { run } = await startBoth();
  expect(await run(['ann@example.org'])).toEqual({ code: 0, text: '1 key: 1 the same\n' });
});

test('does not count a doubt as a difference', async () => {
  const { run, after } = await startBoth();
  after.mode = 'fails';
  const { code, text } = await run(['cid@example.org'], { json: true });
  expect([code, JSON.parse(text)]).toEqual([
    75,
    {
      differences: [expect.objectContaining({ key: 'cid@example.org', effect: 'deferred' })],
      summary: expect.objectContaining({ deferred: 1, taken: 0, refused: 0 }),
    },
  ]);
});

test('asks no faster than a directory may be asked, and takes no overload for a doubt', async () => {
  const { run, after } = await startBoth(`
domains: { example.org: { directory: staff } }
directories:
  staff: { type: file, path: people.yaml, limit: { perSecond: 20, queue: 0 } }
`);
  const people = Array.from({ length: 60 }, (_, i) => `person${i}@example.org`);
  expect(await run(people)).toEqual({ code: 0, text: '60 keys: 60 the same\n' });
  expect(after.asked.length).toBeGreaterThan(0);
});

test('prints JSON where nothing differs, too', async () => {
  const { run } = await startBoth();
  const { text } = await run(['ann@example.org'], { json: true });
  expect(JSON.parse(text)).toMatchObject({ differences: [], summary: { same: 1 } });
});

test('leaves out what is no address, and says so', async () => {
  const { run } = await startBoth();
  const { code, text } = await run(['root', 'ann\u0007@example.org', 'ann@example.org']);
  expect([code, text]).toEqual([
    75,
    expect.stringMatching(
      /^root: not compared, it is no.*\nann\\u0007@example\.org: not compared.*\n3 keys: 1 the same, /,
    ),
  ]);
});

test.each<[string, readonly string[], CompareOptions, string, number, RegExp]>([
  ['without addresses', [], {}, 'user-exists', 64, /--from FILE/],
  [
    'of a file that is absent',
    [],
    { from: '/absent' },
    'user-exists',
    65,
    /--from \/absent can't be read/,
  ],
  ['of an empty list', [], { from: '/dev/null' }, 'user-exists', 65, /no address/],
  ['of a list of a socketmap', [], { table: true }, 'user-exists', 64, /can not be listed/],
  [
    'with a map that is not there',
    ['a@example.org'],
    {},
    'users',
    78,
    /users is not configured; there are user-exists/,
  ],
  [
    'with a server of which nothing is known',
    ['a@example.org'],
    { config: '/absent.yaml', endpoint: 'unix:/absent' },
    'user-exists',
    64,
    /write --as mailboxes\|aliases/,
  ],
])('refuses to compare %s', async (_, people, options, map, code, message) => {
  const { run } = await startBoth();
  await expect(run(people, options, map)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  });
});
