import { onTestFinished } from 'vitest';
import { Secret } from '../../../../src/config/sources/secret.ts';
import { TIMING, type Timing } from '../../../../src/directory/ldap/follow/options.ts';
import { createLdapDirectory } from '../../../../src/directory/ldap/ldap.ts';
import type { LdapSettings } from '../../../../src/directory/ldap/settings.ts';
import { type Collected, type Collector, collect } from '../../../support/feed/collector.ts';
import { quietHooks } from '../../../support/hooks.ts';
import { settingsWith } from '../branchfixture.ts';
import { CONTAINERS, LOGIN, person, team } from '../memory/open.ts';
import { type MemoryServer, startMemory } from '../memory/server.ts';
import { syncEntry, syncInfo } from './syncpeer.ts';

/** A mirror's settings, with a long time between two listings. */
export const MIRROR: NonNullable<LdapSettings['mirror']> = {
  path: '/nowhere/staff.db',
  feed: 'syncrepl',
  poll: 10,
  refresh: 60_000,
  whenAbsent: 'ask',
  acceptFor: 60_000,
  denyFor: 0,
  guard: 0.1,
  grace: 0,
};

const TEAM = team('team', ['ann']);
/** Starts a server with Ann, Bob, a group of Ann, and the login. */
export const start = () =>
  startMemory({ ...CONTAINERS, ...person('ann'), ...person('bob'), ...TEAM, ...person('svc') });

export interface Following {
  readonly feed?: (typeof MIRROR)['feed'];
  readonly from?: Collected;
  readonly timing?: Partial<Timing>;
  readonly settings?: Partial<LdapSettings>;
}

/** Follows a server in memory until the test ends. */
export function follow(
  server: MemoryServer,
  { feed = 'syncrepl', from, ...more }: Following = {},
): Collector {
  const settings = settingsWith({
    urls: [server.url],
    base: 'dc=x',
    bind: { dn: LOGIN, password: new Secret('secret') },
    connections: 1,
    connectTimeout: 5000,
    searchTimeout: 5000,
    accounts: { base: 'ou=people,dc=x' },
    groups: { base: 'ou=groups,dc=x', depth: 10, members: 2000 },
    mirror: { ...MIRROR, feed },
    ...more.settings,
  });
  const directory = createLdapDirectory(settings, quietHooks(), { ...TIMING, ...more.timing });
  const collector = collect(directory, from);
  onTestFinished(async () => {
    await collector.stop();
    await directory.close();
  });
  return collector;
}

/** Whether a search is for groups. */
export const isGroups = (base: string): boolean => base.startsWith('ou=groups');
/** What somebody shows. */
export const attributes = (uid: string) => ({
  uid,
  mail: `${uid}@example.org`,
  objectClass: 'inetOrgPerson',
});
const GROUP = { cn: 'team', mail: 'team@example.org', member: 'uid=ann,ou=people,dc=x' };

/** Shows Ann and Bob, and a group. */
export const showAll = (id: number, base: string): Buffer =>
  isGroups(base)
    ? Buffer.concat([syncEntry(id, 'add', 9, GROUP), syncInfo(id, 'refreshDelete', [], 'g1')])
    : Buffer.concat([
        syncEntry(id, 'add', 1, attributes('ann')),
        syncEntry(id, 'add', 2, attributes('bob')),
        syncInfo(id, 'refreshPresent', [], 'a1'),
      ]);

/** Who was told of, by the first part of their addresses. */
export const addresses = ({ entries }: Pick<Collector, 'entries'>): string =>
  [...entries.values()]
    .map(({ address }) => address.replace('@example.org', ''))
    .toSorted()
    .join();
