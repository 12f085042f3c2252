import { describe, expect, test } from 'vitest';
import type { Directory } from '../../../../src/directory/directory.ts';
import type { LdapTableSettings } from '../../../../src/directory/ldap/settings.ts';
import { createKept } from '../../../../src/directory/trust/kept.ts';
import { CONTAINERS, LOGIN, openOver, person } from '../memory/open.ts';
import { type Attributes, startMemory } from '../memory/server.ts';
import { SETTINGS } from '../tablefixture.ts';

const STATUS = { accountStatus: 'active' };
const PEOPLE = {
  ...CONTAINERS,
  ...person('ann', { ...STATUS, mailAlias: 'a@example.org', maildrop: 'ann@store' }),
  ...person('bob', { ...STATUS, maildrop: 'bob@store' }),
  ...person('svc', { ...STATUS, maildrop: 'svc@store' }),
};
const FILTER = '(&(objectClass=inetOrgPerson)(accountStatus=active)(|(mail=%s)(mailAlias=%s)))';

/** Opens a directory with one table, over people that lie there. */
async function open(
  settings: Partial<LdapTableSettings> = {},
  entries: Readonly<Record<string, Attributes>> = PEOPLE,
  kept = createKept(),
) {
  const server = await startMemory(entries);
  const tables = { t: { ...SETTINGS, queryFilter: FILTER, ...settings } };
  const make = () => openOver(server, { tables, proof: 'base' }, { kept });
  return { server, make, directory: make() };
}

async function ask(directory: Directory, key: string): Promise<string> {
  try {
    const answer = await directory.table?.({ table: 't' })(key, {
      signal: new AbortController().signal,
    });
    return answer?.status === 'found' ? answer.value.join() : `none by ${answer?.proof.by}`;
  } catch (error) {
    return String(error);
  }
}

describe('a table', () => {
  test('denies whom it does not find while it is seen to find others', async () => {
    const { directory } = await open();
    expect(await ask(directory, 'ann@example.org')).toBe('ann@store');
    expect(await ask(directory, 'nobody@example.org')).toBe('none by connection');
  });

  test.each([
    ['the address', 'mail', 'ann@example.org'],
    ['one of two addresses', 'mailalias', 'a@example.org'],
    ['the state that its filter wants', 'accountstatus', 'ann@example.org'],
    ['the class', 'objectclass', 'ann@example.org'],
    ['the answer', 'maildrop', 'ann@example.org'],
  ])('denies nobody once a right is withdrawn from %s', async (_, attribute, key) => {
    const { server, directory } = await open();
    expect(await ask(directory, 'nobody@example.org')).toBe('none by connection');
    server.rights.hidden.add(attribute);
    expect(await ask(directory, key)).toMatch(/Fault|Untrusted/);
  });

  test('answers again as soon as the right is given back', async () => {
    const { server, directory } = await open({ queryFilter: '(mail=%s)' });
    server.rights.hidden.add('mail');
    expect(await ask(directory, 'ann@example.org')).toMatch(/Fault/);
    server.rights.hidden.clear();
    expect(await ask(directory, 'ann@example.org')).toBe('ann@store');
  });

  test.each(['mail', 'mailalias', 'accountstatus', 'maildrop'])(
    'remembers over a restart that %s was seen',
    async (attribute) => {
      const { server, directory, make } = await open();
      expect(await ask(directory, 'nobody@example.org')).toBe('none by connection');
      await directory.close();
      server.rights.hidden.add(attribute);
      const key = attribute === 'mailalias' ? 'a@example.org' : 'ann@example.org';
      expect(await ask(make(), key)).toMatch(/nobody is believed to be absent/);
    },
  );

  test.each([
    ['the state that its filter wants', 'accountstatus'],
    ['the class', 'objectclass'],
    ['all that it answers', 'maildrop'],
  ])('denies nobody where %s was never shown', async (_, attribute) => {
    const { server, directory } = await open();
    server.rights.hidden.add(attribute);
    expect(await ask(directory, 'ann@example.org')).toMatch(/Fault|Untrusted/);
  });

  test('tells by check which attribute of its filter nobody shows', async () => {
    const { server, directory } = await open();
    server.rights.hidden.add('mailalias');
    const remarks = await directory.inspect?.(new AbortController().signal);
    expect(remarks).toContainEqual({
      level: 'warning',
      text: expect.stringContaining('table t: nobody shows mailAlias'),
    });
  });

  test.each([
    [
      'its filter wants',
      { queryFilter: '(&(mail=%s)(mailEnabled=TRUE))' },
      /has no attribute mailEnabled/,
    ],
    ['it asks by', { queryFilter: '(mailAka=%s)' }, /has no attribute mailAka/],
    [
      'its filter does not want',
      { queryFilter: '(&(mail=%s)(!(mailOff=TRUE)))' },
      /has no attribute mailOff/,
    ],
    ['it answers', { resultAttributes: ['mailDestination'] }, /has no attribute mailDestination/],
  ])('denies nobody where the schema lacks what %s', async (_, settings, expected) => {
    const { server, directory } = await open(settings);
    server.attributeTypes.push(...TYPES);
    expect(await ask(directory, 'nobody@example.org')).toMatch(expected);
  });

  test('passes over what the schema lacks beside something that it has', async () => {
    const { server, directory } = await open({
      queryFilter: '(|(mail=%s)(mailAka=%s))',
      resultAttributes: ['maildrop', 'mailDestination'],
    });
    server.attributeTypes.push(...TYPES);
    expect(await ask(directory, 'nobody@example.org')).toBe('none by connection');
  });

  test('denies nobody where the login sees nothing but itself', async () => {
    const { server, directory } = await open();
    server.rights.sees = (dn) => !dn.startsWith('uid=') || dn === LOGIN;
    expect(await ask(directory, 'ann@example.org')).toMatch(/shows nothing at all/);
    expect(await ask(directory, 'svc@example.org')).toBe('svc@store');
  });

  test('denies nobody where nothing but the root is seen', async () => {
    const { server, directory } = await open({ searchBase: '' });
    server.rights.sees = () => false;
    expect(await ask(directory, 'ann@example.org')).toMatch(/no right to see it/);
  });

  test('that is empty denies everybody, if what it wants is seen elsewhere', async () => {
    const { directory } = await open({ queryFilter: '(&(objectClass=mailList)(mail=%s))' });
    expect(await ask(directory, 'list@example.org')).toBe('none by connection');
  });

  test.each([
    ['what it asks by', 'mail', 'hidden'],
    ['what it wants', 'objectclass', 'hidden'],
    ['what it answers', 'maildrop', 'unread'],
  ] as const)(
    'that is empty denies nobody once %s is not seen elsewhere any more',
    async (_, attribute, way) => {
      const { server, directory } = await open({
        queryFilter: '(&(objectClass=mailList)(mail=%s))',
      });
      expect(await ask(directory, 'list@example.org')).toBe('none by connection');
      server.rights[way].add(attribute);
      expect(await ask(directory, 'list@example.org')).not.toMatch(/^none/);
    },
  );

  test('that shows nothing at all denies nobody until that is accepted, for good', async () => {
    const { directory, make } = await open({
      queryFilter: '(associatedDomain=%s)',
      resultAttributes: ['description'],
    });
    expect(await ask(directory, 'example.org')).toMatch(/idpmap accept/);
    expect(directory.accept?.()).toMatch('associatedDomain');
    expect(await ask(directory, 'example.org')).toBe('none by connection');
    await directory.close();
    expect(await ask(make(), 'example.org')).toBe('none by connection');
  });

  test('whose base has the domain in it is believed by the others at its end', async () => {
    const { server, directory } = await open({ searchBase: 'dc=%1', queryFilter: '(mail=%s)' });
    expect(await ask(directory, 'nobody@example.x')).toBe('none by connection');
    server.rights.hidden.add('mail');
    expect(await ask(directory, 'nobody@example.x')).toMatch(/nobody is believed to be absent/);
  });

  test('asks nobody for a key that has no place in it', async () => {
    const { server, directory } = await open({ queryFilter: '(mail=%u@%d)' });
    const before = server.peer.asked.length;
    expect(await ask(directory, 'example.org')).toBe('none by form');
    expect(
      server.peer.asked.slice(before).filter(({ text }) => text.includes('example.org')),
    ).toEqual([]);
  });
});

describe('the list of domains', () => {
  const listDomains = { filter: '(objectClass=mailDomain)', attribute: 'associatedDomain' };
  const domain = { 'ou=d,dc=x': { objectClass: 'mailDomain', associatedDomain: 'example.org' } };
  const domainsOf = async (directory: Directory): Promise<string> => {
    try {
      const found = await directory.domains?.(new AbortController().signal);
      return found?.status === 'found' ? found.value.join() : 'none';
    } catch (error) {
      return String(error);
    }
  };

  test('is not empty because a right is gone', async () => {
    const server = await startMemory({ ...PEOPLE, ...domain });
    const directory = openOver(server, { listDomains });
    expect(await domainsOf(directory)).toBe('example.org');
    server.rights.hidden.add('associateddomain');
    expect(await domainsOf(directory)).toMatch(/nobody is believed/);
  });
});

const TYPES = ['objectClass', 'cn', 'uid', 'mail', 'mailAlias', 'maildrop', 'accountStatus'].map(
  (name, i) => `( 1.2.3.${i} NAME '${name}' EQUALITY caseIgnoreMatch )`,
);
