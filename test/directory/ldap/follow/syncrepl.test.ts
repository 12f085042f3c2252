import { describe, expect, test } from 'vitest';
import { Fault, Gap } from '../../../../src/directory/directory.ts';
import { TIMING } from '../../../../src/directory/ldap/follow/options.ts';
import type { Collected } from '../../../support/feed/collector.ts';
import type { MemoryServer } from '../memory/server.ts';
import { entry, result } from '../peer.ts';
import { addresses, attributes, follow, isGroups, showAll, start } from './following.ts';
import { syncEntry, syncInfo, textOf } from './syncpeer.ts';

describe('content synchronisation', () => {
  test('tells of everybody, and then of what changes', async () => {
    const server = await start();
    let change: (bytes: (id: number) => Buffer) => void = () => {};
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
