import { expect, test } from 'vitest';
import type { LdapSettings } from '../../../src/directory/ldap/settings.ts';
import { CONTAINERS, LOGIN, openOver, person } from './memory/open.ts';
import { type Attributes, startMemory } from './memory/server.ts';

/** What `check` says of addresses that no filter finds, where these are there besides Ann and Bob. */
async function told(
  entries: Readonly<Record<string, Attributes>>,
  settings: Partial<LdapSettings> = {},
): Promise<readonly string[]> {
  const server = await startMemory({
    ...CONTAINERS,
    ...person('ann'),
    ...person('bob'),
    ...entries,
  });
  const remarks = (await openOver(server, settings).inspect?.(new AbortController().signal)) ?? [];
  return remarks.map(({ text }) => text).filter((text) => text.includes('leave out'));
}

/** Somebody of a class that the preset does not look for. */
const printer = (cn: string, more: Attributes = {}): Readonly<Record<string, Attributes>> => ({
  [`cn=${cn},dc=x`]: { objectClass: 'device', cn, mail: `${cn}@example.org`, ...more },
});

test('names an address that no filter finds, and its entry', async () => {
  expect(await told(printer('p1'))).toEqual([
    'one entry holds an address that accounts.filter and groups.filter leave out, so that it is refused: p1@example.org (cn=p1,dc=x); if they are to have mail, let a filter find them',
  ]);
});

test('counts them, and names a few', async () => {
  const many = Object.assign({}, ...Array.from({ length: 7 }, (_, i) => printer(`p${i}`)));
  const [text = ''] = await told(many);
  expect(text).toMatch(/^7 entries hold an address .*p0@.*p1@.*p2@example.org \(cn=p2,dc=x\) …;/);
  expect(text).not.toContain('p3@');
});

test('says "more than" where it has not seen them all', async () => {
  const many = Object.assign({}, ...Array.from({ length: 501 }, (_, i) => printer(`p${i}`)));
  expect(await told(many)).toEqual([expect.stringMatching('^more than 500 entries hold')]);
});

test.each([
  ['an alias', printer('p', { mail: [], mailAlternateAddress: 'p@example.org' }), true],
  ['no address', printer('p', { mail: 'none' }), false],
  ['nothing', {}, false],
])('looks at those who have %s', async (_, entries, isTold) => {
  expect((await told(entries)).length > 0).toBe(isTold);
});

test('does not tell of the login itself', async () => {
  expect(await told({ [LOGIN]: { objectClass: 'account', mail: 'svc@example.org' } })).toEqual([]);
});

test.each([
  ['a filter that finds them', { accounts: { filter: '(|(objectClass=inetOrgPerson)(cn=p))' } }],
  ['a filter that depends on the address', { accounts: { filter: '(mail=%s)' } }],
])('tells of none with %s', async (_, settings) => {
  expect(await told(printer('p'), settings)).toEqual([]);
});
