import { dnOf, person, team } from '../memory/open.ts';
import { entry, result } from '../peer.ts';
import { SETTINGS } from '../tablefixture.ts';
import { type Row, reply } from './row.ts';

const byUser = { cause: 'user', kind: 'entry', opens: false } as const;
const byAdmin = { cause: 'admin', kind: 'entry', opens: false } as const;

/** What somebody has written into entries, or into the settings. */
export const BY_ENTRY: readonly Row[] = [
  {
    ...byUser,
    fault: 'one entry is larger than any',
    after: reply((id) =>
      entry(id, 'uid=evil', [['mail', Array.from({ length: 250_001 }, () => 'a')]]),
    ),
  },
  {
    ...byUser,
    fault: 'an entry has no address but that of others',
    entries: person('evil', {
      mail: 'evil@example.org',
      mailAlternateAddress: 'other@example.org',
    }),
    after: ({ rights }) => void rights.unread.add('mail'),
  },
  {
    ...byAdmin,
    fault: 'a group names more members than are taken',
    key: 'big@example.org',
    entries: team('big', ['ann', 'bob', 'cyd']),
    settings: { groups: { depth: 10, members: 2 } },
  },
  {
    ...byAdmin,
    fault: 'groups lie too deep',
    key: 'deep@example.org',
    entries: {
      ...team('deep', ['cn=in,ou=groups,dc=x']),
      ...team('in', ['cn=inner,ou=groups,dc=x']),
      ...team('inner', ['ann']),
    },
    settings: { groups: { depth: 1, members: 2000 } },
  },
  {
    ...byAdmin,
    fault: 'a member may not be read',
    key: 'team@example.org',
    after: ({ rights }) =>
      Object.assign(rights, { discloses: true, sees: (dn: string) => dn !== dnOf('bob') }),
  },
  {
    ...byAdmin,
    fault: 'none of the members is there',
    key: 'gone@example.org',
    entries: team('gone', ['cn=dummy']),
  },
  {
    ...byAdmin,
    fault: 'a group shows no member, nor does any',
    key: 'team@example.org',
    after: ({ rights }) => void rights.hidden.add('member'),
  },
  {
    ...byAdmin,
    fault: 'the schema compares with case, without a rule',
    entries: {},
    before: (server) => {
      server.matchingRules.length = 0;
      server.attributeTypes.push(
        "( 1.1 NAME 'mail' EQUALITY caseExactIA5Match SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 )",
        "( 1.2 NAME 'mailAlternateAddress' )",
        "( 1.3 NAME 'uid' )",
        "( 1.4 NAME 'member' )",
        "( 1.5 NAME 'mailLocalAddress' )",
      );
    },
  },
  {
    ...byAdmin,
    fault: 'the rest of a list of members does not come',
    key: 'rest@example.org',
    entries: team('rest', []),
    after: reply((id) => {
      const attributes = [
        ['mail', ['rest@example.org']],
        ['member;range=0-0', [dnOf('ann')]],
      ] as const;
      return Buffer.concat([entry(id, 'cn=rest,ou=groups,dc=x', attributes), result(id)]);
    }, 'rest@example.org'),
  },
  {
    ...byAdmin,
    fault: 'a group is gone before its members are found',
    key: 'hollow@example.org',
    entries: team('hollow', []),
    after: reply((id) => result(id, 'search', 32), 'cn=hollow,'),
  },
  { ...byAdmin, fault: 'there is no such table', table: 'lists', key: 'all' },
  {
    ...byAdmin,
    fault: 'a value of a table is no text',
    table: 'lists',
    key: 'all',
    entries: person('all', { description: 'a\0b' }),
    settings: {
      tables: {
        lists: { ...SETTINGS, queryFilter: '(uid=%s)', resultAttributes: ['description'] },
      },
    },
  },
  {
    ...byAdmin,
    fault: 'a table answers more values than it may',
    table: 'lists',
    key: 'all',
    entries: person('all', { description: ['a', 'b', 'c'] }),
    settings: {
      tables: {
        lists: {
          ...SETTINGS,
          queryFilter: '(uid=%s)',
          resultAttributes: ['description'],
          expansionLimit: 2,
        },
      },
    },
  },
  {
    ...byAdmin,
    fault: 'a table names what is no LDAP URL',
    table: 'lists',
    key: 'all',
    entries: person('all', { description: 'ldap:///%' }),
    settings: {
      tables: {
        lists: {
          ...SETTINGS,
          queryFilter: '(uid=%s)',
          resultAttributes: ['mail'],
          specialResultAttributes: ['description'],
        },
      },
    },
  },
];
