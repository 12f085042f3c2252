import { expect, test } from 'vitest';
import { checkMirror } from '../../../../src/directory/ldap/follow/check.ts';
import type { LdapSettings } from '../../../../src/directory/ldap/settings.ts';
import { settingsWith } from '../branchfixture.ts';

type MirrorSettings = NonNullable<LdapSettings['mirror']>;

const told = (
  mirror: Partial<MirrorSettings> | undefined,
  accounts: Partial<LdapSettings['accounts']> = {},
): readonly string[] =>
  checkMirror(
    settingsWith({
      accounts: { base: 'ou=people', ...accounts },
      ...(mirror !== undefined && {
        mirror: {
          path: '/var/lib/idpmap/staff.db',
          feed: 'auto',
          poll: 5000,
          refresh: 3_600_000,
          whenAbsent: 'ask',
          acceptFor: 1,
          denyFor: 0,
          guard: 0.1,
          grace: 0,
          ...mirror,
        },
      }),
    }),
  ).map(({ path, message }) => `${path.join('.')} ${message}`);

const MEMBERS = { filter: '(memberOf=cn=mail,dc=example)' };

test.each([
  ['no mirror', undefined, { filter: '(mail=%s)' }, []],
  ['a mirror', {}, {}, []],
  ['deny, where the server decides how it is fed', { whenAbsent: 'deny' }, {}, []],
  ['deny by listings', { whenAbsent: 'deny', feed: 'list' }, {}, [/whenAbsent deny needs/]],
  [
    'deny, where people are chosen by their groups',
    { whenAbsent: 'deny' },
    MEMBERS,
    [/whenAbsent/],
  ],
  ['people who are chosen by their groups', {}, MEMBERS, []],
  [
    'the same, to be told',
    { feed: 'syncrepl' },
    MEMBERS,
    [/mirror.feed people are chosen by memberof/],
  ],
  ['a filter with an address', {}, { filter: '(mail=%s)' }, [/accounts.filter holds %s/]],
  ['a base with a domain', {}, { base: 'ou=%d,dc=x' }, [/accounts.base holds %s/]],
] satisfies [
  string,
  Partial<MirrorSettings> | undefined,
  Partial<LdapSettings['accounts']>,
  RegExp[],
][])('says of %s what keeps it from being fed', (_, mirror, accounts, expected) => {
  expect(told(mirror, accounts)).toEqual(expected.map((each) => expect.stringMatching(each)));
});
