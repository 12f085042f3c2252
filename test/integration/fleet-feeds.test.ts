import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
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
  /** The settings of the how-manieth daemon. */
  readonly section: (i: number) => object;
  /** More of its mirror's settings. */
  readonly mirror?: object;
  readonly hire: (id: string) => Promise<unknown>;
  /** How many have listed everybody, or looked at what has changed, so far. */
  readonly followers: () => number;
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
        const daemons = await Promise.all(
          [0, 1, 2].map((i) => startMirroring(engine.url, section(i), mirror)),
        );
        const accounts = await accountsIn(daemons);
        expect(followers()).toBe(1);
        const [leader, ...more] = await leadersOf(daemons);
        expect([leader !== undefined, more]).toEqual([true, []]);

        await hire('zoe1');
        await haveAll(daemons, accounts + 1);
        expect(followers()).toBe(1);

        const others = daemons.filter((each) => each !== leader);
        if (leader !== undefined) process.kill(leader.running().pid, 'SIGKILL');
        await hire('zoe2');
        await haveAll(others, accounts + 2);
        expect(followers()).toBe(2);
        expect(await leadersOf(others)).toHaveLength(1);

        await leader?.start();
        await haveAll(daemons, accounts + 2);
        await hire('zoe3');
        await haveAll(daemons, accounts + 3);
        expect(followers()).toBe(2);
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
    section: () => section,
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
    section: () => section,
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
  // Each listing has a connection of its own, over which it is proved: a daemon is known by its canary there.
  const canaries = ['ann', 'bob', 'cy'].map((name) => `${name}@example.test`);
  const section = (canary: string | undefined) =>
    ldapSection({ ...server, host: '127.0.0.1', port: proxy.port }, 'plain', { canary });
  return {
    section: (i) => section(canaries[i]),
    mirror: { feed: 'list', refresh: '10s' },
    hire: (id) =>
      server.modify(
        `dn: uid=${id},${server.accountsBase}\nchangetype: add\nobjectClass: inetOrgPerson\nuid: ${id}\ncn: ${id}\nsn: ${id}\nmail: ${id}@example.test\n`,
      ),
    followers: () => canaries.filter((canary) => connectionsWith(proxy, PAGED, canary) > 0).length,
  };
}

/** Of RFC 2696: everybody is read in pages. */
const PAGED = '1.2.840.113556.1.4.319';

async function startProxy(port: number, host = '127.0.0.1'): Promise<FaultProxy> {
  const proxy = await startFaultProxy({ host, port });
  onTestFinished(() => proxy.stop());
  return proxy;
}

const connectionsWith = ({ heard }: FaultProxy, ...texts: readonly string[]): number =>
  heard.filter(({ chunks }) => texts.every((text) => Buffer.concat(chunks).includes(text))).length;
