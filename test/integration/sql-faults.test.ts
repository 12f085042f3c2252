import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import type { Directory } from '../../src/directory/directory.ts';
import { plain } from '../support/plain.ts';
import { type FaultProxy, startFaultProxy } from '../support/proxy.ts';
import { describeWith, type Requirement } from '../support/requirement.ts';
import { openSqlForTest } from '../support/sql/population.ts';
import { type Postgresql, startPostgresql } from '../support/sql/postgresql.ts';
import { type SqlServer, type SqlServerName, startSqlServer } from '../support/sql/server.ts';
import { until } from '../support/until.ts';

/** What recovery may take on a busy machine of the tests; the pool tries again each second at the latest. */
const WELL_MS = 20_000;
const KNOWN = ['ann@example.test', 'a.smith@example.test', 'team@example.test', 'bob@example.test'];

interface Trouble {
  readonly title: string;
  readonly begin: (server: SqlServer) => Promise<unknown>;
  readonly end: (server: SqlServer) => Promise<unknown>;
}

/** What befalls a server, and how that ends. */
const TROUBLES: Readonly<Record<SqlServerName, readonly Trouble[]>> = {
  postgresql: [
    {
      title: 'all connections are ended',
      begin: ({ run }) =>
        run("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'idpmap'"),
      end: async () => {},
    },
    ...ofAll('ALTER TABLE users RENAME TO gone', 'ALTER TABLE gone RENAME TO users'),
    {
      title: 'the right to read is taken back',
      begin: ({ run }) => run('REVOKE SELECT ON users FROM idpmap'),
      end: ({ run }) => run('GRANT SELECT ON users TO idpmap'),
    },
    {
      title: 'the right to read a column is taken back',
      begin: ({ run }) =>
        run('REVOKE SELECT ON aliases FROM idpmap; GRANT SELECT (account) ON aliases TO idpmap'),
      end: ({ run }) => run('GRANT SELECT ON aliases TO idpmap'),
    },
    {
      title: 'row-level security hides all rows',
      begin: ({ run }) => run('ALTER TABLE users ENABLE ROW LEVEL SECURITY'),
      end: ({ run }) => run('ALTER TABLE users DISABLE ROW LEVEL SECURITY'),
    },
    {
      title: 'the login is refused',
      begin: ({ run }) =>
        run(
          "ALTER ROLE idpmap NOLOGIN; select pg_terminate_backend(pid) from pg_stat_activity where usename = 'idpmap'",
        ),
      end: ({ run }) => run('ALTER ROLE idpmap LOGIN'),
    },
    {
      title: 'a column gets another type, so that prepared statements are void',
      begin: ({ run }) => run('ALTER TABLE users ALTER COLUMN login TYPE text'),
      end: ({ run }) => run('ALTER TABLE users ALTER COLUMN login TYPE varchar(255)'),
    },
  ],
  mysql: [
    {
      title: 'all connections are ended',
      begin: async ({ run }) => {
        const ids = await run(
          "select id from information_schema.processlist where user = 'idpmap'",
        );
        await run(ids.map((id) => `kill ${id}`).join('; ') || 'select 1').catch(() => {});
      },
      end: async () => {},
    },
    ...ofAll('RENAME TABLE users TO gone', 'RENAME TABLE gone TO users'),
    {
      title: 'the right to read is taken back',
      begin: ({ run }) => run("REVOKE SELECT ON mail.* FROM idpmap@'127.0.0.1'"),
      end: ({ run }) => run("GRANT SELECT ON mail.* TO idpmap@'127.0.0.1'"),
    },
    {
      title: 'it may only be read, as a copy',
      begin: ({ run }) => run('SET GLOBAL read_only = 1'),
      end: ({ run }) => run('SET GLOBAL read_only = 0'),
    },
    {
      title: 'the login is refused',
      begin: async ({ run }) => {
        await run("ALTER USER idpmap@'127.0.0.1' ACCOUNT LOCK");
        const ids = await run(
          "select id from information_schema.processlist where user = 'idpmap'",
        );
        await run(ids.map((id) => `kill ${id}`).join('; ') || 'select 1').catch(() => {});
      },
      end: ({ run }) => run("ALTER USER idpmap@'127.0.0.1' ACCOUNT UNLOCK"),
    },
  ],
};

/** What every server can come to. */
function ofAll(away: string, back: string): readonly Trouble[] {
  return [
    {
      title: 'it stops and starts again',
      begin: (server) => server.stop(),
      end: (server) => server.start(),
    },
    {
      title: 'it is killed and starts again',
      begin: (server) => server.kill(),
      end: (server) => server.start(),
    },
    {
      title: 'the table is gone and comes back',
      begin: ({ run }) => run(away),
      end: ({ run }) => run(back),
    },
    {
      title: 'the table is emptied and filled again',
      begin: ({ run }) => run('CREATE TABLE safe AS SELECT * FROM users; DELETE FROM users'),
      end: ({ run }) => run('INSERT INTO users SELECT * FROM safe; DROP TABLE safe'),
    },
  ];
}

const SERVERS: readonly { readonly name: SqlServerName; readonly needs: readonly Requirement[] }[] =
  [
    { name: 'postgresql', needs: ['postgresql'] },
    { name: 'mysql', needs: ['mariadb'] },
  ];

/** Asks until it is told to stop; tells who was denied, and how often somebody was found. */
function hammer(directory: Directory) {
  const denied = new Set<string>();
  let isOver = false;
  let found = 0;
  const worker = async (): Promise<void> => {
    while (!isOver) {
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
      isOver = true;
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
      expect(await until(() => isWell(directory), WELL_MS)).toBe(true);
    });

    test.each(TROUBLES[name])('denies nobody, and recovers: $title', async ({ begin, end }) => {
      const hammering = hammer(directory);
      const before = hammering.found();
      expect(await until(() => hammering.found() > before + 10, WELL_MS)).toBe(true);
      await begin(server);
      // Some rounds more, whatever comes of them.
      await Promise.all(KNOWN.map((key) => find(directory, key)));
      await end(server);
      const well = await until(() => isWell(directory), WELL_MS);
      expect(await hammering.stop()).toEqual([]);
      expect(well).toBe(true);
    });

    test.each(['refuse', 'reset', 'blackhole', 'cut', 'tear'] as const)(
      'denies nobody, and recovers: the network does %s',
      async (mode) => {
        const hammering = hammer(directory);
        await proxy.set(mode);
        await Promise.all(KNOWN.map((key) => find(directory, key)));
        await proxy.set('well');
        const well = await until(() => isWell(directory), WELL_MS);
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
      expect(await until(() => isWell(directory), WELL_MS)).toBe(true);
      const count =
        name === 'postgresql'
          ? "select count(*) from pg_stat_activity where usename = 'idpmap'"
          : "select count(*) from information_schema.processlist where user = 'idpmap'";
      const isFew = async () => Number((await server.run(count))[0]) <= 3;
      expect(await until(isFew, WELL_MS)).toBe(true);
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

describeWith(['postgresql'], 'a copy of PostgreSQL', () => {
  let original: Postgresql;
  let copy: Postgresql;
  beforeAll(async () => {
    original = await startPostgresql();
    await original.sql(
      "create table users (address text); insert into users values ('ann@example.test'); grant select on users to idpmap",
    );
    copy = await original.copy();
  });
  afterAll(() => original?.remove());

  const open = (more: object) =>
    openSqlForTest({
      type: 'postgresql',
      hosts: `127.0.0.1:${copy.port}`,
      database: 'mail',
      user: 'idpmap',
      password: 'secret',
      people: { account: "select address from users where address = '%s'" },
      statementTimeout: '20s',
      connectTimeout: '20s',
      ...more,
    });

  test('shows who is there, and denies nobody', async () => {
    const directory = await open({});
    const { signal } = new AbortController();
    expect(await plain(directory).find('ann@example.test', signal)).toHaveLength(1);
    await expect(plain(directory).find('eve@example.test', signal)).rejects.toMatchObject({
      kind: 'doubt',
    });
  });

  test('is believed where the configuration says so', async () => {
    const directory = await open({ replicas: 'trust' });
    const { signal } = new AbortController();
    expect(await plain(directory).find('eve@example.test', signal)).toEqual([]);
  });

  test('is believed once it is the original', async () => {
    const directory = await open({});
    await copy.sql('select pg_promote()', 'postgres');
    const knows = async () => (await find(directory, 'eve@example.test'))?.length === 0;
    expect(await until(knows, WELL_MS)).toBe(true);
  });
});
