import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { plain } from '../support/plain.ts';
import { describeWith } from '../support/requirement.ts';
import { startPgbouncer } from '../support/sql/pgbouncer.ts';
import { openSqlForTest } from '../support/sql/population.ts';
import { type SqlServer, startSqlServer } from '../support/sql/server.ts';

const PATIENCE_MS = 20_000;

describeWith(['postgresql', 'pgbouncer'], 'PgBouncer before PostgreSQL', () => {
  let server: SqlServer;
  beforeAll(async () => {
    server = await startSqlServer('postgresql');
  });
  afterAll(() => server?.remove());

  /** Opens a directory behind one in this mode. */
  async function open(mode: 'session' | 'transaction', more: object) {
    const pooler = await startPgbouncer(server.port, mode);
    onTestFinished(() => pooler.stop());
    const directory = await openSqlForTest(
      server.section({ hosts: `127.0.0.1:${pooler.port}`, ...more }),
    );
    return plain(directory);
  }
  const signal = () => AbortSignal.timeout(PATIENCE_MS);

  test.each(['session', 'transaction'] as const)('is asked through in mode %s', async (mode) => {
    const directory = await open(mode, { pooler: mode });
    // More at once than it lends sessions, so that each is another client's a moment later.
    const keys = ['ann', 'a.smith', 'bob', 'team', 'nobody', 'juergen', 'nobody-else'];
    const all = Array.from({ length: 10 }, () => keys).flat();
    const found = await Promise.all(
      all.map((key) => directory.find(`${key}@example.test`, signal())),
    );
    const wrong = all.filter((key, i) => (found[i]?.length === 0) !== key.startsWith('nobody'));
    expect(wrong).toEqual([]);
  });

  test('leaves the sessions that it lends as they were', async () => {
    const directory = await open('transaction', { pooler: 'transaction' });
    await directory.find('ann@example.test', signal());
    const other = await open('transaction', {
      pooler: 'transaction',
      tables: { limit: { query: "SELECT current_setting('default_transaction_read_only')" } },
    });
    expect(await other.table?.({ table: 'limit' })('x', signal())).toEqual(['off']);
  });

  test.each(['session', 'transaction'] as const)(
    'is told of where nothing says that it is there, in mode %s',
    async (mode) => {
      const directory = await open(mode, {});
      await expect(directory.find('ann@example.test', signal())).rejects.toMatchObject({
        kind: 'directory',
        message: expect.stringContaining('set pooler: transaction, or session'),
      });
    },
  );
});
