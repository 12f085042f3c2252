import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import type { Directory } from '../../src/directory/directory.ts';
import { openDirectory } from '../../src/directory/types.ts';
import { startInstance } from '../support/instance.ts';
import { startFaultProxy } from '../support/proxy.ts';
import { describeWith } from '../support/requirement.ts';
import { startPgbouncer } from '../support/sql/pgbouncer.ts';
import { ACCESS, type Postgresql, startPostgresql } from '../support/sql/postgresql.ts';
import { until } from '../support/until.ts';

const PATIENCE_MS = 45_000;

const SCHEMA = `
create table users (address text primary key, active boolean not null default true);
create table lists (address text, member text);
create table domains (name text primary key);
grant select on users, lists, domains to ${ACCESS.user};
create function tell() returns trigger language plpgsql as $$
begin perform pg_notify('mail', new.address); return null; end $$;
create trigger tell after insert or update on users for each row execute function tell();`;

/** Nothing counts by time in a test. */
const configure = (ports: readonly number[]): string => `
domains: { example.org: { directory: staff } }
directories:
  staff:
    type: postgresql
    hosts: [${ports.map((port) => `127.0.0.1:${port}`).join(', ')}]
    database: ${ACCESS.database}
    user: ${ACCESS.user}
    password: ${ACCESS.password}
    notify: mail
    domainsRefresh: 1d
    returnAfter: 1s
    connectTimeout: 20s
    people:
      account: SELECT address, active AS enabled FROM users WHERE address = '%s'
      groups: |
        SELECT l.address, l.member, u.active AS member_enabled
        FROM lists l LEFT JOIN users u ON u.address = l.member WHERE l.address = '%s'
    listDomains: SELECT name FROM domains
cache: { fresh: 1d, freshNone: 1d }
`;

describeWith(['postgresql', 'pgbouncer'], 'notifications of PostgreSQL', () => {
  let server: Postgresql;
  beforeAll(async () => {
    server = await startPostgresql();
    await server.sql(SCHEMA);
  });
  afterAll(() => server?.remove());
  beforeEach(() =>
    server.sql(`truncate users, lists, domains;
      insert into users values ('known@example.org');
      insert into lists values ('team@example.org', 'known@example.org');
      insert into domains values ('example.com')`),
  );

  /** A daemon that hears what is notified. */
  async function listen(...ports: readonly number[]) {
    let directory: Directory | undefined;
    const instance = await startInstance({
      config: configure(ports.length > 0 ? ports : [server.port]),
      open: async (settings, hooks) => {
        directory = await openDirectory(settings, hooks);
        return directory;
      },
    });
    // What is notified before is nobody's.
    await instance.notes.next('notifications are heard');
    const exists = (address: string) => instance.ask('user-exists', address);
    await until(async () => (await exists('known@example.org')).startsWith('OK'), PATIENCE_MS);
    await until(async () => (await exists('new@example.org')) === 'NOTFOUND', PATIENCE_MS);
    return {
      ...instance,
      exists,
      figure: (name: string) => directory?.figures?.[name],
      isFound: (address: string) =>
        until(async () => (await exists(address)) === `OK ${address}`, PATIENCE_MS),
    };
  }

  test('make a new row count long before a none would end', async () => {
    const { exists, isFound, figure } = await listen();
    await server.sql("insert into users values ('new@example.org')");
    expect(await isFound('new@example.org')).toBe(true);
    expect(figure('notifications')).toBe(1);
    expect(await exists('known@example.org')).toBe('OK known@example.org');
  });

  test('make a group be asked for anew whose member was disabled', async () => {
    const { ask } = await listen();
    await server.sql(
      "insert into users values ('ann@example.org'); insert into lists values ('team@example.org', 'ann@example.org')",
    );
    const members = async () =>
      (await ask('virtual-aliases', 'team@example.org')).replace(/^OK /, '').split(',');
    expect(await until(async () => (await members()).length === 2, PATIENCE_MS)).toBe(true);
    await server.sql("update users set active = false where address = 'known@example.org'");
    expect(
      await until(async () => (await members()).join() === 'ann@example.org', PATIENCE_MS),
    ).toBe(true);
  });

  test('that name a domain have domains listed anew', async () => {
    const { ask } = await listen();
    await until(
      async () => (await ask('virtual-domains', 'example.com')).startsWith('OK'),
      PATIENCE_MS,
    );
    await server.sql(
      "insert into domains values ('example.net'); select pg_notify('mail', '@example.net')",
    );
    expect(
      await until(
        async () => (await ask('virtual-domains', 'example.net')).startsWith('OK'),
        PATIENCE_MS,
      ),
    ).toBe(true);
  });

  test('that say nothing readable concern everybody, and no flood of them stops an answer', async () => {
    const { exists, isFound } = await listen();
    await server.sql(
      "alter table users disable trigger tell; insert into users values ('new@example.org')",
    );
    onTestFinished(() => server.sql('alter table users enable trigger tell').then(() => {}));
    await server.sql(`do $$ begin
      for i in 1..5000 loop perform pg_notify('mail', 'x' || i || E'\\n,@,"' || repeat('é', i % 2000)); end loop;
      for i in 1..5000 loop perform pg_notify('mail', 'x' || i || '@example.org'); end loop;
      end $$`);
    expect(await exists('known@example.org')).toBe('OK known@example.org');
    expect(await isFound('new@example.org')).toBe(true);
  });

  test('that are lost with the connection are told and counted once, and whoever they named counts after it', async () => {
    const { notes, isFound, figure } = await listen();
    expect([figure('listening'), figure('listeningLost')]).toEqual([1, 0]);
    await server.sql(
      "alter role idpmap nologin; select pg_terminate_backend(pid) from pg_stat_activity where query like 'LISTEN%' or query = 'SELECT 1'",
    );
    await notes.next('notifications are not heard');
    await server.sql("insert into users values ('new@example.org')");
    expect([figure('listening'), figure('listeningLost')]).toEqual([0, 1]);
    await server.sql('alter role idpmap login');
    await notes.next('notifications are heard');
    expect(await isFound('new@example.org')).toBe(true);
    expect([figure('listening'), figure('listeningLost'), figure('notifications')]).toEqual([
      1, 1, 0,
    ]);
  });

  test('behind a line that lets nothing through are missed, which is noticed', async () => {
    const proxy = await startFaultProxy(server.port);
    onTestFinished(() => proxy.stop());
    const { notes, isFound } = await listen(proxy.port);
    await proxy.set('blackhole');
    await notes.next('notifications are not heard');
    await server.sql("insert into users values ('new@example.org')");
    await proxy.set('reset');
    await proxy.set('well');
    await notes.next('notifications are heard');
    expect(await isFound('new@example.org')).toBe(true);
  });

  test('are heard of the first server that has them, and of an earlier one when it is back', async () => {
    const proxy = await startFaultProxy(server.port);
    onTestFinished(() => proxy.stop());
    await proxy.set('refuse');
    const { notes } = await listen(proxy.port, server.port);
    await proxy.set('well');
    const { fields } = await notes.next('notifications are heard');
    expect(fields).toMatchObject({ server: `postgresql 127.0.0.1:${proxy.port}` });
  });

  test('behind a pooler in transaction mode are not waited for, which is told with what to do', async () => {
    const pooler = await startPgbouncer(server.port);
    onTestFinished(() => pooler.stop());
    const { notes } = await startInstance({ config: configure([pooler.port]) });
    const isTold = () =>
      notes.all.some(({ fields }) =>
        /is a pooler, such as PgBouncer.*name the server itself/.test(JSON.stringify(fields)),
      );
    expect(await until(isTold, PATIENCE_MS)).toBe(true);
  });
});
