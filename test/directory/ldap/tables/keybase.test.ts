import { expect, test } from 'vitest';
import type { LdapTableSettings } from '../../../../src/directory/ldap/settings.ts';
import { openOver } from '../memory/open.ts';
import { type Attributes, startMemory } from '../memory/server.ts';
import { SETTINGS } from '../tablefixture.ts';

const { signal } = new AbortController();

const person = (mail: string): Attributes => ({ objectClass: 'inetOrgPerson', mail });

/** A server of several suffixes, and a table whose base is the key's domain, as Kolab has it. */
async function open(table: Partial<LdapTableSettings>) {
  const server = await startMemory({
    'dc=example,dc=org': { objectClass: 'domain' },
    'uid=ann,dc=example,dc=org': person('ann@example.org'),
    'dc=example,dc=net': { objectClass: 'domain' },
    'uid=nia,dc=example,dc=net': person('nia@example.net'),
  });
  server.contexts.splice(0, 1, 'dc=example,dc=org', 'dc=example,dc=net');
  const aliases = { ...SETTINGS, resultAttributes: ['mail'], ...table };
  const directory = openOver(server, { base: '', proof: 'base', tables: { aliases } });
  const ask = directory.table?.({ table: 'aliases' });
  const says = async (key: string): Promise<string> => {
    const finding = await ask?.(key, { signal });
    return finding?.status === 'found' ? finding.value.join() : String(finding?.status);
  };
  return { directory, says };
}

test.each([
  { searchBase: 'dc=%2,dc=%1', queryFilter: '(&(mail=%s)(objectClass=inetOrgPerson))' },
  { searchBase: 'dc=%2,dc=%1', queryFilter: '(mail=%u@%d)' },
  { searchBase: '', queryFilter: '(mail=%s)' },
  { searchBase: 'dc=example,dc=%1', queryFilter: '(mail=%s)' },
])('a table that looks below a base of the key works, and check says so: %j', async (table) => {
  const { directory, says } = await open(table);
  expect(await says('ann@example.org')).toBe('ann@example.org');
  expect(await says('nia@example.net')).toBe('nia@example.net');
  expect(await says('nobody@example.org')).toBe('none');
  expect(await says('nobody@elsewhere.example')).toBe('none');
  const remarks = (await directory.inspect?.(signal)) ?? [];
  expect(remarks.filter(({ level }) => level === 'failed')).toEqual([]);
});
