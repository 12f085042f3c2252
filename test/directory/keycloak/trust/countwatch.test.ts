import { expect, test } from 'vitest';
import { user } from '../../../support/keycloak/script.ts';
import { until } from '../../../support/until.ts';
import { NOBODY, openOn, signal, start } from '../fixture.ts';

const ALL = { aliasAttribute: 'mailAlias', groupAttribute: 'mail' } as const;

/** A Keycloak before 26.6, with users who have these as aliases. */
async function openOld(aliases: readonly string[] = [], isOldest = false) {
  const keycloak = await start();
  Object.assign(keycloak, { isOld: true, isOldest });
  aliases.forEach((alias, i) => {
    keycloak.users.push(user(`n${i}`, { attributes: { mailAlias: [alias] } }));
  });
  const { directory } = openOn(keycloak, ALL);
  await directory.find(NOBODY, signal);
  return { keycloak, find: (key: string) => directory.find(key, signal) };
}

const ODD = [
  ' office@example.org ',
  'mailto:office@example.org',
  'Office <office@example.org>',
  'office@example.org\n',
  '  office@example.org',
];

test.each(ODD)('the alias %j is found where Keycloak lists nobody by parts', async (alias) => {
  const { find } = await openOld(['plain@example.org', alias], true);
  expect(await find('office@example.org')).toMatchObject([{ address: 'n1@example.org' }]);
  expect(await find('ffice@example.org')).toEqual([]);
});

test('an alias deep in such a realm is found, too', async () => {
  const many = Array.from({ length: 250 }, (_, i) => `x${i}@example.org`);
  const { find } = await openOld([...many, 'Office <office@example.org>'], true);
  expect(await find('office@example.org')).toMatchObject([{ address: 'n250@example.org' }]);
});

test.each(ODD)('the alias %j is found where Keycloak can not count by parts', async (alias) => {
  const { find } = await openOld([alias, 'other@example.org']);
  expect(await find('office@example.org')).toMatchObject([{ address: 'n0@example.org' }]);
  expect(await find('ffice@example.org')).toEqual([]);
});

test('nobody is absent before the users were looked at', async () => {
  const keycloak = await start();
  Object.assign(keycloak, { isOld: true, isOldest: true });
  keycloak.script = ({ query }) =>
    query['q']?.includes('_@_') === true ? { status: 500 } : undefined;
  const { directory } = openOn(keycloak, { ...ALL, selfCheck: 20 });
  await expect(directory.find(NOBODY, signal)).rejects.toMatchObject({ kind: 'starting' });
  keycloak.script = () => undefined;
  const isAbsent = () =>
    directory.find(NOBODY, signal).then(
      () => true,
      () => false,
    );
  expect(await until(isAbsent, 5000)).toBe(true);
});

test('an alias is found that is the first of all', async () => {
  const { keycloak, find } = await openOld();
  keycloak.users.push(user('eve', { attributes: { mailAlias: [' office@example.org'] } }));
  expect(await find('office@example.org')).toMatchObject([{ address: 'eve@example.org' }]);
});

test('more who have something like it than are looked at are a doubt only where one of them may mean it', async () => {
  const near = Array.from({ length: 40 }, (_, i) => `${i}office@example.org`);
  const { keycloak, find } = await openOld(near);
  expect(await find('office@example.org')).toEqual([]);
  keycloak.users.push(user('eve', { attributes: { mailAlias: ['Eve <office@example.org>'] } }));
  await expect(find('office@example.org')).rejects.toMatchObject({
    kind: 'entry',
    message: expect.stringContaining('with something around it'),
  });
});

test.each(['n@example.org', '1@example.org', '_@example.org'])(
  '%s is nobody’s, though many have an address that ends so and all of these are counted',
  async (key) => {
    const { keycloak, find } = await openOld();
    for (let i = 0; i < 150; i++) keycloak.users.push(user(`n${i}n`), user(`m${i}1`));
    expect(await find(key)).toEqual([]);
    expect(await find('m71@example.org')).toHaveLength(1);
  },
);

test('whoever has it is never denied, whichever of the questions shows nobody', async () => {
  const { keycloak, find } = await openOld([' office@example.org']);
  for (let broken = 1; broken < 12; broken++) {
    let questions = 0;
    keycloak.script = ({ path, query }) => {
      if (query['q'] === undefined || path.endsWith('/groups')) return undefined;
      questions += 1;
      if (questions !== broken) return undefined;
      return path.endsWith('/count') ? { status: 500 } : { body: [] };
    };
    const found = await find('office@example.org').catch(() => 'unknown');
    expect([broken, found]).not.toEqual([broken, []]);
  }
});
