import { describe, expect, test } from 'vitest';
import { comparable } from '../../../../src/directory/ldap/trust/self.ts';
import { CONTAINERS, LOGIN, openOver, person, says } from '../memory/open.ts';
import { type MemoryServer, startMemory } from '../memory/server.ts';

const ADDRESSES = { mailAlternateAddress: 'service@example.org' };
const open = (): Promise<MemoryServer> =>
  startMemory({ ...CONTAINERS, ...person('ann'), ...person('bob'), ...person('svc', ADDRESSES) });

/** The base, and of people the login alone. */
const onlyItself = (dn: string): boolean => !dn.startsWith('uid=') || dn === LOGIN;

describe('a login that sees itself and nobody besides', () => {
  test('makes nobody absent, and itself found', async () => {
    const server = await open();
    server.rights.sees = onlyItself;
    const directory = openOver(server);
    expect(await says(directory, 'ann@example.org')).toMatch(
      /bind\.dn itself and no other account/,
    );
    expect(await says(directory, 'svc@example.org')).toBe('svc@example.org');
    expect(await says(directory, 'service@example.org')).toBe('svc@example.org');
    expect(await says(directory, 'ann@example.org')).toMatch(/bind\.dn itself/);
  });

  test.each([
    ['in capitals and with spaces', 'UID=svc, OU=People, dc=x'],
    ['with an escaped letter', 'uid=svc,ou=people,dc=x'.replace('svc', 's\\76c')],
  ])('is known where its name is written %s', async (_, dn) => {
    const server = await open();
    server.rights.sees = onlyItself;
    const directory = openOver(server, { bind: { dn, sasl: 'external' } });
    expect(await says(directory, 'ann@example.org')).toMatch(/bind\.dn itself/);
  });

  test.each([
    ['its DN', `dn:${LOGIN}`],
    ['its login', 'u:svc'],
    ['its login in a domain', 'u:EXAMPLE\\svc'],
  ])('is known by what the server calls it: %s', async (_, identity) => {
    const server = await open();
    server.identity = identity;
    server.rights.sees = onlyItself;
    const directory = openOver(server, { bind: { sasl: 'external' } });
    expect(await says(directory, 'ann@example.org')).toMatch(/bind\.dn itself/);
  });

  test('is known by its principal’s name', async () => {
    const server = await startMemory({
      ...CONTAINERS,
      ...person('ann'),
      ...person('svc', { userPrincipalName: 'svc@ad.example.org', uid: 'other' }),
    });
    server.rights.sees = onlyItself;
    const directory = openOver(server, { bind: { dn: 'svc@ad.example.org', sasl: 'external' } });
    expect(await says(directory, 'ann@example.org')).toMatch(/bind\.dn itself/);
  });

  test('is suspected where one entry is shown and nothing tells whose it is', async () => {
    const server = await open();
    server.rights.sees = onlyItself;
    const bind = { sasl: 'external' } as const;
    expect(await says(openOver(server, { bind }), 'ann@example.org')).toMatch(/bind\.dn itself/);
    server.rights.sees = () => true;
    expect(await says(openOver(server, { bind }), 'nobody@example.org')).toBe('none');
  });

  test('is no canary', async () => {
    const server = await open();
    server.rights.sees = onlyItself;
    const directory = openOver(server, { canary: 'svc@example.org' });
    expect(await says(directory, 'ann@example.org')).toMatch(/canary .* entry of bind\.dn itself/);
  });

  test('is told by check', async () => {
    const server = await open();
    server.rights.sees = onlyItself;
    const remarks = await openOver(server).inspect?.(new AbortController().signal);
    expect(remarks?.[0]).toMatchObject({
      level: 'failed',
      text: expect.stringContaining('itself and no other account'),
    });
  });
});

test('others are absent where others are seen', async () => {
  const directory = openOver(await open());
  expect(await says(directory, 'nobody@example.org')).toBe('none');
});

test('a witness that leaves is not followed by the login itself', async () => {
  const server = await open();
  const directory = openOver(server);
  expect(await says(directory, 'nobody@example.org')).toBe('none');
  server.rights.sees = onlyItself;
  expect(await says(directory, 'ann@example.org')).toMatch(/is believed to be absent/);
});

test.each([
  ['uid=a,dc=x', 'UID=A, DC=X'],
  ['cn=a\\, b,dc=x', 'cn=a\\2c b,dc=x'],
  ['cn=a\\2Cb,dc=x', 'cn=A\\,b , dc=x'],
])('%s and %s are one name', (one, other) => {
  expect(comparable(one)).toBe(comparable(other));
});
