import { describe, expect, test } from 'vitest';
import type { Change, Listed } from '../../../../src/directory/directory.ts';
import { type Outlet, runFeed } from '../../../../src/directory/ldap/follow/outlet.ts';

const LISTED: Listed = {
  id: '1',
  kind: 'account',
  address: 'ann@example.org',
  aliases: [],
  logins: [],
  members: [],
  enabled: true,
  names: [],
};
const put = (ref: string): Change => ({ kind: 'put', entries: [[ref, LISTED]] });
const MARK: Change = { kind: 'mark', cursor: '', agoMs: 0, nextMs: 1 };

/** A feed whose words are the test's, and what becomes of them. */
function start() {
  const life = new AbortController();
  const given = Promise.withResolvers<Outlet>();
  const ended = Promise.withResolvers<never>();
  const calls: string[] = [];
  const batches = runFeed((outlet, signal) => {
    outlet.throttle({ pause: () => calls.push('pause'), resume: () => calls.push('resume') });
    signal.addEventListener('abort', () => calls.push('aborted'));
    given.resolve(outlet);
    return ended.promise;
  }, life.signal);
  return { batches, outlet: given.promise, ended, life, calls };
}

describe('what a feed tells', () => {
  test('comes in the order in which it was told, puts together', async () => {
    const { batches, outlet } = start();
    const first = batches.next();
    const { tell } = await outlet;
    tell(put('a'));
    tell(put('b'));
    tell({ kind: 'gone', refs: ['a'] });
    tell(put('c'));
    tell(MARK);
    const told = ((await first).value ?? []).map((change) =>
      change.kind === 'put' ? change.entries.map(([ref]) => ref).join() : change.kind,
    );
    expect(told).toEqual(['a,b', 'gone', 'c', 'mark']);
  });

  test('stops the reading beyond 200 that wait, until they are taken', async () => {
    const { batches, outlet, calls } = start();
    const first = batches.next();
    const { tell } = await outlet;
    tell(MARK);
    await first;
    for (let i = 0; i < 200; i++) tell(put(`${i}`));
    expect(calls).toEqual([]);
    tell(put('one more'));
    expect(calls).toEqual(['pause']);
    await batches.next();
    expect(calls).toEqual(['pause', 'resume']);
  });

  test('fills no batch beyond 500, though a server names thousands at once', async () => {
    const { batches, outlet } = start();
    const first = batches.next();
    const { tell } = await outlet;
    tell({ kind: 'still', refs: Array.from({ length: 1200 }, (_, i) => `${i}`) });
    const told = [await first, await batches.next(), await batches.next()].map(({ value }) =>
      (value ?? []).map((change) => (change.kind === 'still' ? change.refs.length : change.kind)),
    );
    expect(told).toEqual([[500], [500], [200]]);
  });

  test('is all taken before the error that ended it', async () => {
    const { batches, outlet, ended } = start();
    const first = batches.next();
    (await outlet).tell(put('a'));
    ended.reject(new Error('the server is gone'));
    expect((await first).value).toHaveLength(1);
    await expect(batches.next()).rejects.toThrow('the server is gone');
  });

  test('is not waited for once nobody listens', async () => {
    const { batches, outlet, life, calls } = start();
    const first = batches.next();
    await outlet;
    life.abort();
    await expect(first).rejects.toMatchObject({ kind: 'shutdown' });
    expect(calls).toEqual(['aborted']);
  });
});
