import { describe, expect, test } from 'vitest';
import { addressIn } from '../../../../src/address/written.ts';
import { CONTAINERS, dnOf, openOver, person, says, team } from '../memory/open.ts';
import { startMemory } from '../memory/server.ts';

const PEOPLE = { ...CONTAINERS, ...person('bob'), ...person('svc') };
const NAMES = ['objectClass', 'cn', 'uid', 'mail', 'mailAlternateAddress', 'member'];
const types = (exact: readonly string[]) =>
  NAMES.map((name, i) => {
    const kind = exact.includes(name) ? 'caseExactIA5Match' : 'caseIgnoreIA5Match';
    return `( 1.2.3.${i} NAME '${name}' EQUALITY ${kind} SYNTAX 1.3.6.1.4.1.1466.115.121.1.26{256} )`;
  });

describe('an address that is stored', () => {
  const WAYS = [
    ['with blanks round it', '  Cleo@Example.org '],
    ['as a URL', 'MAILTO:cleo@example.org'],
    ['as a URL with blanks', ' mailto:Cleo@example.org'],
    ['with a name', 'Cleo Clark <cleo@example.org>'],
    ['with a name in quotation marks', '"Clark, Cleo" <Cleo@Example.org>'],
    ['in angle brackets', '<cleo@example.org>'],
  ] as const;

  test.each(WAYS)('%s is found, as own address, alias, group and member', async (_, stored) => {
    const server = await startMemory({
      ...PEOPLE,
      ...person('cleo', { mail: stored, mailAlternateAddress: stored.replace(/cleo@/i, 'alias@') }),
      ...team('sales', ['cleo'], { mail: stored.replace(/cleo@/i, 'sales@') }),
    });
    const directory = openOver(server);
    for (const key of ['cleo', 'alias', 'sales'])
      expect(await says(directory, `${key}@example.org`)).toBe('cleo@example.org');
    expect(await says(directory, 'leo@example.org')).toBe('none');
  });

  test('with a name is told by check', async () => {
    const server = await startMemory({
      ...PEOPLE,
      ...person('cleo', { mail: 'Cleo <cleo@example.org>' }),
    });
    const remarks = await openOver(server).inspect?.(new AbortController().signal);
    expect(remarks).toContainEqual({
      level: 'warning',
      text: expect.stringContaining('1 addresses are written "Name <address>"'),
    });
  });

  test.each([['mail'], ['mailAlternateAddress']])(
    'with capitals is found where the schema compares %s with case',
    async (attribute) => {
      const server = await startMemory({
        ...PEOPLE,
        ...person('cleo', { [attribute]: 'Sales@Example.org' }),
        ...team('crew', ['cleo'], { [attribute]: 'Crew@Example.org' }),
      });
      server.attributeTypes.push(...types([attribute]));
      const directory = openOver(server);
      const own = attribute === 'mail' ? 'sales@example.org' : 'cleo@example.org';
      expect(await says(directory, 'sales@example.org')).toBe(own);
      expect(await says(directory, 'crew@example.org')).toBe(own);
      expect(await says(directory, 'nobody@example.org')).toBe('none');
      const remarks = await directory.inspect?.(new AbortController().signal);
      expect(remarks?.map(({ text }) => text)).toContainEqual(
        expect.stringContaining(`compares ${attribute} with case`),
      );
    },
  );

  test('with capitals leaves doubt where no rule of the server is without case', async () => {
    const server = await startMemory({
      ...PEOPLE,
      ...person('cleo', { mailAlternateAddress: 'Sales@Example.org' }),
    });
    server.attributeTypes.push(...types(['mailAlternateAddress']));
    server.matchingRules.splice(0);
    const directory = openOver(server);
    expect(await says(directory, 'sales@example.org')).toMatch(
      /compares mailAlternateAddress with case/,
    );
    expect(await says(directory, 'bob@example.org')).toBe('bob@example.org');
  });

  test('with capitals leaves doubt, and others found, where the search by such a rule fails', async () => {
    const server = await startMemory({
      ...PEOPLE,
      ...person('cleo', { mailAlternateAddress: 'Sales@Example.org' }),
    });
    server.attributeTypes.push(...types(['mailAlternateAddress']));
    server.codes.set('caseIgnoreIA5Match', 11);
    const directory = openOver(server);
    expect(await says(directory, 'sales@example.org')).toMatch(/administrative limit/);
    expect(await says(directory, 'bob@example.org')).toBe('bob@example.org');
  });
});

test.each([
  ['ann@example.org', 'ann@example.org'],
  ['"a b"@example.org', '"a b"@example.org'],
  ['not an address', 'not an address'],
  ['Ann <no address>', 'Ann <no address>'],
  ['mailto:', ''],
])('%s holds %s', (value, address) => {
  expect(addressIn(value)).toBe(address);
});

describe('an empty base', () => {
  const WORLD = {
    ...PEOPLE,
    'dc=net': { objectClass: 'domain' },
    'uid=nia,dc=net': { objectClass: 'inetOrgPerson', uid: 'nia', mail: 'nia@second.net' },
  };

  test.each([[['']], [['dc=x', 'dc=net']]])('is all that a server holds: %j', async (contexts) => {
    const server = await startMemory(WORLD);
    server.contexts.splice(0, 1, ...contexts);
    const directory = openOver(server, { base: '' });
    expect(await says(directory, 'bob@example.org')).toBe('bob@example.org');
    expect(await says(directory, 'nia@second.net')).toBe('nia@second.net');
    expect(await says(directory, 'nobody@second.net')).toBe('none');
  });

  test.each([['account'], ['base']] as const)(
    'is not proved by the root, which all may read: %s',
    async (proof) => {
      const server = await startMemory(WORLD);
      server.contexts.splice(0, 1, '');
      server.rights.sees = () => false;
      expect(await says(openOver(server, { base: '', proof }), 'bob@example.org')).toMatch(
        /shows nothing below its root|shows no account with mail anywhere/,
      );
    },
  );

  test('still shows a member where it lies', async () => {
    const server = await startMemory({ ...WORLD, ...team('team', ['bob', 'uid=nia,dc=net']) });
    server.contexts.splice(0, 1, 'dc=x', 'dc=net');
    expect(await says(openOver(server, { base: '' }), 'team@example.org')).toBe(
      'bob@example.org,nia@second.net',
    );
    expect(dnOf('uid=nia,dc=net')).toBe('uid=nia,dc=net');
  });
});
