import { describe, expect, test, vi } from 'vitest';
import { createServers } from '../../../src/directory/connections/servers.ts';
import type { Connection } from '../../../src/directory/ldap/wire/connection.ts';
import { Refused } from '../../../src/directory/ldap/wire/open.ts';
import { testClock, useFakeTime } from '../../support/world.ts';
import { connectTo, startPeer } from '../ldap/peer.ts';

useFakeTime();

const never = new AbortController().signal;
const COOL_MS = 30_000;

/** Three servers; those in `faults` fail with what stands there. */
async function three() {
  const connection = await connectTo(await startPeer());
  const faults = new Map<string, Error>();
  const tried: string[] = [];
  /** Callers that leave while a server is asked. */
  const leaving: AbortController[] = [];
  const servers = createServers({
    endpoints: ['a', 'b', 'c'],
    open: async (name): Promise<Connection> => {
      tried.push(name);
      leaving.shift()?.abort();
      const fault = faults.get(name);
      if (fault !== undefined) throw fault;
      return connection;
    },
    connectMs: 1000,
    coolMs: COOL_MS,
    isRefusal: (error) => error instanceof Refused,
    clock: testClock,
  });
  const open = async (signal = never): Promise<readonly string[]> => {
    tried.length = 0;
    await servers.open(signal).catch(() => {});
    return [...tried];
  };
  return { servers, faults, leaving, open };
}

const DOWN = new Error('connect ECONNREFUSED');

describe('servers', () => {
  test('are asked in order until one serves, and its rank is told', async () => {
    const { servers, faults, open } = await three();
    faults.set('a', DOWN);
    expect(await open()).toEqual(['a', 'b']);
    expect(await servers.open(never)).toMatchObject({ rank: 1 });
  });

  test('that failed are asked last for a while, and first again before a connection is that old', async () => {
    const { faults, open } = await three();
    faults.set('a', DOWN);
    await open();
    faults.clear();
    expect(await open()).toEqual(['b']);
    vi.advanceTimersByTime(0.9 * COOL_MS);
    expect(await open()).toEqual(['a']);
  });

  test('that failed are asked nevertheless where no other serves', async () => {
    const { faults, open } = await three();
    for (const name of ['a', 'b', 'c']) faults.set(name, DOWN);
    await open();
    expect(await open()).toEqual(['a', 'b', 'c']);
  });

  test('say what the last of them said', async () => {
    const { servers, faults } = await three();
    for (const name of ['a', 'b', 'c']) faults.set(name, new Error(`${name} is down`));
    await expect(servers.open(never)).rejects.toThrow('c is down');
  });

  test('are not offered a login that one has refused', async () => {
    const { faults, open } = await three();
    faults.set('a', new Refused('wrong password'));
    expect(await open()).toEqual(['a']);
    expect(await open()).toEqual(['a']);
  });

  test('are not blamed for a caller who leaves', async () => {
    const { servers, faults, leaving, open } = await three();
    faults.set('a', DOWN);
    const own = new AbortController();
    leaving.push(own);
    await expect(servers.open(own.signal)).rejects.toThrow('ECONNREFUSED');
    faults.clear();
    expect(await open()).toEqual(['a']);
  });

  test('are not asked for a caller who has left', async () => {
    const { open } = await three();
    expect(await open(AbortSignal.abort())).toEqual([]);
  });

  test('are asked by one after the other', async () => {
    const turns: PromiseWithResolvers<Connection>[] = [];
    const servers = createServers({
      endpoints: ['a'],
      open: () => {
        const turn = Promise.withResolvers<Connection>();
        turns.push(turn);
        return turn.promise;
      },
      connectMs: 1000,
      coolMs: COOL_MS,
      clock: testClock,
    });
    const first = servers.open(never);
    const second = servers.open(never);
    await vi.advanceTimersByTimeAsync(0);
    expect(turns).toHaveLength(1);
    turns[0]?.reject(DOWN);
    await expect(first).rejects.toThrow('ECONNREFUSED');
    await vi.advanceTimersByTimeAsync(0);
    expect(turns).toHaveLength(2);
    turns[1]?.reject(DOWN);
    await expect(second).rejects.toThrow('ECONNREFUSED');
  });
});
