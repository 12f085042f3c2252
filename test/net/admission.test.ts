import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Admission, createAdmission, type Room } from '../../src/net/admission.ts';

const create = (max: number, reserved: number, perPeer = max): Admission =>
  createAdmission({
    maxConnections: max,
    reservedConnections: reserved,
    maxConnectionsPerPeer: perPeer,
  });

/** Fills a room from ever other addresses; gives how many it took. */
function fill(room: Room, atMost = 10_000): number {
  for (let i = 0; i < atMost; i++) {
    const address = `10.0.${i >> 8}.${i & 255}`;
    if (room.admit(address) !== undefined) return i;
  }
  return atMost;
}

describe('what is kept for a listener', () => {
  test('nobody else takes: it is served while another is full', () => {
    const admission = create(100, 20);
    const [tcp, unix] = [admission.createRoom(), admission.createRoom()];
    expect(fill(tcp)).toBe(80);
    for (let i = 0; i < 20; i++) expect(unix.admit(undefined)).toBeUndefined();
    expect(unix.admit(undefined)).toBe('too-many');
  });

  test('it has at any time, whoever else comes first', () => {
    const admission = create(100, 20);
    const rooms = Array.from({ length: 3 }, () => admission.createRoom());
    expect(rooms.map((room) => fill(room, 50))).toEqual([50, 30, 20]);
  });

  test('is an equal part where more is wished for than there is', () => {
    const admission = create(100, 500);
    const rooms = Array.from({ length: 4 }, () => admission.createRoom());
    expect(rooms.map((room) => fill(room))).toEqual([25, 25, 25, 25]);
  });

  test('is everybody’s again when it is closed', () => {
    const admission = create(100, 20);
    const [tcp, unix] = [admission.createRoom(), admission.createRoom()];
    expect(fill(tcp)).toBe(80);
    unix.retire();
    expect(tcp.admit(undefined)).toBeUndefined();
  });

  test('is all there is where it is the only one', () => {
    expect(fill(create(100, 20).createRoom())).toBe(100);
  });
});

test('there is room again for each that has gone', () => {
  const room = create(2, 0).createRoom();
  expect([room.admit('10.0.0.1'), room.admit('10.0.0.2')]).toEqual([undefined, undefined]);
  expect(room.admit('10.0.0.3')).toBe('too-many');
  room.leave('10.0.0.1');
  expect(room.admit('10.0.0.3')).toBeUndefined();
});

describe('a peer', () => {
  test.each([
    ['an address', '192.0.2.1', '192.0.2.1', '192.0.2.2'],
    ['an address that IPv6 maps', '192.0.2.1', '::ffff:192.0.2.1', '::ffff:192.0.2.2'],
    ['loopback', '::1', '::1', '127.0.0.1'],
    ['a network of 64 bits', '2001:db8::1', '2001:db8:0:0:ffff::9', '2001:db8:0:1::1'],
    ['one written out', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::1', '2001:db8:1:3::1'],
    ['a link', 'fe80::1%eth0', 'fe80::2%eth1', 'fe80:0:0:1::1'],
  ])('is %s, and has no more than one may have', (_, address, same, other) => {
    const room = create(100, 0, 2).createRoom();
    expect([room.admit(address), room.admit(same)]).toEqual([undefined, undefined]);
    expect(room.admit(address)).toBe('too-many-of-peer');
    expect(room.admit(other)).toBeUndefined();
    room.leave(same);
    expect(room.admit(address)).toBeUndefined();
  });

  test('has it over all listeners', () => {
    const admission = create(100, 0, 1);
    expect(admission.createRoom().admit('192.0.2.1')).toBeUndefined();
    expect(admission.createRoom().admit('192.0.2.1')).toBe('too-many-of-peer');
  });

  test('at a Unix socket is not told apart', () => {
    const room = create(100, 0, 1).createRoom();
    expect([room.admit(undefined), room.admit(undefined)]).toEqual([undefined, undefined]);
  });
});

test('whoever comes and goes, no more are open than may be, and each listener gets what is kept for it', () => {
  const step = fc.record({ room: fc.nat(2), comes: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const admission = create(20, 4);
      const rooms = Array.from({ length: 3 }, () => admission.createRoom());
      for (const { room, comes } of steps) {
        const one = rooms[room];
        if (one === undefined) continue;
        const before = one.open;
        if (!comes && before > 0) one.leave(undefined);
        if (comes && one.admit(undefined) !== undefined) expect(before).toBeGreaterThanOrEqual(4);
        expect(rooms.reduce((sum, each) => sum + each.open, 0)).toBeLessThanOrEqual(20);
      }
    }),
  );
});
