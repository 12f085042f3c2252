import { says, user } from '../../../support/keycloak/script.ts';
import type { Given, Row } from './row.ts';

const GROUPS = { groupAttribute: 'mail' } as const;
const ALIASES = { aliasAttribute: 'mailAlias' } as const;
const TEAM = 'team@example.org';

const team = (more: object = {}, id = 'id-team') => ({
  id,
  attributes: { mail: [TEAM] },
  members: [user('ann')],
  children: [],
  ...more,
});

const ofTeam = (more: object, given: Given = {}): Given => ({
  settings: GROUPS,
  prepare: ({ groups }) => {
    groups.push(team(more));
  },
  key: TEAM,
  ...given,
});

/** Doubts about one key alone. */
const ENTRIES: readonly (readonly [
  fault: string,
  at: string,
  cause: Row['cause'],
  given: Given,
])[] = [
  [
    'has more than can be asked for',
    '../people/spelling.ts',
    'a stranger',
    { key: `${'ss'.repeat(12)}@example.org` },
  ],
  [
    "groups can't be asked for a mail with a quote behind a backslash",
    'people/groups.ts',
    'a stranger',
    {
      settings: GROUPS,
      prepare: (keycloak) => {
        // What was read of the groups is not known to be all.
        keycloak.script = ({ path }) =>
          path.endsWith('/groups/count') ? says({ count: 7 }) : undefined;
      },
      key: '"\\\\\\""@example.org',
    },
  ],
  [
    'keycloak shows groups, none of which has the mail',
    'people/groups.ts',
    'a stranger',
    {
      settings: GROUPS,
      script: ({ path }) =>
        path.endsWith('/groups')
          ? says([team({ attributes: { mail: ['other@example.org'] } })])
          : undefined,
    },
  ],
  [
    'does not show what it is: declare mailAlias',
    'people/holders.ts',
    'a stranger',
    {
      settings: ALIASES,
      script: ({ path, query }) => {
        if (query['q'] === undefined) return undefined;
        return says(path.endsWith('/count') ? 1 : [user('eve')]);
      },
    },
  ],
  [
    'counts 1 users by email and shows 0',
    'people/holders.ts',
    'a stranger',
    {
      script: ({ path, query }) => {
        if (query['email'] === undefined) return undefined;
        return says(path.endsWith('/count') ? 1 : []);
      },
    },
  ],
  [
    'somebody has it as mailAlias with something around it',
    'people/holders.ts',
    'a user',
    {
      settings: ALIASES,
      prepare: ({ users }) => {
        const attributes = { mailAlias: ['Eve Example <office@example.org>'] };
        users.push(user('eve', { attributes }));
        for (let i = 0; i < 30; i++) {
          const near = { mailAlias: [`${i}office@example.org`] };
          users.push(user(`n${i}`, { attributes: near }));
        }
      },
      key: 'office@example.org',
    },
  ],
  [
    '10 users or more have it as email',
    'people/holders.ts',
    'an administrator',
    {
      prepare: ({ users }) => {
        for (let i = 0; i < 10; i++) users.push(user('bob', { id: `id-${i}` }));
      },
      key: 'bob@example.org',
    },
  ],
  [
    'keycloak shows nobody where it counts 1',
    'trust/listing.ts',
    'the server',
    {
      prepare: ({ users }) => {
        users.push(user('eve', { enabled: false }));
      },
      script: ({ path, query }) =>
        path.endsWith('/users') && query['username'] !== undefined ? says([]) : undefined,
      key: 'eve@example.org',
    },
  ],
  [
    'shows groups in one way and none in another',
    'trust/listing.ts',
    'the server',
    ofTeam(
      {},
      {
        script: ({ query }) =>
          query['q'] !== undefined && query['briefRepresentation'] === 'false'
            ? says([])
            : undefined,
      },
    ),
  ],
  [
    'keycloak counts 3 groups in the group and shows 0',
    'trust/listing.ts',
    'the server',
    ofTeam({ subGroupCount: 3 }),
  ],
  [
    'at one time and none at another',
    'trust/listing.ts',
    'the server',
    ofTeam(
      {},
      {
        script: ({ path, query }) =>
          path.endsWith('/members') && query['max'] === '100' ? says([]) : undefined,
      },
    ),
  ],
  [
    '10 groups or more have it as mail',
    'people/groups.ts',
    'an administrator',
    {
      settings: GROUPS,
      prepare: ({ groups }) => {
        for (let i = 0; i < 10; i++) groups.push(team({}, `id-${i}`));
      },
      key: TEAM,
    },
  ],
  [
    'keycloak shows no members in the group',
    'people/groups.ts',
    'an administrator',
    ofTeam({ members: [] }),
  ],
  [
    'the group is too large',
    'people/groups.ts',
    'an administrator',
    ofTeam(
      { members: [user('ann'), user('bob')] },
      { settings: { ...GROUPS, groups: { depth: 10, members: 1 } } },
    ),
  ],
];

/** Faults of what is held by whom. */
export const PEOPLE: readonly Row[] = [
  ...ENTRIES.map(
    ([fault, at, cause, given]): Row => ({ fault, at, cause, kind: 'entry', opens: false, given }),
  ),
  {
    fault: 'shows user "eve" as disabled and finds them among the enabled',
    at: 'people/disabled.ts',
    cause: 'the server',
    kind: 'doubt',
    opens: false,
    given: {
      prepare: ({ users }) => {
        users.push(user('eve', { enabled: false, federationLink: 'ldap' }));
      },
      script: ({ query }) =>
        query['enabled'] === undefined
          ? undefined
          : says([user('eve', { federationLink: 'ldap' })]),
      key: 'eve@example.org',
    },
  },
];
