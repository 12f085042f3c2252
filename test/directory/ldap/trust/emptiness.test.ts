import { describe, expect, test } from 'vitest';
import { createKept } from '../../../../src/directory/trust/kept.ts';
import { CONTAINERS, dnOf, openOver, person, says, team } from '../memory/open.ts';
import { type Attributes, startMemory } from '../memory/server.ts';

const PEOPLE = { ...CONTAINERS, ...person('ann'), ...person('bob'), ...person('svc') };
const POSIX = { objectClass: 'posixGroup', memberUid: ['ann'] };
const open = (more: Readonly<Record<string, Attributes>>) => startMemory({ ...PEOPLE, ...more });
const ADDRESS = 'team@example.org';

describe('a group that shows no member', () => {
  test('is in doubt where no group shows any', async () => {
    const server = await open(team('team', ['ann', 'bob']));
    server.rights.hidden.add('member');
    const directory = openOver(server);
    expect(await says(directory, ADDRESS)).toMatch(
      /shows no member, and nothing shows that bind\.dn may read/,
    );
    expect(await says(directory, 'ann@example.org')).toBe('ann@example.org');
    expect(await says(directory, 'nobody@example.org')).toBe('none');
  });

  test('is in doubt where the right is withdrawn while the daemon runs', async () => {
    const server = await open({ ...team('team', ['ann']), ...team('other', ['bob']) });
    const directory = openOver(server);
    expect(await says(directory, ADDRESS)).toBe('ann@example.org');
    server.rights.unread.add('member');
    expect(await says(directory, ADDRESS)).toMatch(/read member/);
    server.rights.unread.clear();
    expect(await says(directory, ADDRESS)).toBe('ann@example.org');
  });

  test.each([
    ['member', team('team', []), team('other', ['ann'])],
    ['memberUid', team('team', [], { objectClass: 'posixGroup' }), team('other', [], POSIX)],
    [
      'uniqueMember',
      team('team', [], { objectClass: 'groupOfUniqueNames' }),
      team('other', [], { objectClass: 'groupOfUniqueNames', uniqueMember: [dnOf('ann')] }),
    ],
  ])('is empty where another one shows %s', async (_, empty, other) => {
    const server = await open({ ...empty, ...other });
    server.objectClasses.push(
      "( 2.5.6.9 NAME 'groupOfNames' SUP top STRUCTURAL MUST cn MAY ( member $ seeAlso ) )",
      "( 1.3.6.1.1.1.2.2 NAME 'posixGroup' SUP top STRUCTURAL MUST ( cn $ gidNumber ) MAY ( memberUid $ description ) )",
      "( 2.5.6.17 NAME 'groupOfUniqueNames' SUP top STRUCTURAL MUST cn MAY uniqueMember )",
    );
    server.attributeTypes.push(...TYPES);
    expect(await says(openOver(server), ADDRESS)).toBe('');
  });

  test('is not empty because a group of another class shows another attribute', async () => {
    const server = await open({ ...team('team', []), ...team('other', [], POSIX) });
    server.attributeTypes.push(...TYPES);
    server.objectClasses.push("( 2.5.6.9 NAME 'groupOfNames' MUST cn MAY member )");
    expect(await says(openOver(server), ADDRESS)).toMatch(/read member/);
  });

  test('is not empty because its member is the empty name and nothing else is known', async () => {
    const server = await open(team('team', [], { member: '' }));
    expect(await says(openOver(server), ADDRESS)).toBe('');
  });

  test('within another one is in doubt too: the list would be shortened', async () => {
    const nested = 'cn=inner,ou=groups,dc=x';
    const server = await open({ ...team('team', ['ann', nested]), ...team('inner', [], POSIX) });
    expect(await says(openOver(server), ADDRESS)).toBe('ann@example.org');
    server.rights.hidden.add('memberuid');
    expect(await says(openOver(server), ADDRESS)).toMatch(/inner.*shows no member/);
  });

  test('is empty once an administrator has said so, after a restart too', async () => {
    const server = await open(team('team', []));
    const kept = createKept();
    const groups = { depth: 10, members: 10, memberUids: [], memberDns: ['member'] };
    const directory = openOver(server, { groups }, { kept });
    expect(await says(directory, ADDRESS)).toMatch(/idpmap accept/);
    expect(directory.figures?.['held']).toBe(1);
    expect(directory.accept?.()).toMatch('nobody has member of any group any more');
    expect(await says(directory, ADDRESS)).toBe('');
    expect(await says(openOver(server, { groups }, { kept }), ADDRESS)).toBe('');
  });

  test('is told by check', async () => {
    const server = await open(team('team', ['ann']));
    server.rights.hidden.add('member');
    const remarks = await openOver(server).inspect?.(new AbortController().signal);
    expect(remarks).toContainEqual({
      level: 'warning',
      text: expect.stringMatching(/mail for cn=team.* is deferred: .*may read member/),
    });
  });
});

describe('members that name their groups', () => {
  const groups = { depth: 10, members: 10, membersBy: 'memberOf' } as const;
  const GROUP = 'cn=team,ou=groups,dc=x';

  test('are found by the group where the server keeps memberOf for nobody', async () => {
    const server = await open(team('team', ['ann', 'bob']));
    expect(await says(openOver(server, { groups }), ADDRESS)).toBe(
      'ann@example.org,bob@example.org',
    );
  });

  test('are found by the group where memberOf came later', async () => {
    const server = await open({
      ...team('team', ['ann', 'bob']),
      ...person('bob', { memberOf: GROUP }),
    });
    expect(await says(openOver(server, { groups }), ADDRESS)).toBe(
      'ann@example.org,bob@example.org',
    );
  });

  test('are in doubt where neither shows anything', async () => {
    const server = await open(team('team', ['ann', 'bob']));
    server.rights.hidden.add('member');
    expect(await says(openOver(server, { groups }), ADDRESS)).toMatch(/shows no member/);
  });
});

const TYPES = ['objectClass', 'cn', 'uid', 'mail', 'member', 'uniqueMember', 'memberUid'].map(
  (name, i) => `( 1.2.3.${i} NAME '${name}' EQUALITY caseIgnoreMatch )`,
);
