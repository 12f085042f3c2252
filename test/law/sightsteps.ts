import fc from 'fast-check';
import { LOGIN } from '../directory/ldap/memory/open.ts';

/** Logins with the letters that an address is stored with. */
export const STORED: Readonly<Record<string, string>> = {
  ann: 'ann@example.org',
  bob: 'Bob@example.org',
  eve: 'strauß@example.org',
  max: 'νίκος@example.org',
  kim: '\u017fmith@example.org',
};
const NAMES = Object.keys(STORED);
const RIGHTS = [
  'mail',
  'mailalternateaddress',
  'member',
  'maildrop',
  'accountstatus',
  'objectclass',
];

/** What the login may see of entries. */
export const VIEWS: Readonly<Record<string, (dn: string) => boolean>> = {
  all: () => true,
  'itself alone': (dn) => !/^(?:uid|cn)=/.test(dn) || dn === LOGIN,
  'no people': (dn) => !dn.startsWith('uid='),
  'no groups': (dn) => !dn.startsWith('cn='),
  nobody: (dn) => !/^(?:uid|cn)=/.test(dn),
};

export type What = 'address' | 'alias' | 'row';

export type Step =
  | { readonly do: 'ask'; readonly name: string; readonly what: What }
  | { readonly do: 'team' }
  | { readonly do: 'members'; readonly names: readonly string[] }
  | { readonly do: 'come' | 'go'; readonly name: string }
  | { readonly do: 'withdraw'; readonly attribute: string; readonly way: 'hidden' | 'unread' }
  | { readonly do: 'view'; readonly view: string }
  | { readonly do: 'restore' }
  | { readonly do: 'restart' }
  /** Somebody comes, and is asked for at once. */
  | { readonly do: 'arrive'; readonly name: string; readonly what: What }
  /** Somebody was absent, and comes while a right goes. */
  | {
      readonly do: 'overlook';
      readonly name: string;
      readonly what: What;
      readonly attribute: string;
    }
  /** A directory that remembers nothing is asked by a login that sees itself alone. */
  | { readonly do: 'begin'; readonly name: string };

const name = fc.constantFrom(...NAMES);
const what = fc.constantFrom<What[]>('address', 'alias', 'row');
export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('ask' as const), name, what }),
  },
  { weight: 3, arbitrary: fc.constant({ do: 'team' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('members' as const),
      names: fc.subarray(NAMES),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('come' as const, 'go' as const), name }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('withdraw' as const),
      attribute: fc.constantFrom(...RIGHTS),
      way: fc.constantFrom('hidden' as const, 'unread' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('view' as const),
      view: fc.constantFrom(...Object.keys(VIEWS)),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'restore' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
  // Rare by chance, so drawn on purpose.
  { weight: 2, arbitrary: fc.record({ do: fc.constant('arrive' as const), name, what }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('overlook' as const),
      name,
      what,
      attribute: fc.constantFrom(...RIGHTS),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('begin' as const), name }) },
);
