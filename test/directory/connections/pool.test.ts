import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createPool } from '../../../src/directory/connections/pool.ts';
import type { Opened } from '../../../src/directory/connections/servers.ts';
import { Fault } from '../../../src/directory/directory.ts';
import type { Connection } from '../../../src/directory/ldap/wire/connection.ts';
import { silentLog } from '../../../src/log.ts';
import { createNotes } from '../../support/notes.ts';
import { useFakeTime } from '../../support/world.ts';
import { connectTo, startPeer } from '../ldap/peer.ts';
import { ALL } from '../ldap/request.ts';

useFakeTime();

const MAX_AGE_MS = 900_000;
const RETURN_MS = 30_000;
const never = new AbortController().signal;
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** A pool whose openings end when the test says so, in order. */
async function open(size = 2, log = silentLog) {
  const peer = await startPeer();
  const openings: PromiseWithResolvers<Opened<Connection>>[] = [];
  const pool = createPool({
    name: 'staff',
    size,
    servers: {
      open: (signal) => {
        const opening = Promise.withResolvers<Opened<Connection>>();
        openings.push(opening);
        signal.addEventListener('abort', () => opening.reject(new Fault('timeout', 'aborted')));
        return opening.promise;
      },
    },
    maxAgeMs: MAX_AGE_MS,
    returnMs: RETURN_MS,
    log,
  });
  onTestFinished(() => pool.close());
  /** Lets an opening succeed. */
  const serve = async (index: number, rank = 0) => {
    const connection = await connectTo(peer);
    openings[index]?.resolve({ connection, rank });
    await pass(0);
    return connection;
  };
  const fail = async (index: number, reason = 'refused'): Promise<void> => {
    openings[index]?.reject(new Fault('directory', reason));
    await pass(0);
  };
  return { pool, openings, serve, fail };
}

/** Asks something that is not answered. */
const occupy = (connection: Awaited<ReturnType<typeof connectTo>>, signal = never): void => {
  connection.search(ALL, signal).catch(() => {});
};

describe('a pool', () => {
  test('gives the first connection as soon as it is there', async () => {
    const { pool, serve } = await open();
    const taken = pool.take(never);
    const connection = await serve(0);
    expect(await taken).toBe(connection);
  });

  test('gives the connection with the least to do', async () => {
    const { pool, serve } = await open();
    occupy(await serve(0));
    const idle = await serve(1);
    expect(await pool.take(never)).toBe(idle);
  });

  test('says why there is none as soon as no opening is left', async () => {
    const { pool, fail } = await open();
    const taken = pool.take(never);
    taken.catch(() => {});
    await fail(0, 'the first is down');
    await fail(1, 'the second is down');
    await expect(taken).rejects.toThrow('the second is down');
  });

  test('waits no longer for a connection than it is wanted', async () => {
    const { pool } = await open();
    const own = new AbortController();
    const taken = pool.take(own.signal);
    own.abort();
    await expect(taken).rejects.toMatchObject({ kind: 'starting' });
  });

  test('says why there is none when as many openings have failed as it has connections', async () => {
    const { pool, fail } = await open();
    const taken = pool.take(never);
    taken.catch(() => {});
    await fail(0);
    await pass(100);
    await fail(1, 'the second is down');
    await expect(taken).rejects.toThrow('the second is down');
  });

  test('tries again soon at first, and later once a second', async () => {
    const { openings, fail } = await open(1);
    for (let i = 0; i < 10; i++) {
      await fail(i);
      if (i < 2) await pass(100);
      else await pass(1000);
    }
    expect(openings).toHaveLength(11);
    await fail(10);
    await pass(900);
    expect(openings).toHaveLength(11);
  });

  test('opens another connection at once where one dies', async () => {
    const { pool, openings, serve } = await open(1);
    const lost = await serve(0);
    lost.kill('reset');
    const taken = pool.take(never);
    await pass(0);
    expect(openings).toHaveLength(2);
    expect(await serve(1)).toBe(await taken);
  });

  test('waits for the next one where all are stuck, and then ends them', async () => {
    const { pool, openings, serve } = await open(1);
    const stuck = await serve(0);
    for (const own of [new AbortController(), new AbortController()]) {
      occupy(stuck, own.signal);
      own.abort();
    }
    occupy(stuck);
    const taken = pool.take(never);
    await pass(0);
    expect(openings).toHaveLength(2);
    expect(stuck.death).toBeUndefined();
    expect(await serve(1)).toBe(await taken);
    expect(stuck.death?.message).toMatch('closed by idpmap');
  });

  test.each([
    ['its age', 0, MAX_AGE_MS],
    ['the time to return to the first server', 1, RETURN_MS],
  ])('replaces a connection after %s', async (_, rank, ageMs) => {
    const { pool, openings, serve } = await open(1);
    const old = await serve(0, rank);
    await pass(0.85 * ageMs);
    expect(openings).toHaveLength(1);
    await pass(0.3 * ageMs);
    expect(openings).toHaveLength(2);
    expect(await pool.take(never)).toBe(old);
    const young = await serve(1);
    expect(await pool.take(never)).toBe(young);
    expect(old.death?.message).toMatch('closed by idpmap');
  });

  test('lets an old connection answer before it ends', async () => {
    const { serve } = await open(1);
    const old = await serve(0);
    const own = new AbortController();
    occupy(old, own.signal);
    await pass(1.2 * MAX_AGE_MS);
    await serve(1);
    await pass(1000);
    expect(old.death).toBeUndefined();
    own.abort();
    await pass(1000);
    expect(old.death?.message).toMatch('closed by idpmap');
  });

  test('keeps an old connection while no other one can be opened', async () => {
    const { pool, serve, fail } = await open(1);
    const old = await serve(0);
    await pass(1.2 * MAX_AGE_MS);
    await fail(1);
    expect(await pool.take(never)).toBe(old);
  });

  test('ends all its connections when it closes, busy and replaced ones too', async () => {
    const { pool, serve } = await open(1);
    const old = await serve(0);
    occupy(old);
    await pass(1.2 * MAX_AGE_MS);
    const young = await serve(1);
    await pool.close();
    for (const connection of [old, young])
      expect(connection.death?.message).toMatch('closed by idpmap');
    await expect(pool.take(never)).rejects.toMatchObject({ kind: 'shutdown' });
  });

  test('leaves no timer behind when it closes', async () => {
    const { pool, serve, fail } = await open(2);
    occupy(await serve(0));
    await fail(1);
    await pass(1.2 * MAX_AGE_MS);
    await serve(2);
    await pool.close();
    await pass(100);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('ends a connection that comes when it has closed', async () => {
    const { pool, openings } = await open(1);
    const connection = await connectTo(await startPeer());
    openings[0]?.resolve({ connection, rank: 0 });
    await pool.close();
    expect(connection.death?.message).toMatch('closed by idpmap');
  });

  test('wakes those who wait when it closes', async () => {
    const { pool } = await open();
    const taken = pool.take(never);
    taken.catch(() => {});
    await pool.close();
    await expect(taken).rejects.toMatchObject({ kind: 'shutdown' });
  });

  test('tells each change of its state once', async () => {
    const notes = createNotes();
    const { serve, fail } = await open(1, notes.log);
    await fail(0);
    await pass(1000);
    await fail(1);
    await pass(1000);
    await serve(2);
    expect(notes.all.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      'error: no connection to the directory, it is tried again',
      'info: connected to the directory',
    ]);
  });
});
