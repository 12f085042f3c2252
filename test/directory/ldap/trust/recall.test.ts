import { OrFilter } from 'ldapts';
import { describe, expect, test, vi } from 'vitest';
import { shown } from '../../../../src/directory/ldap/trust/peoplesights.ts';
import { createRecall } from '../../../../src/directory/ldap/trust/recall.ts';
import type { Sight } from '../../../../src/directory/ldap/trust/sight.ts';
import { createKept } from '../../../../src/directory/trust/kept.ts';
import { CONTAINERS, openOver, person, says } from '../memory/open.ts';
import { startMemory } from '../memory/server.ts';

/** Connections are opened anew after a short while. */
const SOON = { timeout: 20_000 };

const ALIAS = { mailAlternateAddress: 'a@example.org' };
const PEOPLE = { ...CONTAINERS, ...person('ann', ALIAS), ...person('bob'), ...person('svc') };

describe('who must be seen', () => {
  test.each(['mail', 'mailalternateaddress'])(
    'by %s is known after a restart',
    async (attribute) => {
      const kept = createKept();
      const server = await startMemory(PEOPLE);
      const first = openOver(server, {}, { kept });
      expect(await says(first, 'nobody@example.org')).toBe('none');
      await first.close();
      server.rights.hidden.add(attribute);
      const key = attribute === 'mail' ? 'ann@example.org' : 'a@example.org';
      expect(await says(openOver(server, {}, { kept }), key)).toMatch(/is believed to be absent/);
    },
  );

  test('is nobody who was accepted to be gone, after a restart too', async () => {
    const kept = createKept();
    const server = await startMemory(PEOPLE);
    const first = openOver(server, {}, { kept });
    expect(await says(first, 'nobody@example.org')).toBe('none');
    server.entries.delete('uid=ann,ou=people,dc=x');
    expect(await says(first, 'nobody@example.org')).toMatch(/idpmap accept/);
    expect(first.accept?.()).toMatch('mailAlternateAddress');
    await first.close();
    expect(await says(openOver(server, {}, { kept }), 'nobody@example.org')).toBe('none');
  });

  test('is somebody else once the first one has left', async () => {
    const kept = createKept();
    const server = await startMemory({
      ...PEOPLE,
      ...person('cy', { mailAlternateAddress: 'c@example.org' }),
    });
    const first = openOver(server, {}, { kept });
    expect(await says(first, 'nobody@example.org')).toBe('none');
    server.entries.delete('uid=ann,ou=people,dc=x');
    expect(await says(first, 'nobody@example.org')).toBe('none');
    expect(JSON.stringify(kept.read('witnesses'))).not.toContain('ann');
  });

  test('is asked for in other settings only if they look in the same place', async () => {
    const kept = createKept();
    const server = await startMemory(PEOPLE);
    const first = openOver(server, {}, { kept });
    expect(await says(first, 'nobody@example.org')).toBe('none');
    await first.close();
    const accounts = { filter: '(&(objectClass=inetOrgPerson)(uid=bob))' };
    expect(await says(openOver(server, { accounts }, { kept }), 'ann@example.org')).toBe('none');
  });
});

describe('a look round', () => {
  test('that failed is repeated: a right that is gone later is noticed', async () => {
    const server = await startMemory(PEOPLE);
    server.codes.set('["present","mailAlternateAddress"]', 3);
    const directory = openOver(server);
    expect(await says(directory, 'nobody@example.org')).toMatch(/could not look for/);
    server.codes.clear();
    await vi.waitFor(
      async () => expect(await says(directory, 'nobody@example.org')).toBe('none'),
      SOON,
    );
    server.rights.hidden.add('mailalternateaddress');
    expect(await says(directory, 'a@example.org')).toMatch(/is believed to be absent/);
  });

  test.each([3, 11, 51])(
    'that can never succeed (code %i) does not defer for ever',
    async (code) => {
      const server = await startMemory(PEOPLE);
      server.codes.set('["present","mailAlternateAddress"]', code);
      const directory = openOver(server);
      expect(await says(directory, 'nobody@example.org')).toMatch(/could not look for/);
      await vi.waitFor(
        async () => expect(await says(directory, 'nobody@example.org')).toBe('none'),
        SOON,
      );
    },
  );
});

describe('what is kept', () => {
  const sight = (attribute: string): Sight =>
    shown(
      {
        name: 'account',
        settings: '',
        base: 'dc=x',
        scope: 'sub',
        among: (filters) => new OrFilter({ filters: [...filters] }),
      },
      attribute,
    );

  test.each([[undefined], ['a'], [[1]], [{ 'account mail': 7 }], [{ 'account mail': [1, 2] }]])(
    'is not trusted to have its shape: %j',
    (value) => {
      const recall = createRecall(createKept({ witnesses: value }));
      expect(recall.witness(sight('mail'))).toBeUndefined();
    },
  );

  test('is one value an attribute, and bounded', () => {
    const kept = createKept();
    const recall = createRecall(kept);
    for (let i = 0; i < 300; i++)
      recall.keep(sight(`a${i}`), { dn: 'uid=ann', value: 'ann@example.org' });
    recall.keep(sight('a299'), { dn: 'uid=bob', value: 'bob@example.org' });
    recall.keep(sight('big'), { dn: 'uid=ann', value: 'x'.repeat(2000) });
    expect(Object.keys(Object(kept.read('witnesses')))).toHaveLength(200);
    expect(recall.witness(sight('a299'))).toEqual({ dn: 'uid=ann', value: 'ann@example.org' });
  });
});
