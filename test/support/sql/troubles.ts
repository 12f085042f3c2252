import type { SqlServer, SqlServerName } from './server.ts';

/** Something that befalls a server, and how it ends. */
export interface Trouble {
  readonly title: string;
  readonly begin: (server: SqlServer) => Promise<unknown>;
  readonly end: (server: SqlServer) => Promise<unknown>;
}

/** What befalls each server. */
export const TROUBLES: Readonly<Record<SqlServerName, readonly Trouble[]>> = {
  postgresql: [
    {
      title: 'all connections are ended',
      begin: (server) =>
        server.run(
          "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'idpmap'",
        ),
      end: async () => {},
    },
    ...ofAll('ALTER TABLE users RENAME TO gone', 'ALTER TABLE gone RENAME TO users'),
    {
      title: 'the right to read is taken back',
      begin: (server) => server.run('REVOKE SELECT ON users FROM idpmap'),
      end: (server) => server.run('GRANT SELECT ON users TO idpmap'),
    },
    {
      title: 'the right to read a column is taken back',
      begin: (server) =>
        server.run(
          'REVOKE SELECT ON aliases FROM idpmap; GRANT SELECT (account) ON aliases TO idpmap',
        ),
      end: (server) => server.run('GRANT SELECT ON aliases TO idpmap'),
    },
    {
      title: 'row-level security hides all rows',
      begin: (server) => server.run('ALTER TABLE users ENABLE ROW LEVEL SECURITY'),
      end: (server) => server.run('ALTER TABLE users DISABLE ROW LEVEL SECURITY'),
    },
    {
      title: 'the login is refused',
      begin: (server) =>
        server.run(
          "ALTER ROLE idpmap NOLOGIN; select pg_terminate_backend(pid) from pg_stat_activity where usename = 'idpmap'",
        ),
      end: (server) => server.run('ALTER ROLE idpmap LOGIN'),
    },
    {
      title: 'a column gets another type, so that prepared statements are void',
      begin: (server) => server.run('ALTER TABLE users ALTER COLUMN login TYPE text'),
      end: (server) => server.run('ALTER TABLE users ALTER COLUMN login TYPE varchar(255)'),
    },
  ],
  mysql: [
    {
      title: 'all connections are ended',
      begin: async (server) => {
        const ids = await server.run(
          "select id from information_schema.processlist where user = 'idpmap'",
        );
        await server.run(ids.map((id) => `kill ${id}`).join('; ') || 'select 1').catch(() => {});
      },
      end: async () => {},
    },
    ...ofAll('RENAME TABLE users TO gone', 'RENAME TABLE gone TO users'),
    {
      title: 'the right to read is taken back',
      begin: (server) => server.run("REVOKE SELECT ON mail.* FROM idpmap@'127.0.0.1'"),
      end: (server) => server.run("GRANT SELECT ON mail.* TO idpmap@'127.0.0.1'"),
    },
    {
      title: 'it may only be read, as a copy',
      begin: (server) => server.run('SET GLOBAL read_only = 1'),
      end: (server) => server.run('SET GLOBAL read_only = 0'),
    },
    {
      title: 'the login is refused',
      begin: async (server) => {
        await server.run("ALTER USER idpmap@'127.0.0.1' ACCOUNT LOCK");
        const ids = await server.run(
          "select id from information_schema.processlist where user = 'idpmap'",
        );
        await server.run(ids.map((id) => `kill ${id}`).join('; ') || 'select 1').catch(() => {});
      },
      end: (server) => server.run("ALTER USER idpmap@'127.0.0.1' ACCOUNT UNLOCK"),
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
      begin: (server) => server.run(away),
      end: (server) => server.run(back),
    },
    {
      title: 'the table is emptied and filled again',
      begin: (server) => server.run('CREATE TABLE safe AS SELECT * FROM users; DELETE FROM users'),
      end: (server) => server.run('INSERT INTO users SELECT * FROM safe; DROP TABLE safe'),
    },
  ];
}
