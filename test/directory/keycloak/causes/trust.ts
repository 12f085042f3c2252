import { says } from '../../../support/keycloak/script.ts';
import type { Given, Row } from './row.ts';

/** Doubts about each *none*: whoever is there is found all the same. */
const DOUBTS: readonly (readonly [fault: string, at: string, cause: Row['cause'], given: Given])[] =
  [
    [
      'with federation: live nobody is believed to be absent',
      'trust/federation.ts',
      'an administrator',
      { settings: { federation: 'live' } },
    ],
    [
      'answers with no list of components',
      'trust/federation.ts',
      'the network',
      {
        early: true,
        settings: { federation: 'auto' },
        script: ({ path }) => (path.endsWith('/components') ? says({}) : undefined),
      },
    ],
    [
      'does not show the canary gone@example.org',
      'trust/proof.ts',
      'an administrator',
      { settings: { canary: 'gone@example.org' } },
    ],
    [
      'does not name the role view-users',
      'trust/proof.ts',
      'an administrator',
      {
        prepare: (keycloak) => {
          keycloak.roles = ['query-users'];
        },
      },
    ],
    [
      'realm mail has no users',
      'trust/visible.ts',
      'an administrator',
      {
        prepare: ({ users }) => {
          users.length = 0;
        },
      },
    ],
    [
      'counts 1 users in realm mail and shows none',
      'trust/visible.ts',
      'an administrator',
      {
        early: true,
        script: ({ path, query }) =>
          path.endsWith('/users') && query['email'] === undefined ? says([]) : undefined,
      },
    ],
    [
      'answers with no list of users',
      'trust/selfcheck.ts',
      'the network',
      {
        early: true,
        script: ({ path, query }) =>
          path.endsWith('/users') && query['email'] === undefined ? says({}) : undefined,
      },
    ],
  ];

/** Faults of what is to show that whoever is there is found. */
export const TRUST: readonly Row[] = DOUBTS.map(
  ([fault, at, cause, given]): Row => ({ fault, at, cause, kind: 'doubt', opens: false, given }),
);

/** Faults in which no question for a key ends that others can hasten, and why; none of them counts for the circuit. */
export const BESIDE: readonly {
  readonly fault: string;
  readonly at: string;
  readonly why: string;
}[] = [
  {
    fault: 'the self-check has not ended yet',
    at: 'trust/selfcheck.ts',
    why: 'the question’s own time is over first: trust/selfcheck.test.ts',
  },
  {
    fault: 'who has rare letters has not been looked for yet',
    at: 'trust/letters.ts',
    why: 'the question’s own time is over first, while the first look has lasted for less than a second',
  },
  {
    fault: 'keeps no admin events',
    at: 'feed/events.ts',
    why: 'events are read beside the questions; what fails there is logged',
  },
  {
    fault: 'can be followed from Keycloak 26.4 on',
    at: 'feed/eventlog.ts',
    why: 'events are read beside the questions; what fails there is logged',
  },
  {
    fault: 'keeps other events of users now',
    at: 'follow/follow.ts',
    why: 'a mirror is fed beside the questions: follow/keeping.test.ts',
  },
  {
    fault: 'users and shows',
    at: 'follow/listing.ts',
    why: 'a mirror is fed beside the questions: follow/listing.test.ts',
  },
  {
    fault: 'groups and shows',
    at: 'follow/groups.ts',
    why: 'a mirror is fed beside the questions: follow/follow.test.ts',
  },
  {
    fault: 'members or groups',
    at: 'follow/listed.ts',
    why: 'it becomes a doubt about that group in the mirror: follow/follow.test.ts',
  },
  {
    fault: 'counts 2 organizations and shows 1',
    at: 'trust/listing.ts',
    why: 'domains are listed beside the questions; the last list goes on to count',
  },
  {
    fault: 'the users have not been looked at yet',
    at: 'trust/countwatch.ts',
    why: 'they are looked at from the start on: trust/countwatch.test.ts',
  },
  {
    fault: 'the groups have not been read yet',
    at: 'trust/groupwalk.ts',
    why: 'they are read by the self-check, which is waited for before',
  },
];
