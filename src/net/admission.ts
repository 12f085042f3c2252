import type { Rejection } from './figures.ts';
import type { Limits } from './limits.ts';
import { networkOf } from './peers.ts';

/** Why there is no room for a connection. */
export type Full = Extract<Rejection, 'too-many' | 'too-many-of-peer'>;

/** One listener's part of its server's connections. */
export interface Room {
  /** Takes a connection in; `address` is its peer's, absent at a Unix socket. Gives why there is no room. */
  admit(address: string | undefined): Full | undefined;
  /** A connection that was taken in has gone. */
  leave(address: string | undefined): void;
  /** Accepts no more: nothing is kept free for it any longer. */
  retire(): void;
  /** Connections that are open now. */
  readonly open: number;
}

/** Shares the connections of a server out among its listeners and their peers. */
export interface Admission {
  createRoom(): Room;
}

type AdmissionLimits = Pick<
  Limits,
  'maxConnections' | 'reservedConnections' | 'maxConnectionsPerPeer'
>;

/**
 * Creates it. Each listener has connections that no other one can take, as many as `reservedConnections` or, where they are
 * too many for that, an equal part of all. What is beyond is everybody's. A peer is an address, over IPv6 a network of 64
 * bits, for a host has all of it; who comes by a Unix socket is told apart by the socket's mode and group only.
 */
export function createAdmission(limits: AdmissionLimits): Admission {
  const { maxConnections, reservedConnections: reserved, maxConnectionsPerPeer: most } = limits;
  const rooms = new Set<{ open: number; readonly isRetired: boolean }>();
  const peers = new Map<string, number>();

  /** What is kept free for each listener. */
  const share = (): number => {
    let keeping = 0;
    for (const { isRetired } of rooms) keeping += isRetired ? 0 : 1;
    return Math.min(reserved, Math.floor(maxConnections / Math.max(1, keeping)));
  };
  const countFree = (kept: number): number => {
    let free = maxConnections;
    for (const { open, isRetired } of rooms) free -= isRetired ? open : Math.max(open, kept);
    return free;
  };
  const add = (peer: string, count: number): void => {
    const open = (peers.get(peer) ?? 0) + count;
    if (open === 0) peers.delete(peer);
    else peers.set(peer, open);
  };

  return {
    createRoom: () => {
      const room = { open: 0, isRetired: false };
      rooms.add(room);
      return {
        get open() {
          return room.open;
        },
        admit: (address) => {
          const peer = peerOf(address);
          if (peer !== undefined && (peers.get(peer) ?? 0) >= most) return 'too-many-of-peer';
          const kept = share();
          if (room.open >= kept && countFree(kept) <= 0) return 'too-many';
          room.open++;
          if (peer !== undefined) add(peer, 1);
          return undefined;
        },
        leave: (address) => {
          const peer = peerOf(address);
          room.open--;
          if (peer !== undefined) add(peer, -1);
          if (room.isRetired && room.open === 0) rooms.delete(room);
        },
        retire: () => {
          room.isRetired = true;
          if (room.open === 0) rooms.delete(room);
        },
      };
    },
  };
}

const peerOf = (address: string | undefined): string | undefined =>
  address === undefined ? undefined : networkOf(address);
