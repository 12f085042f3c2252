import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { MirrorStatus } from '../../src/mirror/status.ts';
import { STATEMENTS, startSqlKit } from '../support/feed/sqlkit.ts';
import { startEngine, type TestEngine } from '../support/fleet/engine.ts';
import { leadersOf, type MirroringDaemon, startMirroring } from '../support/fleet/mirrored.ts';
import { startScripted, user } from '../support/keycloak/script.ts';
import { ldapSection } from '../support/ldap/directory.ts';
import { startSlapd } from '../support/ldap/slapd.ts';
import { type FaultProxy, startFaultProxy } from '../support/proxy.ts';
import { describeWith, type Requirement } from '../support/requirement.ts';
import { ACCESS, startPostgresql } from '../support/sql/postgresql.ts';

/** A directory that daemons follow, and how it is seen how many do. */
interface Followed {
  readonly section: object;
  /** More of its mirror's settings. */
  readonly mirror?: object;
  readonly hire: (id: string) => Promise<unknown>;
  /** How many have listed everybody, or looked at what has changed, so far, at the most. `leader`: whoever follows now. */
  readonly followers: (leader: MirrorStatus) => number;
  /** How often somebody was looked at who was hired; absent: that is not seen. */
  readonly looks?: (id: string) => number;
}

const KINDS: readonly (readonly [
  title: string,
  needs: readonly Requirement[],
  start: () => Promise<Followed>,
])[] = [
  ['Keycloak, scripted', [], keycloak],
  ['PostgreSQL', ['postgresql'], postgresql],
  ['OpenLDAP, listings', ['slapd'], listings],
];

for (const [title, needs, start] of KINDS) {
  describeWith(
    ['redis', ...needs],
    `a mirror that daemons of a fleet share, over a real Redis and ${title}`,
    () => {
      let engine: TestEngine;
      beforeAll(async () => {
        engine = await startEngine();
      });
      afterAll(() => engine?.stop());

      test('one reads the directory for all, another where it is killed, and whoever comes back reads nothing', async () => {
        const { section, mirror, hire, followers, looks = () => 0 } = await start();
        const open = () => startMirroring(engine.url, section, mirror);
        const daemons = await Promise.all([open(), open(), open()]);
        const accounts = await accountsIn(daemons);
        const leader = await leaderOf(daemons);
        expect(followers(await leader.status())).toBeLessThanOrEqual(1);

        await hire('zoe1');
        await haveAll(daemons, accounts + 1);
        expect(followers(await leader.status())).toBeLessThanOrEqual(1);

        const others = daemons.filter((each) => each !== leader);
        process.kill(leader.running().pid, 'SIGKILL');
        await hire('zoe2');
        await haveAll(others, accounts + 2);
        const next = await leaderOf(others);
        expect(followers(await next.status())).toBeLessThanOrEqual(2);

        await leader.start();
        await haveAll(daemons, accounts + 2);
        await hire('zoe3');
        await haveAll(daemons, accounts + 3);
        expect(followers(await next.status())).toBeLessThanOrEqual(2);
        // Once for mirrors, and once for what is remembered of lookups.
        expect(looks('zoe3')).toBeLessThanOrEqual(2);
        for (const daemon of daemons) expect(await daemon.diff()).toBe(0);
      });
    },
  );
}

/** Waits until all are in step, and know as many as the first of them. */
async function accountsIn(daemons: readonly MirroringDaemon[]): Promise<number> {
  for (const daemon of daemons) expect(await daemon.isInStep()).toBe(true);
  const [accounts = 0, ...others] = await Promise.all(
    daemons.map(async (daemon) => (await daemon.status()).accounts),
  );
  expect(others).toEqual(others.map(() => accounts));
  return accounts;
}

/** The one who follows the directory: there has to be no other. */
async function leaderOf(daemons: readonly MirroringDaemon[]): Promise<MirroringDaemon> {
  const [leader, ...more] = await leadersOf(daemons);
  if (leader === undefined) throw new Error('nobody follows');
  expect(more).toEqual([]);
  return leader;
}

async function haveAll(daemons: readonly MirroringDaemon[], accounts: number): Promise<void> {
  for (const daemon of daemons) expect(await daemon.has(accounts)).toBe(true);
}

async function keycloak(): Promise<Followed> {
  const realm = await startScripted();
  onTestFinished(() => realm.stop());
  // Each daemon has one token, by which it is known.
  realm.lifeS = 86_400;
  const tell = (resourcePath: string) =>
    realm.events.push({
      id: `event-${realm.events.length}`,
      time: new Date().getTime(),
      operationType: 'CREATE',
      resourceType: 'USER',
      resourcePath,
    });
  tell('clients/x');
  const section = {
    type: 'keycloak',
    url: realm.url,
    realm: 'mail',
    clientId: 'idpmap',
    clientSecret: 'hush',
    federation: 'none',
    events: '1s',
  };
  return {
    section,
    hire: async (id) => {
      const own = ownId(id);
      realm.users.push(user(id, { id: own, email: `${id}@example.test` }));
      tell(`users/${own}`);
    },
    // What users do to themselves is read for mirrors only. Who reads what administrators do, for all, may be another one.
    followers: () => new Set(realm.to('/events').map(({ headers }) => headers.authorization)).size,
    looks: (id) => realm.to(ownId(id)).length,
  };
}

/** Of whoever is hired, as Keycloak makes ids. */
const ID = '465a9dc1-e376-4b77-baca-';
const ownId = (name: string): string => ID + Buffer.from(name.padStart(6)).toString('hex');

async function postgresql(): Promise<Followed> {
  const server = await startPostgresql();
  onTestFinished(() => server.remove());
  const kit = await startSqlKit({
    dialect: 'postgresql',
    access: {},
    run: (statements) => server.sql(statements),
    rights: () => server.sql(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${ACCESS.user}`),
  });
  const proxy = await startProxy(server.port);
  const section = {
    type: 'postgresql',
    hosts: `127.0.0.1:${proxy.port}`,
    ...ACCESS,
    connectTimeout: '20s',
    statementTimeout: '5s',
    timeout: '20s',
    canary: 'first@example.test',
    people: STATEMENTS,
  };
  return {
    section,
    mirror: { poll: '1s' },
    hire: (id) => kit.create(id),
    followers: () => connectionsWith(proxy, 'AS idpmap_listed'),
  };
}

/** Everybody is read again every ten seconds: that is all that is told. */
async function listings(): Promise<Followed> {
  const server = await startSlapd();
  onTestFinished(() => server.remove());
  const proxy = await startProxy(server.port, server.host);
  return {
    section: ldapSection({ ...server, host: '127.0.0.1', port: proxy.port }, 'plain'),
    mirror: { feed: 'list', refresh: '10s' },
    hire: (id) =>
      server.modify(
        `dn: uid=${id},${server.accountsBase}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: ${id}\ncn: ${id}\nsn: ${id}\nmail: ${id}@example.test\n`,
      ),
    // Each listing has a connection of its own. Those that the leader does not know of are the one under way, and others'.
    followers: ({ counts }) => connectionsWith(proxy, LISTED) - counts.listings.whole,
  };
}

/** An attribute that is asked for where everybody is listed, and nowhere else. */
const LISTED = 'nsUniqueId';

async function startProxy(port: number, host = '127.0.0.1'): Promise<FaultProxy> {
  const proxy = await startFaultProxy({ host, port });
  onTestFinished(() => proxy.stop());
  return proxy;
}

const connectionsWith = ({ heard }: FaultProxy, text: string): number =>
  heard.filter(({ chunks }) => Buffer.concat(chunks).includes(text)).length;
