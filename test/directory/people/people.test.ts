import { expect, test } from 'vitest';
import { Fault } from '../../../src/directory/directory.ts';
import { gather } from '../file/gather.ts';

const STAFF = `
accounts:
  - { address: Ann@Example.org, aliases: [A.Smith@example.org], logins: [ann, ann@example.org], id: 017 }
  - { address: bob@example.org }
  - { address: cid@example.org, logins: [] }
  - { address: old@example.org, enabled: false }
`;

test('an account is found with all that is known of it, normalised', async () => {
  const people = await gather(STAFF);
  expect(people.find('ann@example.org')).toEqual([
    {
      id: '017',
      kind: 'account',
      address: 'ann@example.org',
      aliases: ['a.smith@example.org'],
      logins: ['ann', 'ann@example.org'],
      members: [],
      enabled: true,
    },
  ]);
});

test.each([
  ['an alias finds its account', 'a.smith@example.org', { id: '017' }],
  ['an account without logins has its address', 'bob@example.org', { logins: ['bob@example.org'] }],
  ['an account without an id has its address', 'bob@example.org', { id: 'bob@example.org' }],
  ['an account with no logins has none', 'cid@example.org', { logins: [] }],
  ['a disabled account is found as such', 'old@example.org', { enabled: false }],
])('%s', async (_, address, expected) => {
  const people = await gather(STAFF);
  expect(people.find(address)).toMatchObject([expected]);
});

test.each(['eve@example.org', 'ann+x@example.org', 'ann@example.net', 'example.org', ''])(
  'nobody holds %j',
  async (address) => {
    const people = await gather(STAFF);
    expect(people.find(address)).toEqual([]);
  },
);

const shared = `accounts:
  - { address: ann@example.org, aliases: [info@example.org], id: 1 }
  - { address: bob@example.org, aliases: [info@example.org], id: 2 }
`;

test('an alias of two accounts is in doubt', async () => {
  const people = await gather(shared);
  expect(() => people.find('info@example.org')).toThrow('two accounts (ids 1, 2) hold this alias');
});

test('an alias of two accounts finds both where aliases are shared', async () => {
  const people = await gather(shared, { sharedAliases: true });
  expect(people.find('info@example.org')).toMatchObject([{ id: '1' }, { id: '2' }]);
});

test('aliases in doubt are listed', async () => {
  const people = await gather(shared);
  expect([...people.doubts()]).toEqual([
    'two accounts (ids 1, 2) hold this alias: leave it to one of them, or set sharedAliases',
  ]);
});

/** Finds `t@example.org`, a group of the given members beside what else is given. */
async function findGroup(members: string, more = '') {
  const people = await gather(`${STAFF}
groups:
  - { address: t@example.org, members: [${members}] }
${more}`);
  return people.find('t@example.org')[0];
}

test.each([
  ['an account is a member', 'ann@example.org', ['ann@example.org']],
  ['an alias counts as its account', 'a.smith@example.org, ann@example.org', ['ann@example.org']],
  ['a disabled account is left out', 'old@example.org, bob@example.org', ['bob@example.org']],
  ['an external address stays', 'Eve@Example.net', ['eve@example.net']],
  ['a duplicate counts once', 'bob@example.org, BOB@example.org', ['bob@example.org']],
  ['a group may have no members', '', []],
])('%s', async (_, members, expected) => {
  expect(await findGroup(members)).toMatchObject({ members: expected });
});

test("a group's logins are those of its enabled accounts", async () => {
  const group = await findGroup(
    'ann@example.org, bob@example.org, old@example.org, eve@example.net',
  );
  expect(group?.logins).toEqual(['ann', 'ann@example.org', 'bob@example.org']);
});

test('a group in a group becomes its members', async () => {
  const more =
    '  - { address: u@example.org, aliases: [v@example.org], members: [ann@example.org] }';
  expect(await findGroup('v@example.org, bob@example.org', more)).toMatchObject({
    members: ['bob@example.org', 'ann@example.org'],
    logins: ['bob@example.org', 'ann', 'ann@example.org'],
  });
});

test('groups in a circle end', async () => {
  const more =
    '  - { address: u@example.org, members: [t@example.org, u@example.org, ann@example.org] }';
  expect(await findGroup('u@example.org, t@example.org, bob@example.org', more)).toMatchObject({
    members: ['bob@example.org', 'ann@example.org'],
  });
});

test('a group that names its own address keeps the account of that address', async () => {
  const more = 'tables: {}';
  const people = await gather(
    `${STAFF}groups: [{ address: bob@example.org, members: [bob@example.org, cid@example.org] }]\n${more}`,
  );
  expect(people.find('bob@example.org')).toMatchObject([
    { kind: 'account' },
    { kind: 'group', members: ['bob@example.org', 'cid@example.org'] },
  ]);
});

test('a member at an open domain is an account', async () => {
  expect(await findGroup('x@test.example', 'open: [test.example]')).toMatchObject({
    members: ['x@test.example'],
    logins: ['x@test.example'],
  });
});

test('a member in doubt puts its group in doubt', async () => {
  const people = await gather(
    `${shared}groups: [{ address: t@example.org, members: [info@example.org] }]`,
  );
  expect(() => people.find('t@example.org')).toThrow('two accounts (ids 1, 2) hold this alias');
});

const nest = (levels: number): string =>
  Array.from(
    { length: levels },
    (_, i) => `  - { address: g${i}@example.org, members: [g${i + 1}@example.org] }`,
  ).join('\n');

test('groups nest as deep as the limit', async () => {
  expect(await findGroup('g0@example.org', nest(3))).toMatchObject({
    members: ['g3@example.org'],
  });
});

test('a group that nests deeper than the limit is in doubt, never shortened', async () => {
  await expect(findGroup('g0@example.org', nest(4))).rejects.toThrow(
    new Fault('entry', 'the group nests groups more than 3 deep, the limit groups.depth'),
  );
});

const names = (count: number): string =>
  Array.from({ length: count }, (_, i) => `m${i}@example.net`).join(', ');

test('a group may have as many members as the limit', async () => {
  expect((await findGroup(names(5)))?.members).toHaveLength(5);
});

test('a group with more members than the limit is in doubt, never shortened', async () => {
  await expect(findGroup(names(6))).rejects.toThrow(
    new Fault('entry', 'the group has more than 5 members, the limit groups.members'),
  );
});

const OPEN = `
accounts: [{ address: ann@test.example, aliases: [a@test.example], id: 1 }]
groups: [{ address: t@test.example, members: [] }]
open: [Test.example]
`;

test.each(['x@test.example', 'ann+x@test.example', '"a b"@test.example'])(
  'at an open domain %s is an account',
  async (address) => {
    const people = await gather(OPEN);
    expect(people.find(address)).toEqual([
      {
        id: address,
        kind: 'account',
        address,
        aliases: [],
        logins: [address],
        members: [],
        enabled: true,
      },
    ]);
  },
);

test.each([
  ['account', 'ann@test.example', { id: '1' }],
  ['alias', 'a@test.example', { id: '1' }],
  ['group', 't@test.example', { kind: 'group' }],
])('at an open domain a listed %s is what the list says', async (_, address, expected) => {
  const people = await gather(OPEN);
  expect(people.find(address)).toMatchObject([expected]);
});

test.each(['a,b@test.example', 'a b@test.example', 'a@b@test.example'])(
  'even at an open domain nobody holds %j, which a reply could not carry',
  async (address) => {
    const people = await gather(OPEN);
    expect(people.find(address)).toEqual([]);
  },
);

test('domains are those listed and those open, once', async () => {
  const people = await gather('open: [b.example, c.example]\ndomains: [A.example, b.example]');
  expect(people.domains).toEqual(['a.example', 'b.example', 'c.example']);
});
