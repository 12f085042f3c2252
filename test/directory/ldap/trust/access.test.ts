import { describe, expect, test } from 'vitest';
import { createKept } from '../../../../src/directory/trust/kept.ts';
import { CONTAINERS, openOver, person, says, team } from '../memory/open.ts';
import { type Attributes, type MemoryServer, startMemory } from '../memory/server.ts';

const OTHER = 'other@example.org';

/** A server where nobody shows an alias. */
async function open(
  entries: Readonly<Record<string, Attributes>> = {},
  change: (server: MemoryServer) => void = (server) => Object.assign(server, { isOpenLdap: true }),
) {
  const server = await startMemory({
    ...CONTAINERS,
    ...person('svc'),
    ...person('ann'),
    ...team('team', ['ann']),
    ...entries,
  });
  change(server);
  return server;
}

describe('an alias attribute that was never shown to anybody', () => {
  test.each([
    ['OpenLDAP', (server: MemoryServer) => Object.assign(server, { isOpenLdap: true })],
    ['389-DS', (server: MemoryServer) => Object.assign(server, { vendorName: '389 Project' })],
  ])('denies nobody where %s does not let the login see it', async (_, change) => {
    const server = await open(person('bob', { mailAlternateAddress: OTHER }), change);
    server.rights.hidden.add('mailalternateaddress');
    const directory = openOver(server);
    expect(await says(directory, OTHER)).toMatch(/lets bind.dn see no mailAlternateAddress/);
    expect(await says(directory, 'ann@example.org')).toBe('ann@example.org');
    server.rights.hidden.clear();
    expect(await says(directory, OTHER)).toBe('bob@example.org');
    expect(await says(directory, 'nobody@example.org')).toBe('none');
    expect(directory.figures?.['held']).toBe(0);
  });

  test('is no matter of rights where the schema lacks it, though 389-DS says the same of both', async () => {
    const server = await open({}, (each) => Object.assign(each, { vendorName: '389 Project' }));
    const known = ['objectClass', 'mail', 'uid', 'cn', 'member', 'mailAlternateAddress'];
    server.attributeTypes.push(...known.map((name, i) => `( 1.2.${i} NAME '${name}' )`));
    server.rights.hidden.add('nosuchaddress');
    const directory = openOver(server, { accounts: { aliases: ['noSuchAddress'] } });
    expect(await says(directory, OTHER)).toMatch(/schema .* has no attribute noSuchAddress/);
  });

  test('denies nobody where it is an attribute of groups', async () => {
    const server = await open(team('crew', ['ann'], { mailAlternateAddress: OTHER }));
    server.rights.hidden.add('mailalternateaddress');
    const accounts = { aliases: [] };
    expect(await says(openOver(server, { accounts }), OTHER)).toMatch(
      /mailAlternateAddress of any group/,
    );
  });

  test('denies nobody where each of two is hidden', async () => {
    const server = await open(person('bob', { mailLocalAddress: OTHER }));
    server.rights.hidden.add('mailalternateaddress').add('mailLocalAddress'.toLowerCase());
    const directory = openOver(server);
    expect(await says(directory, OTHER)).toMatch('idpmap accept');
    server.rights.hidden.delete('mailalternateaddress');
    expect(await says(directory, OTHER)).toMatch(/see no mailLocalAddress/);
  });

  test('is believed to be held by nobody where it may be seen', async () => {
    expect(await says(openOver(await open()), OTHER)).toBe('none');
  });

  test('is taken to be held by nobody once an administrator has said so, after a restart too', async () => {
    const server = await open();
    server.rights.hidden.add('mailalternateaddress');
    const kept = createKept();
    const accounts = { aliases: ['mailAlternateAddress'] };
    const groups = { depth: 10, members: 10, aliases: [] };
    const directory = openOver(server, { accounts, groups }, { kept });
    expect(await says(directory, OTHER)).toMatch('idpmap accept');
    expect(directory.figures?.['held']).toBe(1);
    expect(directory.accept?.()).toMatch('mailAlternateAddress');
    expect(await says(directory, OTHER)).toBe('none');
    expect(await says(openOver(server, { accounts, groups }, { kept }), OTHER)).toBe('none');
  });

  test('is told by check', async () => {
    const server = await open();
    server.rights.hidden.add('mailalternateaddress');
    const remarks = await openOver(server).inspect?.(new AbortController().signal);
    expect(remarks).toContainEqual({
      level: 'failed',
      text: expect.stringContaining('take it out of accounts.aliases'),
    });
  });

  test.each([
    [
      'nothing may be compared',
      (server: MemoryServer) => Object.assign(server, { isOpenLdap: true, compares: false }),
    ],
    ['the server is not known to tell', () => {}],
  ])('can’t be told from one that nobody has where %s', async (_, change) => {
    const server = await open(person('bob', { mailAlternateAddress: OTHER }), change);
    server.rights.hidden.add('mailalternateaddress');
    expect(await says(openOver(server), OTHER)).toBe('none');
  });
});
