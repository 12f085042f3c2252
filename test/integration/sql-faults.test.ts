import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type Directory, Fault } from '../../src/directory/directory.ts';
import { plain } from '../support/plain.ts';
import { type FaultProxy, startFaultProxy } from '../support/proxy.ts';
import { describeWith, type Requirement } from '../support/requirement.ts';
import { openSqlForTest } from '../support/sql/population.ts';
import { type SqlServer, type SqlServerName, startSqlServer } from '../support/sql/server.ts';
import { TROUBLES } from '../support/sql/troubles.ts';
import { until } from '../support/until.ts';

/** What recovery may take on a busy machine of the tests; the pool tries again each second at the latest. */
const WELL_MS = 20_000;
const KNOWN = ['ann@example.test', 'a.smith@example.test', 'team@example.test', 'bob@example.test'];

const SERVERS: readonly { readonly name: SqlServerName; readonly needs: readonly Requirement[] }[] =
  [
    { name: 'postgresql', needs: ['postgresql'] },
    { name: 'mysql', needs: ['mariadb'] },
  ];

/** Asks until it is told to stop; tells who was denied, and how often somebody was found. */
function hammer(directory: Directory) {
  const denied = new Set<string>();
  const over = new AbortController();
  let found = 0;
  const worker = async (): Promise<void> => {
    while (!over.signal.aborted) {
      // Where nothing is connected, answers come without leaving others their turn.
      await nextTurn();
      for (const key of KNOWN) {
        const entries = await find(directory, key);
        if (entries === undefined) continue;
        if (entries.some(({ kind, members }) => kind === 'account' || members.length > 0)) found++;
        else denied.add(key);
      }
    }
  };
  const workers = [worker(), worker(), worker()];
  return {
    found: () => found,
    stop: async () => {
      over.abort();
      await Promise.all(workers);
      return [...denied];
    },
  };
}

const find = (directory: Directory, key: string) =>
  plain(directory)
    .find(key, AbortSignal.timeout(5000))
    .catch(() => undefined);

/** Whether somebody is found who is there, and nobody who isn't. */
async function isWell(directory: Directory): Promise<boolean> {
  const [known, unknown] = await Promise.all([
    find(directory, 'team@example.test'),
    find(directory, 'nobody@example.test'),
  ]);
  return known?.length === 1 && unknown?.length === 0;
}

/** Counts our sessions. */
const COUNTS: Readonly<Record<SqlServerName, string>> = {
  postgresql: "select count(*) from pg_stat_activity where usename = 'idpmap'",
  mysql: "select count(*) from information_schema.processlist where user = 'idpmap'",
};

/** What a question takes for ever at. */
const ENDLESS: Readonly<Record<SqlServerName, string>> = {
  postgresql: "SELECT pg_sleep(600)::text WHERE '%s' <> ''",
  mysql: "SELECT SLEEP(600) FROM users WHERE '%s' <> ''",
};

for (const { name, needs } of SERVERS) {
  describeWith(needs, `${name} in trouble`, () => {
    let server: SqlServer;
    let proxy: FaultProxy;
    let directory: Directory;

    beforeAll(async () => {
      server = await startSqlServer(name);
      proxy = await startFaultProxy(server.port);
    });
    afterAll(async () => {
      await proxy?.stop();
      await server?.remove();
    });
    beforeEach(async () => {
      directory = await openSqlForTest(
        server.section({
          hosts: `127.0.0.1:${proxy.port}`,
          statementTimeout: '2s',
          connectTimeout: '2s',
        }),
      );
      if (!(await until(() => isWell(directory), WELL_MS))) throw new Error('it does not get well');
    });

    const sessions = async (condition = 'true') =>
      Number((await server.run(`${COUNTS[name]} and ${condition}`))[0]);

    /** Whether it gets well, and leaves no connection behind; how long that took is told. */
    async function recovers(what: string): Promise<boolean> {
      const begun = performance.now();
      if (!(await until(() => isWell(directory), WELL_MS))) return false;
      process.stdout.write(
        `${name}, ${what}: well after ${Math.round(performance.now() - begun)} ms\n`,
      );
      return until(async () => (await sessions()) <= 3, WELL_MS);
    }

    test.each(TROUBLES[name])(
      'denies nobody, and recovers: $title',
      async ({ title, begin, end }) => {
        const hammering = hammer(directory);
        const before = hammering.found();
        expect(await until(() => hammering.found() > before + 10, WELL_MS)).toBe(true);
        await begin(server);
        // Some rounds more, whatever comes of them.
        await Promise.all(KNOWN.map((key) => find(directory, key)));
        await end(server);
        const well = await recovers(title);
        expect(await hammering.stop()).toEqual([]);
        expect(well).toBe(true);
      },
    );

    test.each(['refuse', 'reset', 'blackhole', 'cut', 'tear'] as const)(
      'denies nobody, and recovers: the network does %s',
      async (mode) => {
        const hammering = hammer(directory);
        await proxy.set(mode);
        await Promise.all(KNOWN.map((key) => find(directory, key)));
        await proxy.set('well');
        const well = await recovers(`the network does ${mode}`);
        expect(await hammering.stop()).toEqual([]);
        expect(well).toBe(true);
      },
    );

    test('a lock that is held is a fault, and leaves no connection behind', async () => {
      const hold =
        name === 'postgresql'
          ? 'BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(6); COMMIT'
          : 'LOCK TABLES users WRITE; SELECT SLEEP(6); UNLOCK TABLES';
      const holding = server.run(hold);
      onTestFinished(async () => {
        await holding;
      });
      const asked = async () => (await find(directory, 'nobody@example.test')) === undefined;
      expect(await until(asked, 5000)).toBe(true);
      await holding;
      expect(await recovers('a lock is held')).toBe(true);
    });

    test('a statement that never ends is ended on the server, and others are answered meanwhile', async () => {
      const slow = await openSqlForTest(
        server.section({
          hosts: `127.0.0.1:${proxy.port}`,
          statementTimeout: '1s',
          tables: { slow: { query: ENDLESS[name] } },
        }),
      );
      expect(await until(() => isWell(slow), WELL_MS)).toBe(true);
      const asked = plain(slow).table?.({ table: 'slow' })('x', AbortSignal.timeout(WELL_MS));
      const failed = asked?.catch((error: unknown) => error);
      expect(await isWell(slow)).toBe(true);
      expect(await failed).toBeInstanceOf(Fault);
      const atWork =
        name === 'postgresql' ? "query like '%pg_sleep(600)%'" : "info like '%SLEEP(600)%'";
      const own = name === 'postgresql' ? " and state = 'active'" : '';
      expect(await until(async () => (await sessions(atWork + own)) === 0, WELL_MS)).toBe(true);
    });

    test('the next host answers where the first is down', async () => {
      await proxy.set('refuse');
      onTestFinished(() => proxy.set('well'));
      const second = await openSqlForTest(
        server.section({ hosts: [`127.0.0.1:${proxy.port}`, `127.0.0.1:${server.port}`] }),
      );
      expect(await until(() => isWell(second), WELL_MS)).toBe(true);
    });
  });
}
