import { afterAll, beforeAll, describe } from 'vitest';
import type { FeedKit, FeedLack } from '../support/feed/kit.ts';
import { type LdapFeed, startKit } from '../support/feed/ldapkit.ts';
import { describeFeed } from '../support/feed/suite.ts';
import { startDs389 } from '../support/ldap/ds389.ts';
import { startSamba } from '../support/ldap/samba.ts';
import type { LdapServer } from '../support/ldap/server.ts';
import { startSlapd } from '../support/ldap/slapd.ts';
import { describeWith, type Requirement } from '../support/requirement.ts';

const FEEDS: readonly {
  readonly title: string;
  readonly needs: readonly Requirement[];
  readonly start: () => Promise<LdapServer>;
  readonly feed: LdapFeed;
  readonly lacks: readonly FeedLack[];
  readonly removals?: 'listed';
  readonly resumes?: 'as listed';
}[] = [
  {
    title: 'OpenLDAP, content synchronisation',
    needs: ['slapd'],
    start: () => startSlapd({ sync: { sessionLog: 0 } }),
    feed: 'auto',
    lacks: [],
  },
  {
    title: 'OpenLDAP, content synchronisation with a session log',
    needs: ['slapd'],
    start: () => startSlapd({ sync: { sessionLog: 100 } }),
    feed: 'syncrepl',
    lacks: [],
  },
  {
    title: 'OpenLDAP, content synchronisation that may not search for what changed',
    needs: ['slapd'],
    start: () => startSlapd({ sync: { sessionLog: 0, isBlind: true } }),
    feed: 'syncrepl',
    lacks: [],
  },
  {
    title: 'OpenLDAP, listings',
    needs: ['slapd'],
    start: () => startSlapd(),
    feed: 'auto',
    lacks: ['gaps', 'folders'],
    resumes: 'as listed',
  },
  {
    title: '389-DS, content synchronisation',
    needs: ['ds389'],
    start: () => startDs389({ sync: true }),
    feed: 'auto',
    lacks: [],
  },
  {
    title: 'Active Directory, DirSync',
    needs: ['root', 'samba'],
    start: () => startSamba(),
    feed: 'auto',
    lacks: ['rights'],
    removals: 'listed',
  },
];

for (const { removals = 'told', resumes = 'at once', ...facts } of FEEDS) {
  const { title, needs, start, feed, lacks } = facts;
  describeWith(needs, title, () => {
    let server: LdapServer;
    let kit: FeedKit;
    beforeAll(async () => {
      server = await start();
      kit = await startKit(server, feed);
    });
    afterAll(() => server?.remove());

    describe('a feed', () => {
      describeFeed(() => kit, { lacks, removals, resumes });
    });
  });
}
