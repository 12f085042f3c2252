import { expect, test } from 'vitest';
import { type Change, Fault } from '../../../../src/directory/directory.ts';
import type { SqlConnection } from '../../../../src/directory/sql/connect/connection.ts';
import { type FollowOptions, followTables } from '../../../../src/directory/sql/follow/follow.ts';
import type { Listing } from '../../../../src/directory/sql/text/listing.ts';

const ACCOUNTS: Listing = {
  name: 'people.listAccounts',
  key: 'id',
  count: 'count',
  first: () => 'first',
  from: () => 'from',
  of: 'of',
  changed: () => 'changed',
};

/** A database without anybody, which is what it says as long as `isProved`. */
function startTables() {
  const tables = { isProved: true, asked: [] as string[] };
  const run: SqlConnection['run'] = async (text) => {
    tables.asked.push(text);
    if (text === 'count') return [{ n: '0' }];
    return text.includes('since') ? [{ since: '2026-01-01 00:00:00' }] : [];
  };
  const connection: SqlConnection = {
    server: 'db1',
    load: 0,
    death: undefined,
    isStuck: false,
    spent: new Promise(() => {}),
    run,
    believe: async () => [],
    kill: () => {},
    close: () => {},
  };
  const options: FollowOptions = {
    lists: { accounts: ACCOUNTS },
    dialect: 'postgresql',
    refreshMs: 3_600_000,
    pollMs: 1,
    areSomeUnlisted: false,
    open: async () => connection,
    making: () => ({
      find: { parts: {}, limits: { members: 1, depth: 1 }, delimiters: '' },
      view: { rows: async () => [], writtenAs: () => [], missed: () => {} },
    }),
    prove: async () => {
      if (!tables.isProved) throw new Fault('doubt', 'it is a copy of another server');
    },
    woken: () => new Promise<void>(() => {}),
  };
  return { tables, options };
}

const marksUntilEnd = async (told: AsyncIterable<readonly Change[]>, most = 3) => {
  const marks: Change[] = [];
  for await (const batch of told) {
    marks.push(...batch.filter(({ kind }) => kind === 'mark'));
    if (marks.length >= most) break;
  }
  return marks;
};

test('what changed is told of by a database that still shows people, and by no other', async () => {
  const { tables, options } = startTables();
  const { signal } = new AbortController();
  const [first] = await marksUntilEnd(followTables(options, undefined, signal));
  const cursor = first?.kind === 'mark' ? first.cursor : undefined;
  expect(await marksUntilEnd(followTables(options, cursor, signal))).toHaveLength(3);
  // It goes on at another host, a copy that may be far behind.
  tables.isProved = false;
  await expect(marksUntilEnd(followTables(options, cursor, signal))).rejects.toThrow('is a copy');
});
