import { describe, expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../../../src/config/sources/secret.ts';
import { Fault, Gap } from '../../../../src/directory/directory.ts';
import { TIMING, type Timing } from '../../../../src/directory/ldap/follow/options.ts';
import { SYNC_REQUEST } from '../../../../src/directory/ldap/follow/synccontrol.ts';
import { createLdapDirectory } from '../../../../src/directory/ldap/ldap.ts';
import type { LdapSettings } from '../../../../src/directory/ldap/settings.ts';
import { type Collected, type Collector, collect } from '../../../support/feed/collector.ts';
import { quietHooks } from '../../../support/hooks.ts';
import { settingsWith } from '../branchfixture.ts';
import { CONTAINERS, LOGIN, person, team } from '../memory/open.ts';
import { type MemoryServer, startMemory } from '../memory/server.ts';
import { entry, result } from '../peer.ts';
import { syncEntry, syncInfo, textOf } from './syncpeer.ts';

const MIRROR: NonNullable<LdapSettings['mirror']> = {
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
const start = () =>
  startMemory({ ...CONTAINERS, ...person('ann'), ...person('bob'), ...TEAM, ...person('svc') });

interface Following {
  readonly feed?: (typeof MIRROR)['feed'];
  readonly from?: Collected;
  readonly timing?: Partial<Timing>;
  readonly settings?: Partial<LdapSettings>;
}

/** Follows a server in memory until the test ends. */
function follow(
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

const isGroups = (base: string): boolean => base.startsWith('ou=groups');
const attributes = (uid: string) => ({
  uid,
  mail: `${uid}@example.org`,
  objectClass: 'inetOrgPerson',
});
const GROUP = { cn: 'team', mail: 'team@example.org', member: 'uid=ann,ou=people,dc=x' };

/** Shows Ann and Bob, and a group. */
const showAll = (id: number, base: string): Buffer =>
  isGroups(base)
    ? Buffer.concat([syncEntry(id, 'add', 9, GROUP), syncInfo(id, 'refreshDelete', [], 'g1')])
    : Buffer.concat([
        syncEntry(id, 'add', 1, attributes('ann')),
        syncEntry(id, 'add', 2, attributes('bob')),
        syncInfo(id, 'refreshPresent', [], 'a1'),
      ]);

const addresses = ({ entries }: Pick<Collector, 'entries'>): string =>
  [...entries.values()]
    .map(({ address }) => address.replace('@example.org', ''))
    .toSorted()
    .join();

describe('content synchronisation', () => {
  test('tells of everybody, and then of what changes', async () => {
    const server = await start();
    let change = (_: (id: number) => Buffer): void => {};
    server.synchronise = (id, socket, base) => {
      if (!isGroups(base)) change = (bytes) => socket.write(bytes(id));
      socket.write(showAll(id, base));
    };
    const collector = follow(server);
    expect(await collector.nextMark()).toMatchObject({ tellsNew: true, nextMs: TIMING.pulseMs });
    expect(addresses(collector)).toBe('ann,bob,team');
    change((id) =>
      Buffer.concat([
        syncEntry(id, 'delete', 2, {}, 'a2'),
        syncEntry(id, 'add', 3, attributes('cy'), 'a3'),
      ]),
    );
    const { cursor } = await collector.nextMark();
    expect(addresses(collector)).toBe('ann,cy,team');
    expect(JSON.parse(cursor)).toMatchObject({
      cookies: { account: Buffer.from('a3').toString('base64') },
    });
  });

  test('names a person and its groups alike', async () => {
    const server = await start();
    server.synchronise = (id, socket, base) => socket.write(showAll(id, base));
    const collector = follow(server);
    await collector.nextMark();
    const group = collector.entries.get(`group:${textOf(9)}`);
    const ann = collector.entries.get(`account:${textOf(1)}`);
    expect(group?.memberNames).toEqual(['uid=ann,ou=people,dc=x']);
    expect(ann?.names).toContain('uid=ann,ou=people,dc=x');
  });

  /** What was kept when it last ran. */
  async function before(server: MemoryServer): Promise<Collected> {
    server.synchronise = (id, socket, base) => socket.write(showAll(id, base));
    // Only who may search by what changed is told what has changed since a cookie.
    for (const [dn, each] of server.entries) server.entries.set(dn, { ...each, entryCSN: '1' });
    const collector = follow(server);
    await collector.nextMark();
    return collector.stop();
  }

  test('that goes on loses whoever a present phase does not name', async () => {
    const server = await start();
    const from = await before(server);
    server.entries.delete('uid=bob,ou=people,dc=x');
    server.synchronise = (id, socket, base) =>
      socket.write(
        isGroups(base)
          ? syncInfo(id, 'refreshDelete', [], 'g2')
          : Buffer.concat([
              syncEntry(id, 'add', 3, attributes('cy')),
              syncInfo(id, 'present', [1]),
              syncInfo(id, 'refreshPresent', [], 'a2'),
            ]),
      );
    const collector = follow(server, { from });
    await collector.nextMark();
    expect(addresses(collector)).toBe('ann,cy,team');
    expect(collector.told).toEqual(['put', 'listing', 'still', 'still', 'listed', 'mark']);
  });

  test('that goes on keeps all whom a delete phase does not name', async () => {
    const server = await start();
    const from = await before(server);
    server.synchronise = (id, socket, base) =>
      socket.write(
        isGroups(base)
          ? syncInfo(id, 'refreshDelete', [], 'g2')
          : Buffer.concat([syncInfo(id, 'gone', [2]), syncInfo(id, 'refreshDelete', [], 'a2')]),
      );
    const collector = follow(server, { from });
    await collector.nextMark();
    expect(addresses(collector)).toBe('ann,team');
    expect(collector.told).toEqual(['gone', 'mark']);
  });

  test.each([
    ['of another server', (cursor: string) => cursor.replace(/127\.0\.0\.1:\d+/, 'other')],
    ['made while folders lay otherwise', (cursor: string) => cursor.replace(/"folders":"./, '$&x')],
    ['that nobody can read', () => 'what?'],
    ['of another kind of feed', () => '{"feed":"list","server":"x"}'],
  ])('lists everybody anew where its cursor is one %s', async (_, changed) => {
    const server = await start();
    const { cursor = '', entries } = await before(server);
    const collector = follow(server, { from: { cursor: changed(cursor), entries } });
    await collector.nextMark();
    expect(collector.told.filter((kind) => kind === 'listed')).toHaveLength(2);
  });

  test('lists everybody anew where who changed may not be searched for', async () => {
    const server = await start();
    const from = await before(server);
    server.rights.hidden.add('entrycsn');
    const collector = follow(server, { from });
    await collector.nextMark();
    expect(collector.told.filter((kind) => kind === 'listed')).toHaveLength(2);
  });

  test.each([
    ['does not know what changed', 4096, Gap, /does not know any more/],
    ['does not do it here', 12, Fault, /overlay syncprov/],
    ['has a limit', 4, Fault, /size=unlimited.*nsSizeLimit/],
    ['is busy', 51, Fault, /code 51/],
  ])('ends where the server %s', async (_, code, kind, reason) => {
    const server = await start();
    server.synchronise = (id, socket) => socket.write(result(id, 'search', code));
    const failure = await follow(server).failure;
    expect(failure).toBeInstanceOf(kind);
    expect(String(failure)).toMatch(reason);
  });

  test.each([
    ['says nothing', 50, () => Buffer.alloc(0), /said nothing for 0.05 s/],
    [
      'falls silent',
      50,
      (id: number) => syncEntry(id, 'add', 1, attributes('ann')),
      /said nothing/,
    ],
    [
      'shows no state',
      60_000,
      (id: number) => entry(id, 'uid=ann,ou=people,dc=x'),
      /without its state/,
    ],
    [
      'shows an entry larger than any',
      60_000,
      (id: number) => entry(id, 'x', [['m', Array.from({ length: 250_001 }, () => 'a')]]),
      /more than 250000 values/,
    ],
  ])('ends no listing where the server %s', async (_, stallMs, sent, reason) => {
    const server = await start();
    server.synchronise = (id, socket) => socket.write(sent(id));
    const collector = follow(server, { timing: { stallMs } });
    const failure = await collector.failure;
    expect(failure).toBeInstanceOf(Fault);
    expect(String(failure)).toMatch(reason);
    expect(collector.told).not.toContain('listed');
    expect(collector.told).not.toContain('mark');
  });

  test('ends no listing after which people are not to be seen', async () => {
    const server = await start();
    server.synchronise = (id, socket, base) => {
      server.rights.sees = (dn) => !dn.startsWith('uid=');
      socket.write(showAll(id, base));
    };
    const collector = follow(server);
    expect(await collector.failure).toBeInstanceOf(Fault);
    expect(collector.told).not.toContain('listed');
  });

  test('marks nothing more once people are not to be seen', async () => {
    const server = await start();
    server.synchronise = (id, socket, base) => socket.write(showAll(id, base));
    const collector = follow(server, { timing: { pulseMs: 1 } });
    await collector.nextMark();
    server.rights.sees = (dn) => !dn.startsWith('uid=');
    expect(await collector.failure).toBeInstanceOf(Fault);
  });

  test('marks from time to time what it has proved, though nothing changes', async () => {
    const server = await start();
    server.synchronise = (id, socket, base) => socket.write(showAll(id, base));
    const collector = follow(server, { timing: { pulseMs: 1 } });
    await collector.nextMark();
    await collector.nextMark();
    expect((await collector.nextMark()).agoMs).toBeGreaterThanOrEqual(1000);
  });

  test('is a gap where a folder is moved, and none where an empty one is made', async () => {
    const server = await start();
    const folder = { objectClass: 'organizationalUnit' };
    server.entries.set('ou=old,ou=people,dc=x', { ...folder, entryUUID: '1' });
    server.synchronise = (id, socket, base) => socket.write(showAll(id, base));
    const collector = follow(server, { timing: { pulseMs: 1 } });
    await collector.nextMark();
    server.entries.set('ou=empty,ou=people,dc=x', { ...folder, entryUUID: '2' });
    await collector.nextMark();
    await collector.nextMark();
    server.entries.delete('ou=old,ou=people,dc=x');
    expect(await collector.failure).toBeInstanceOf(Gap);
  });
});

describe('a group that shows no member', () => {
  const empty = { cn: 'empty', mail: 'empty@example.org', objectClass: 'groupOfNames' };

  const BY_NAME = {
    depth: 10,
    members: 20,
    memberDns: ['member'],
    memberUids: [],
    memberAddresses: [],
  };

  const startWith = async (more: Parameters<typeof startMemory>[0]) => {
    const server = await startMemory({
      ...CONTAINERS,
      ...person('ann'),
      ...person('bob'),
      ...more,
      'uid=empty,ou=people,dc=x': empty,
    });
    server.synchronise = (id, socket, base) =>
      socket.write(
        isGroups(base)
          ? Buffer.concat([syncEntry(id, 'add', 9, empty), syncInfo(id, 'refreshDelete')])
          : showAll(id, base),
      );
    return server;
  };

  test('is empty where members of others are to be seen', async () => {
    const settings = { groups: { ...BY_NAME, base: 'ou=groups,dc=x' } };
    const collector = follow(await startWith(TEAM), { settings });
    await collector.nextMark();
    expect(collector.entries.get(`group:${textOf(9)}`)?.doubt).toBeUndefined();
  });

  test('is in doubt where they are not, and is looked at again after a restart', async () => {
    const collector = follow(await startWith({}));
    const { cursor } = await collector.nextMark();
    expect(collector.entries.get(`group:${textOf(9)}`)?.doubt).toMatch(/may read member/);
    expect(JSON.parse(cursor)).not.toHaveProperty('cookies.group');
  });
});

describe('the way in which a server is followed', () => {
  test('is a listing where it knows of no other', async () => {
    const collector = follow(await start(), { feed: 'auto' });
    const mark = await collector.nextMark();
    expect(mark).not.toHaveProperty('tellsNew');
    expect(mark.nextMs).toBeGreaterThan(MIRROR.refresh);
    expect(addresses(collector)).toBe('ann,bob,svc,team');
  });

  test('is a listing where it knows content synchronisation, and does not do it here', async () => {
    const server = await start();
    server.controls.push(SYNC_REQUEST);
    const collector = follow(server, { feed: 'auto' });
    expect(await collector.nextMark()).not.toHaveProperty('tellsNew');
  });

  test('is content synchronisation where it does it', async () => {
    const server = await start();
    server.controls.push(SYNC_REQUEST);
    server.synchronise = (id, socket, base) => socket.write(showAll(id, base));
    expect(await follow(server, { feed: 'auto' }).nextMark()).toMatchObject({ tellsNew: true });
  });

  test('is a listing where people are chosen by what other entries decide', async () => {
    const server = await start();
    server.controls.push(SYNC_REQUEST);
    server.synchronise = (id, socket, base) => socket.write(showAll(id, base));
    const filter = '(&(objectClass=inetOrgPerson)(!(memberOf=cn=gone,dc=x)))';
    const settings = { accounts: { base: 'ou=people,dc=x', filter } };
    const collector = follow(server, { feed: 'auto', settings });
    expect(await collector.nextMark()).not.toHaveProperty('tellsNew');
    const failure = await follow(server, { feed: 'syncrepl', settings }).failure;
    expect(String(failure)).toMatch(/chosen by memberof.*mirror.feed: list/);
  });

  test('is none where a filter depends on the address', async () => {
    const settings = { accounts: { base: 'ou=people,dc=x', filter: '(mail=%s)' } };
    const failure = await follow(await start(), { settings }).failure;
    expect(String(failure)).toMatch(/accounts.filter may hold no %s/);
  });

  test('counts a listing from before a restart for as old as it is', async () => {
    const server = await start();
    const first = follow(server, { feed: 'list' });
    await first.nextMark();
    const from = await first.stop();
    server.rights.sees = () => false;
    const again = follow(server, { feed: 'list', from });
    const mark = await again.nextMark();
    expect(again.told).toEqual(['mark']);
    expect(mark.cursor).toBe(from.cursor);
  });
});
