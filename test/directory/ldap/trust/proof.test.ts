import { describe, expect, test } from 'vitest';
import { Fault } from '../../../../src/directory/directory.ts';
import { createProof, type Proof } from '../../../../src/directory/ldap/trust/proof.ts';
import { connectTo, entry, result, startPeer } from '../peer.ts';

const never = new AbortController().signal;

/** Proves a connection to a server that shows these bases; others do not exist, or look as if they were empty. */
async function prove(shown: readonly string[], absent = 32, checks: readonly Proof[] = []) {
  const peer = await startPeer(({ id, text }, socket) => {
    const base = shown.find((each) => text.includes(each));
    socket.write(
      base === undefined
        ? result(id, 'search', absent)
        : Buffer.concat([entry(id, base), result(id)]),
    );
  });
  const proof = createProof({ bases: ['ou=a', 'ou=b', 'ou=a'], referrals: 'refuse', checks });
  const connection = await connectTo(peer);
  const outcome = await proof(connection, never).catch((error: unknown) => error);
  return { outcome, asked: peer.asked };
}

describe('a proof', () => {
  test('reads each base once', async () => {
    const { outcome, asked } = await prove(['ou=a', 'ou=b']);
    expect(outcome).toEqual(['2 bases']);
    expect(asked).toHaveLength(2);
  });

  test.each([
    ['does not exist', 32, 'there is no ou=b, or no right to see it'],
    ['looks empty, as to somebody who is not logged in', 0, 'does not show ou=b'],
    ['may not be read', 50, 'insufficient access rights'],
  ])('fails where a base %s', async (_, code, reason) => {
    const { outcome } = await prove(['ou=a'], code);
    expect(outcome).toMatchObject({ kind: 'directory', message: expect.stringMatching(reason) });
  });

  test('fails where a check does', async () => {
    const check = () => Promise.reject(new Fault('directory', 'the canary is gone'));
    const { outcome } = await prove(['ou=a', 'ou=b'], 32, [check]);
    expect(outcome).toMatchObject({ message: 'the canary is gone' });
  });

  test('blames the directory where a check blames an entry', async () => {
    const check = () => Promise.reject(new Fault('entry', 'the group is too large'));
    const { outcome } = await prove(['ou=a', 'ou=b'], 32, [check]);
    expect(outcome).toMatchObject({ kind: 'directory' });
  });

  test('waits for all its checks', async () => {
    const order: string[] = [];
    const slow = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      order.push('slow');
      return [];
    };
    const failing = () => Promise.reject(new Fault('directory', 'gone'));
    await prove(['ou=a', 'ou=b'], 32, [failing, slow]);
    order.push('proof');
    expect(order).toEqual(['slow', 'proof']);
  });
});
