import { expect, test } from 'vitest';
import { user } from '../../../support/keycloak/script.ts';
import { NOBODY, open, openOn, signal, start } from '../fixture.ts';

/** Attributes as long as those of a user with a photograph. */
const photo = (bytes: number) => ({ photo: ['x'.repeat(bytes)] });

const crowd = (count: number, bytes: number) =>
  Array.from({ length: count }, (_, i) =>
    user(`n${i}`, { attributes: { mailAddress: [`n${i}@example.org`], ...photo(bytes) } }),
  );

test.each([
  { members: 130, bytes: 400 },
  { members: 130, bytes: 20_000 },
  { members: 40, bytes: 300_000 },
  { members: 3, bytes: 900_000 },
])(
  'a group of $members with $bytes bytes of attributes each is found whole',
  async ({ members, bytes }) => {
    const { keycloak, directory } = await open({
      addressFrom: 'mailAddress',
      groupAttribute: 'mail',
    });
    const attributes = { mail: ['team@example.org'] };
    keycloak.groups.push({
      id: 'id-team',
      attributes,
      members: crowd(members, bytes),
      children: [],
    });
    const [team] = await directory.find('team@example.org', signal);
    expect(team?.members).toHaveLength(members);
    expect(new Set(team?.members).size).toBe(members);
  },
);

test('a group whose members change while it is read in parts is a doubt', async () => {
  const { keycloak, directory } = await open({
    addressFrom: 'mailAddress',
    groupAttribute: 'mail',
  });
  const attributes = { mail: ['team@example.org'] };
  const members = crowd(60, 30_000);
  keycloak.groups.push({ id: 'id-team', attributes, members, children: [] });
  keycloak.script = ({ path, query }) => {
    // Whoever vanishes hides the one behind.
    if (path.endsWith('/members') && query['first'] === '25' && members.length === 60)
      members.shift();
    return undefined;
  };
  await expect(directory.find('team@example.org', signal)).rejects.toMatchObject({
    kind: 'entry',
    message: expect.stringContaining('changed while it was read'),
  });
});

test('neighbours in spelling with photographs leave a stranger’s address nobody’s', async () => {
  const { keycloak, directory } = await open({ aliasAttribute: 'mailAlias' });
  for (let i = 0; i < 18; i++) {
    const attributes = { mailAlias: [`${i}nobody@example.org`], ...photo(200_000) };
    keycloak.users.push(user(`n${i}`, { attributes }));
  }
  expect(await directory.find(NOBODY, signal)).toEqual([]);
});

test('a realm of people with photographs is looked at and sampled', async () => {
  const { keycloak, directory } = await open({ aliasAttribute: 'mailAlias' });
  keycloak.users.push(
    ...crowd(90, 70_000),
    user('eve', { attributes: { mailAlias: ['info@example.org'] } }),
  );
  const remarks = (await directory.inspect?.(signal)) ?? [];
  expect(remarks.filter(({ level }) => level === 'failed')).toEqual([]);
  expect(await directory.sample?.(signal)).toContain('info@example.org');
});

test('groups with long attributes are read by the self-check', async () => {
  const keycloak = await start();
  for (let i = 0; i < 60; i++) {
    keycloak.groups.push({ id: `id-${i}`, attributes: photo(100_000), members: [], children: [] });
  }
  const { directory } = openOn(keycloak, { groupAttribute: 'mail' });
  expect(await directory.find(NOBODY, signal)).toEqual([]);
});

test('one user longer than is read at a time is a doubt about that address, and the reason says what to do', async () => {
  const { keycloak, directory } = await open({ aliasAttribute: 'mailAlias' });
  keycloak.users.push(user('pia', { attributes: photo(1_100_000) }));
  await expect(directory.find('pia@example.org', signal)).rejects.toMatchObject({
    kind: 'entry',
    message: expect.stringContaining('keep photographs and the like out of its attributes'),
  });
});
