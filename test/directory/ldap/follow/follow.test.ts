import { describe, expect, test } from 'vitest';
import { SYNC_REQUEST } from '../../../../src/directory/ldap/follow/synccontrol.ts';
import { addresses, follow, MIRROR, showAll, start } from './following.ts';

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
