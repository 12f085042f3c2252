import { onTestFinished, vi } from 'vitest';
import { Fault, type How } from '../../../../src/directory/directory.ts';
import { valuesOf } from '../../../../src/directory/finding.ts';
import { createAsker } from '../../../../src/directory/ldap/servers/ask.ts';
import { NO_SCHEMA } from '../../../../src/directory/ldap/trust/schema.ts';
import { createTrust } from '../../../../src/directory/ldap/trust/trust.ts';
import type { Connection } from '../../../../src/directory/ldap/wire/connection.ts';
import type { Work } from '../../../../src/directory/ldap/work.ts';
import { connectTo, startPeer } from '../peer.ts';

/** A question's time. */
export const SEARCH_MS = 1000;
export const never = new AbortController().signal;
/** Lets what is due happen. */
export const settled = () => vi.advanceTimersByTimeAsync(0);

/** An asker over so many connections, each used as long as it lives, and proofs that end when the test says so. */
export async function open(size = 1) {
  const peer = await startPeer();
  const connections: Connection[] = [];
  for (let i = 0; i < size; i++) connections.push(await connectTo(peer));
  const proofs: (PromiseWithResolvers<void> & { readonly connection: Connection })[] = [];
  const fresh: Connection[] = [];
  const life = new AbortController();
  onTestFinished(() => life.abort());
  const asker = createAsker({
    pool: {
      take: async () => {
        const alive = connections.find(({ death, isStuck }) => death === undefined && !isStuck);
        if (alive === undefined) throw new Fault('directory', 'no connection');
        return alive;
      },
      close: async () => {},
    },
    servers: {
      open: async () => {
        const connection = await connectTo(peer);
        fresh.push(connection);
        return { connection, rank: 0 };
      },
    },
    schemas: { of: async () => NO_SCHEMA },
    searchMs: SEARCH_MS,
    referrals: 'refuse',
    lifetime: life.signal,
  });
  const trust = createTrust(async (connection) => {
    const proof = Promise.withResolvers<void>();
    proofs.push({ ...proof, connection });
    await proof.promise;
    return ['2 witnesses'];
  });
  const ask = async <T>(work: Work<T>, how: How): Promise<readonly T[]> =>
    valuesOf(await asker.ask(work, how, trust));
  return {
    peer,
    asker: {
      ask: <T>(work: Work<T>, signal: AbortSignal) => ask(work, { signal }),
      askAnew: <T>(work: Work<T>, signal: AbortSignal) => ask(work, { signal, anew: true }),
      finding: (signal: AbortSignal) => asker.ask(nobody, { signal }, trust),
      prove: (signal: AbortSignal) => asker.prove(trust, signal),
    },
    connections,
    proofs,
    fresh,
    life,
  };
}

export const nobody = async (): Promise<readonly string[]> => [];
export const ann = async (): Promise<readonly string[]> => ['ann'];

/** Loses the connection that it runs on, so many times; then finds Ann. */
export const losing = (connections: readonly Connection[], times: number) => {
  let runs = 0;
  return async (): Promise<readonly string[]> => {
    const connection = connections[runs++];
    if (runs > times || connection === undefined) return ['ann'];
    throw connection.kill('reset');
  };
};
