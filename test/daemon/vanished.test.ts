import { expect, test } from 'vitest';
import { listingNone, startInstance } from '../support/instance.ts';
import { account, createScripted, employ } from '../support/scripted.ts';

const CONFIG = `
cache: { fresh: 0ms, unknown: 0ms }
domains: { example.org: { directory: staff } }
directories: { staff: { type: file, path: people.yaml, flips: 1 } }
`;
const PEOPLE = ['ann@example.org', 'bob@example.org', 'cleo@example.org'];
const LOSS = 'more than 1 known addresses vanished within a minute';

/** A daemon that knows three people whom its directory has lost; the first is refused, the others are held. */
async function startHolding() {
  const staff = createScripted();
  employ(
    staff,
    PEOPLE.map((address) => account(address)),
  );
  const instance = await startInstance({
    config: CONFIG,
    directories: { staff: listingNone(staff) },
  });
  const askAll = async () => {
    const said: string[] = [];
    for (const address of PEOPLE) said.push(await instance.ask('user-exists', address));
    return said;
  };
  await askAll();
  staff.people.clear();
  expect(await askAll()).toEqual(['NOTFOUND', 'OK bob@example.org', 'OK cleo@example.org']);
  return { ...instance, staff, askAll };
}

test('people who vanish are held over a reload that gives the directory another adapter', async () => {
  const { reload, askAll, opened } = await startHolding();
  expect(await reload(CONFIG.replace('people.yaml', 'other.yaml'))).toBe(true);
  expect(opened).toEqual(['staff', 'staff']);
  expect((await askAll()).slice(1)).toEqual(['OK bob@example.org', 'OK cleo@example.org']);
});

test('idpmap accept lets them go, and says what that was', async () => {
  const { command, askAll } = await startHolding();
  expect(await command('accept', { directory: 'staff' })).toEqual({ taken: LOSS });
  expect(await askAll()).toEqual(['NOTFOUND', 'NOTFOUND', 'NOTFOUND']);
  expect(await command('accept', { directory: 'staff' })).toEqual({});
});

test.each([
  { what: { directory: 'staff' }, after: ['NOTFOUND', 'NOTFOUND', 'NOTFOUND'] },
  { what: { all: true } as const, after: ['NOTFOUND', 'NOTFOUND', 'NOTFOUND'] },
  { what: { address: 'bob@example.org' }, after: ['NOTFOUND', 'NOTFOUND', 'OK cleo@example.org'] },
])('a purge of $what lets those go whom it forgets', async ({ what, after }) => {
  const { command, askAll } = await startHolding();
  await command('purge', { what });
  expect(await askAll()).toEqual(after);
});

test('explain says that they are held, and the way out', async () => {
  const { command } = await startHolding();
  const explained = JSON.stringify(await command('explain', { address: 'bob@example.org' }));
  expect(explained).toContain(
    `${LOSS}: not believed; mend the directory, or, if it is right, run idpmap accept staff`,
  );
});
