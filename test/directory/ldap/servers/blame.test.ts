import { describe, expect, test, vi } from 'vitest';
import { Fault } from '../../../../src/directory/directory.ts';
import { Untrusted } from '../../../../src/directory/ldap/servers/results.ts';
import { useFakeTime } from '../../../support/world.ts';
import { result } from '../peer.ts';
import { ALL } from '../request.ts';
import { losing, never, open, SEARCH_MS, settled } from './asking.ts';

useFakeTime();

describe('a question', () => {
  test('that is not answered in time, where another one is, is the fault of its key', async () => {
    const { asker, connections, peer } = await open();
    const answer = asker.ask(({ search }) => search(ALL), never).catch((error: unknown) => error);
    await peer.next('search');
    await vi.advanceTimersByTimeAsync(SEARCH_MS / 2);
    const ping = await peer.next('search');
    peer.send(result(ping.id));
    await vi.waitFor(() => expect(connections[0]?.answers).toBe(1));
    await vi.advanceTimersByTimeAsync(SEARCH_MS / 2);
    expect(await answer).toMatchObject({ kind: 'entry' });
    expect(connections[0]?.isStuck).toBe(false);
  });

  test('that is not answered, nor is the least of questions, is the fault of the directory', async () => {
    const { asker } = await open();
    const answer = asker.ask(({ search }) => search(ALL), never).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(SEARCH_MS);
    expect(await answer).toMatchObject({ kind: 'timeout' });
  });

  test('that is answered soon costs no other question', async () => {
    const { asker, peer } = await open();
    const answer = asker.ask(async ({ search }) => [await search(ALL)], never);
    const { id } = await peer.next('search');
    peer.send(result(id));
    await answer;
    await vi.advanceTimersByTimeAsync(10 * SEARCH_MS);
    expect(peer.asked).toHaveLength(1);
  });
});

describe('a connection', () => {
  test.each([
    ['another one that sees nobody', 'directory', new Untrusted('no base')],
    ['another one that is well, for that key', 'entry', undefined],
    ['another one whose none is in doubt, for that key', 'entry', new Fault('doubt', 'canary')],
  ])('that is lost three times and followed by %s is a fault of kind %s', async (_, kind, end) => {
    const { asker, connections, proofs } = await open(4);
    const answer = asker.ask(losing(connections, 3), never);
    await settled();
    if (end === undefined) proofs[0]?.resolve();
    else proofs[0]?.reject(end);
    await expect(answer).rejects.toMatchObject({ kind, message: expect.stringMatching('reset') });
  });

  test.each([new Untrusted('code 1'), new Fault('directory', 'code 80')])(
    'that refuses one key and can be proved is kept, for the fault is of that key: %s',
    async (fault) => {
      const { asker, connections, proofs } = await open();
      const answer = asker.ask(() => Promise.reject(fault), never);
      await settled();
      proofs[0]?.resolve();
      await expect(answer).rejects.toMatchObject({ kind: 'entry' });
      expect(connections[0]?.death).toBeUndefined();
    },
  );
});
