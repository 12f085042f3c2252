import { describe, expect, test } from 'vitest';
import type { LostPolicy } from '../../../../src/directory/ldap/people/lost.ts';
import { CONTAINERS, dnOf, openOver, person, says, team } from '../memory/open.ts';
import { type Attributes, startMemory } from '../memory/server.ts';

const PEOPLE = { ...CONTAINERS, ...person('ann'), ...person('bob'), ...person('svc') };
const ADDRESS = 'team@example.org';
const open = (more: Readonly<Record<string, Attributes>>) => startMemory({ ...PEOPLE, ...more });
const other = (cn: string, attributes: Attributes): Readonly<Record<string, Attributes>> => ({
  [`cn=${cn},ou=people,dc=x`]: { cn, ...attributes },
});
const named = (cn: string): string => `cn=${cn},ou=people,dc=x`;

describe('a member that no filter finds', () => {
  test.each([
    [
      'somebody of another class',
      { objectClass: 'posixAccount', uid: 'carla', mail: 'carla@example.org' },
      'carla@example.org',
    ],
    [
      'a contact elsewhere',
      { objectClass: 'organizationalRole', mail: 'partner@elsewhere.example' },
      'partner@elsewhere.example',
    ],
    [
      'a room with a pattern for an address',
      { objectClass: 'room', mail: 'MAILTO:Room@Example.org' },
      'room@example.org',
    ],
  ])('and has an address is a member: %s', async (_, attributes, address) => {
    const server = await open({
      ...other('third', attributes),
      ...team('team', ['ann', named('third')]),
    });
    expect(await says(openOver(server), ADDRESS)).toBe(
      ['ann@example.org', address].toSorted().join(),
    );
  });

  test('is one below another base too', async () => {
    const server = await open({
      'cn=far,dc=x': { objectClass: 'inetOrgPerson', mail: 'far@example.org' },
      ...team('team', ['ann', 'cn=far,dc=x']),
    });
    const directory = openOver(server, { accounts: { base: 'ou=people,dc=x' } });
    expect(await says(directory, ADDRESS)).toBe('ann@example.org,far@example.org');
  });

  test('and has members is a group', async () => {
    const server = await open({
      ...other('crew', { objectClass: 'mailGroup', member: dnOf('bob') }),
      ...team('team', ['ann', named('crew')]),
    });
    expect(await says(openOver(server), ADDRESS)).toBe('ann@example.org,bob@example.org');
  });

  test('gets no mail if it is disabled', async () => {
    const server = await open({
      ...other('off', { objectClass: 'account', mail: 'off@example.org', employeeType: 'gone' }),
      ...team('team', ['ann', named('off')]),
    });
    const directory = openOver(server, { accounts: { disabled: ['employeeType=gone'] } });
    expect(await says(directory, ADDRESS)).toBe('ann@example.org');
    expect(directory.figures?.['membersLeftOut']).toBe(0);
  });

  test('is left out where the configured filter leaves it out on purpose', async () => {
    const server = await open({
      ...person('left', { employeeType: 'left' }),
      ...team('team', ['ann', 'left']),
    });
    const accounts = { filter: '(&(objectClass=inetOrgPerson)(!(employeeType=left)))' };
    const directory = openOver(server, { accounts });
    expect(await says(directory, ADDRESS)).toBe('ann@example.org');
    expect(directory.figures?.['membersLeftOut']).toBe(0);
  });

  test('may not send as the group', async () => {
    const server = await open({
      ...other('third', { objectClass: 'posixAccount', uid: 'carla', mail: 'carla@example.org' }),
      ...team('team', ['ann', named('third')]),
    });
    const found = await openOver(server).find(ADDRESS, { signal: new AbortController().signal });
    expect(found).toMatchObject({ value: [{ logins: ['ann', 'ann@example.org'] }] });
  });
});

describe('a member who would get none of the mail', () => {
  const dummy = { ...other('dummy', { objectClass: 'organizationalRole' }) };
  const CASES: readonly [string, readonly string[], RegExp][] = [
    ['is gone', ['cn=dummy'], /cn=dummy is not there/],
    ['has no address', [named('dummy')], /cn=dummy,ou=people,dc=x has no address/],
    ['is an account without an address', ['mute'], /has no address/],
  ];
  const mute = person('mute', { mail: [] });

  test.each(CASES)('is left out and told: it %s', async (_, members, told) => {
    const server = await open({ ...dummy, ...mute, ...team('team', ['ann', ...members]) });
    const directory = openOver(server);
    const found = await directory.find(ADDRESS, { signal: new AbortController().signal });
    expect(found).toMatchObject({
      value: [{ members: ['ann@example.org'], leftOut: [expect.stringMatching(told)] }],
    });
    expect(directory.figures?.['membersLeftOut']).toBe(1);
    const remarks = await directory.inspect?.(new AbortController().signal);
    expect(remarks).toContainEqual({ level: 'warning', text: expect.stringMatching(told) });
  });

  test.each(CASES)('defers the mail where that is wanted: it %s', async (_, members, told) => {
    const server = await open({ ...dummy, ...mute, ...team('team', ['ann', ...members]) });
    const groups = { depth: 10, members: 10, unreadableMembers: 'defer' } as const;
    expect(await says(openOver(server, { groups }), ADDRESS)).toMatch(told);
  });

  test.each<[LostPolicy, RegExp]>([
    ['leaveOut', /^ann@example\.org$/],
    ['deferUnreadable', /is there, but bind\.dn may not read it.*groups\.unreadableMembers/],
    ['defer', /is there, but bind\.dn may not read it/],
  ])('and is there, hidden, is judged as %s says', async (unreadableMembers, expected) => {
    const server = await open(team('team', ['ann', 'bob']));
    server.rights.sees = (dn) => dn !== dnOf('bob');
    server.rights.discloses = true;
    const groups = { depth: 10, members: 10, unreadableMembers };
    expect(await says(openOver(server, { groups }), ADDRESS)).toMatch(expected);
  });

  test('and is hidden, or not there, by a server that shows no entry for both, is left out', async () => {
    const server = await open(team('team', ['ann', 'bob']));
    server.rights.sees = (dn) => dn !== dnOf('bob');
    server.rights.discloses = true;
    server.showsNothing = true;
    const directory = openOver(server);
    expect(await says(directory, ADDRESS)).toBe('ann@example.org');
    expect(directory.figures?.['membersLeftOut']).toBe(1);
  });

  test('does not defer the group above the one that it is in', async () => {
    const inner = team('inner', ['cn=dummy']);
    const server = await open({
      ...inner,
      ...team('team', ['ann', 'bob', 'cn=inner,ou=groups,dc=x']),
    });
    expect(await says(openOver(server), ADDRESS)).toBe('ann@example.org,bob@example.org');
    expect(await says(openOver(server), 'inner@example.org')).toMatch(
      /members of cn=inner.* is to be seen/,
    );
  });
});

describe('Active Directory', () => {
  const user = (cn: string, more: Attributes) =>
    other(cn, { objectClass: ['user'], objectCategory: 'person', sAMAccountName: cn, ...more });
  const contact = other('ext', {
    objectClass: ['contact'],
    objectCategory: 'person',
    mail: 'ext@elsewhere.example',
    proxyAddresses: ['SMTP:ext@elsewhere.example', 'smtp:ext@example.org'],
  });
  const pure = user('pp', {
    proxyAddresses: ['smtp:pp2@example.org', 'SMTP:pp@example.org', 'SIP:pp@voice.example'],
  });
  const ad = { preset: 'active-directory' } as const;
  const world = (more: Readonly<Record<string, Attributes>> = {}) =>
    startMemory({
      ...CONTAINERS,
      ...pure,
      ...contact,
      ...user('ann', { mail: 'ann@example.org' }),
      ...more,
    });

  test.each([
    ['pp@example.org', 'pp@example.org'],
    ['pp2@example.org', 'pp@example.org'],
    ['ext@example.org', 'ext@elsewhere.example'],
    ['ext@elsewhere.example', 'ext@elsewhere.example'],
    ['sip:pp@voice.example', 'none'],
  ])('has for %s: %s', async (address, expected) => {
    expect(await says(openOver(await world(), ad), address)).toBe(expected);
  });

  test('has contacts among the members of groups, and no logins of theirs', async () => {
    const group: Readonly<Record<string, Attributes>> = {
      'cn=mixed,ou=groups,dc=x': {
        objectClass: 'group',
        objectCategory: 'group',
        mail: 'mixed@example.org',
        member: [named('ann'), named('ext')],
      },
    };
    const directory = openOver(await world(group), ad);
    const found = await directory.find('mixed@example.org', {
      signal: new AbortController().signal,
    });
    expect(found).toMatchObject({
      value: [
        {
          members: ['ext@elsewhere.example', 'ann@example.org'],
          logins: ['ann', 'ann@example.org'],
        },
      ],
    });
  });
});
