import { describe, expect, test, vi } from 'vitest';
import { Fault } from '../../../../src/directory/directory.ts';
import { Untrusted } from '../../../../src/directory/ldap/servers/results.ts';
import { useFakeTime } from '../../../support/world.ts';
import { ALL } from '../request.ts';
import { ann, losing, never, nobody, open, SEARCH_MS, settled } from './asking.ts';

useFakeTime();

describe('an answer', () => {
  test('that found somebody needs no proof', async () => {
    const { asker, proofs } = await open();
    expect(await asker.ask(ann, never)).toEqual(['ann']);
    expect(proofs).toEqual([]);
  });

  test('that found nobody waits for a proof of the same connection', async () => {
    const { asker, connections, proofs } = await open(2);
    const answer = asker.ask(nobody, never);
    await settled();
    expect(proofs.map(({ connection }) => connection)).toEqual([connections[0]]);
    proofs[0]?.resolve();
    expect(await answer).toEqual([]);
  });

  test('that found nobody says what was looked at, and where', async () => {
    const { asker, proofs } = await open();
    const answer = asker.finding(never);
    await settled();
    proofs[0]?.resolve();
    expect(await answer).toEqual({
      status: 'none',
      proof: { by: 'connection', how: '2 witnesses, on ldap://peer' },
    });
  });

  test('that found nobody while its proof was in doubt is asked again once that has ended', async () => {
    const { asker, proofs } = await open();
    const first = asker.ask(nobody, never).catch((error: unknown) => error);
    await settled();
    proofs[0]?.reject(new Fault('doubt', 'the canary is gone'));
    expect(await first).toMatchObject({ kind: 'doubt' });
    let asked = 0;
    const second = asker.ask(async () => {
      asked += 1;
      return asked === 1 ? [] : ['ann'];
    }, never);
    await settled();
    proofs[1]?.resolve();
    expect(await second).toEqual(['ann']);
  });

  test('that found nobody is asked again if another connection fell into doubt meanwhile', async () => {
    const { asker, proofs, connections } = await open(2);
    const answer = Promise.withResolvers<readonly string[]>();
    let asked = 0;
    const late = asker.ask(
      () => (asked++ === 0 ? answer.promise : Promise.resolve(['ann'])),
      never,
    );
    await settled();
    const [first] = connections.splice(0, 1);
    const other = asker.ask(nobody, never).catch(() => 'doubted');
    await settled();
    proofs[0]?.reject(new Fault('doubt', 'the canary is gone'));
    expect(await other).toBe('doubted');
    connections.splice(0, 1, ...(first === undefined ? [] : [first]));
    answer.resolve([]);
    await settled();
    proofs[1]?.resolve();
    expect(await late).toEqual(['ann']);
  });

  test('that missed somebody waits for a proof though it found others', async () => {
    const { asker, proofs } = await open();
    const answer = asker.ask(async ({ missed }) => {
      missed();
      return ['bob'];
    }, never);
    await settled();
    expect(proofs).toHaveLength(1);
    proofs[0]?.resolve();
    expect(await answer).toEqual(['bob']);
  });

  test('that found nobody is not proved by a proof that began before it', async () => {
    const { asker, proofs } = await open();
    const slow = Promise.withResolvers<readonly string[]>();
    const second = asker.ask(() => slow.promise, never);
    const first = asker.ask(nobody, never);
    await settled();
    expect(proofs).toHaveLength(1);
    slow.resolve([]);
    await settled();
    proofs[0]?.resolve();
    expect(await first).toEqual([]);
    await settled();
    expect(proofs).toHaveLength(2);
    proofs[1]?.reject(new Fault('timeout', 'no proof in time'));
    await expect(second).rejects.toThrow('no proof in time');
  });

  test('shares its proof with those who wait for one', async () => {
    const { asker, proofs } = await open();
    const answers = Array.from({ length: 20 }, () => asker.ask(nobody, never));
    await settled();
    proofs[0]?.resolve();
    await settled();
    proofs[1]?.resolve();
    await Promise.all(answers);
    expect(proofs).toHaveLength(2);
  });
});

describe('a connection', () => {
  test('that can’t be proved is not asked again', async () => {
    const { asker, connections, proofs } = await open();
    const answer = asker.ask(nobody, never);
    await settled();
    proofs[0]?.reject(new Untrusted('the base is gone'));
    await expect(answer).rejects.toThrow('no connection');
    expect(connections[0]?.death?.message).toMatch('the base is gone');
  });

  test('whose proof takes too long is kept, and denies nobody', async () => {
    const { asker, connections, proofs } = await open();
    const answer = asker.ask(nobody, never);
    await settled();
    proofs[0]?.reject(new Fault('timeout', 'no answer in time'));
    await expect(answer).rejects.toMatchObject({ kind: 'timeout' });
    expect(connections[0]?.death).toBeUndefined();
  });

  test('whose result shows that rights are lost is not asked again', async () => {
    const { asker, connections, proofs } = await open();
    const answer = asker.ask(() => Promise.reject(new Untrusted('code 50')), never);
    await settled();
    proofs[0]?.reject(new Untrusted('code 50 again'));
    await expect(answer).rejects.toThrow('no connection');
    expect(connections[0]?.death?.message).toMatch('code 50');
  });

  test.each([1, 2])('that is lost is followed by another one, %i times', async (times) => {
    const { asker, connections } = await open(4);
    expect(await asker.ask(losing(connections, times), never)).toEqual(['ann']);
  });

  test('that is lost three times, and all others with it, is a fault of the directory', async () => {
    const { asker, connections } = await open(3);
    await expect(asker.ask(losing(connections, 3), never)).rejects.toMatchObject({
      name: 'Lost',
      kind: 'directory',
    });
  });

  test('that is stuck is followed by another one', async () => {
    const { asker, connections } = await open(2);
    const endless: Parameters<typeof asker.ask<string>>[0] = async ({ search }) => {
      if (connections[0]?.isStuck === true) return ['ann'];
      await search(ALL);
      return [];
    };
    const first = asker.ask(endless, never);
    const second = asker.ask(endless, never);
    first.catch(() => {});
    await vi.advanceTimersByTimeAsync(SEARCH_MS);
    await expect(first).rejects.toMatchObject({ kind: 'timeout' });
    expect(await second).toEqual(['ann']);
  });
});

describe('asking anew', () => {
  test('runs on a connection of its own, which ends with it', async () => {
    const { asker, connections, proofs, fresh } = await open();
    const answer = asker.askAnew(nobody, never);
    await vi.waitFor(() => expect(proofs).toHaveLength(1));
    expect(proofs[0]?.connection).toBe(fresh[0]);
    proofs[0]?.resolve();
    expect(await answer).toEqual([]);
    expect(fresh[0]?.death?.message).toMatch('closed by idpmap');
    expect(connections[0]?.death).toBeUndefined();
  });

  test('ends with the directory', async () => {
    const { asker, fresh, life } = await open();
    const endless = asker.askAnew(({ search }) => search(ALL), never);
    endless.catch(() => {});
    await vi.waitFor(() => expect(fresh[0]?.load).toBe(1));
    life.abort();
    await expect(endless).rejects.toThrow('closed by idpmap');
  });
});
