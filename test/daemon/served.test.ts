import { expect, test } from 'vitest';
import { listingNone, STAFF, startInstance } from '../support/instance.ts';
import { account, createScripted, employ, type Mode } from '../support/scripted.ts';

const ANN = ['user-exists', 'ann@example.org'] as const;

/** An instance that knows ann and asks for her each time, over a connection that may come to forget her. */
async function startKnowing(directory = STAFF) {
  const staff = createScripted();
  employ(staff, [account('ann@example.org')]);
  const instance = await startInstance({
    config: `cache: { fresh: 0ms }\n${directory}`,
    directories: {
      staff: {
        ...listingNone(staff),
      },
    },
  });
  expect(await instance.ask(...ANN)).toBe('OK ann@example.org');
  return { ...instance, staff };
}

test.each<{ readonly mode: Mode; readonly answer: string; readonly disbelieved: number }>([
  { mode: 'forgets', answer: 'OK ann@example.org', disbelieved: 1 },
  { mode: 'well', answer: 'NOTFOUND', disbelieved: 0 },
])(
  'a known address that turns into none is asked for on a new connection: $answer',
  async ({ mode, answer, disbelieved }) => {
    const { ask, staff, command } = await startKnowing();
    staff.mode = mode;
    if (mode === 'well') staff.people.clear();
    expect(await ask(...ANN)).toBe(answer);
    expect(staff.askedAnew).toEqual(['ann@example.org']);
    expect(await command('figures', {})).toMatchObject({
      directories: { staff: { askedAnew: 1, disbelieved } },
    });
  },
);

test('what a new connection finds is judged as ever', async () => {
  const { ask, staff } = await startKnowing();
  staff.mode = 'forgets';
  staff.people.set('ann@example.org', [
    account('bob@example.org', { aliases: ['ann@example.org'] }),
    account('cleo@example.org', { aliases: ['ann@example.org'] }),
  ]);
  // Two accounts with one alias are doubt: what is remembered stands in.
  expect(await ask(...ANN)).toBe('OK ann@example.org');
  expect(staff.askedAnew).toEqual(['ann@example.org']);
});

test('as many as are configured may turn, the next one is kept', async () => {
  const { ask, staff } = await startKnowing(`
domains: { example.org: { directory: staff } }
directories:
  staff: { type: ldap, urls: ldapi:///ldapi, bind: { sasl: external }, base: dc=example, flips: 1 }`);
  employ(staff, [account('bob@example.org')]);
  await ask('user-exists', 'bob@example.org');
  staff.people.clear();
  expect(await ask('user-exists', 'bob@example.org')).toBe('NOTFOUND');
  expect(await ask(...ANN)).toBe('OK ann@example.org');
});
