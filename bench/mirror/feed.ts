import { openSql } from '../../test/support/sql/population.ts';
import { ACCESS, startPostgresql } from '../../test/support/sql/postgresql.ts';
import { formatCount, type Part } from '../report.ts';

const PEOPLE = 1_000_000;
const MEBI = 1024 * 1024;

/** What it takes to list a million people of PostgreSQL for a mirror, which is left out: entries are counted and dropped. */
export const feed: Part = async () => {
  const server = await startPostgresql();
  try {
    await server.sql(`CREATE TABLE people (id BIGINT PRIMARY KEY, address TEXT NOT NULL, login TEXT, enabled BOOLEAN NOT NULL, updated TIMESTAMPTZ NOT NULL);
      INSERT INTO people SELECT n, 'user' || n || '@example.test', 'u' || n, true, now() - interval '1 day' FROM generate_series(1, ${PEOPLE}) n;
      CREATE INDEX ON people (address); CREATE INDEX ON people (updated); VACUUM ANALYZE people;
      GRANT SELECT ON people TO ${ACCESS.user}`);
    const columns = 'SELECT id, address, login, enabled';
    const directory = await openSql({
      type: 'postgresql',
      hosts: `127.0.0.1:${server.port}`,
      ...ACCESS,
      canary: 'user1@example.test',
      people: {
        account: `${columns} FROM people WHERE address = '%s'`,
        listAccounts: `${columns}, updated AS changed FROM people`,
      },
      mirror: { path: '/nowhere/staff.db' },
    });
    const { seconds, cpu, entries, first, most } = await listOnce(directory);
    await directory.close();
    return {
      title: `feed: ${formatCount(PEOPLE)} people of PostgreSQL, listed once`,
      columns: ['entries', 's', 'own CPU s', 'RSS MiB after 10 000', 'most'],
      rows: [
        [
          formatCount(entries),
          ...[seconds, cpu].map((each) => each.toFixed(1)),
          ...[first, most].map((each) => each.toFixed(0)),
        ],
      ],
      notes: ['in this process, which holds the bench too; nothing is kept of what is told'],
      figures: { seconds, cpu, entries, first, most },
      faults: entries === PEOPLE ? [] : [`${entries} entries`],
    };
  } finally {
    await server.remove();
  }
};

async function listOnce(directory: Awaited<ReturnType<typeof openSql>>) {
  const life = new AbortController();
  const begun = performance.now();
  const before = process.cpuUsage();
  const sample = (): number => process.memoryUsage.rss() / MEBI;
  let entries = 0;
  let first = 0;
  let most = 0;
  for await (const batch of directory.follow?.(undefined, life.signal) ?? []) {
    for (const change of batch) if (change.kind === 'put') entries += change.entries.length;
    if (first === 0 && entries >= 10_000) first = sample();
    most = Math.max(most, sample());
    if (batch.at(-1)?.kind === 'mark') break;
  }
  const { user, system } = process.cpuUsage(before);
  return {
    seconds: (performance.now() - begun) / 1000,
    cpu: (user + system) / 1e6,
    entries,
    first,
    most,
  };
}
