import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Mariadb, startMariadb } from '../support/keycloak/mariadb.ts';
import { plain } from '../support/plain.ts';
import { describeWith } from '../support/requirement.ts';
import { openSqlForTest } from '../support/sql/population.ts';
import { ACCESS, type Postgresql, startPostgresql } from '../support/sql/postgresql.ts';
import { until } from '../support/until.ts';

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
    const knows = async () => {
      const asking = plain(directory).find('eve@example.test', AbortSignal.timeout(5000));
      return (await asking.catch(() => undefined))?.length === 0;
    };
    expect(await until(knows, 20_000)).toBe(true);
  });
});

describeWith(['mariadb'], 'a copy of MariaDB', () => {
  const resources = new AsyncDisposableStack();
  let original: Mariadb;
  let copy: Mariadb;

  beforeAll(async () => {
    const start = async (id: number) => {
      const server = await startMariadb([`--server-id=${id}`, `--log-bin=log${id}`]);
      resources.defer(() => server.remove());
      return server;
    };
    [original, copy] = await Promise.all([start(1), start(2)]);
    const login = `${ACCESS.user}@'127.0.0.1' identified by '${ACCESS.password}'`;
    await Promise.all(
      [original, copy].map((server) => server.sql(`set sql_log_bin = 0; create user ${login}`)),
    );
    // It follows from here on, and has the same users of its own.
    const [place = ''] = await original.sql('show master status');
    const [file, position] = place.split('\t');
    await original.sql(
      `set sql_log_bin = 0; create user follower@'127.0.0.1' identified by 'secret'; grant replication slave on *.* to follower@'127.0.0.1'`,
    );
    await copy.sql(
      `change master to master_host = '127.0.0.1', master_port = ${original.port}, master_user = 'follower', master_password = 'secret', master_log_file = '${file}', master_log_pos = ${position}; start slave`,
    );
    const { database, user } = ACCESS;
    await original.sql(
      `create database ${database}; use ${database}; create table users (address varchar(255)); insert into users values ('ann@example.test'); grant select on ${database}.* to ${user}@'127.0.0.1'`,
    );
  });
  afterAll(() => resources.disposeAsync());

  const open = (server: Mariadb, more: object = {}) =>
    openSqlForTest({
      type: 'mysql',
      hosts: `127.0.0.1:${server.port}`,
      ...ACCESS,
      people: { account: "select address from users where address = '%s'" },
      statementTimeout: '20s',
      connectTimeout: '20s',
      ...more,
    });
  const ask = async (server: Mariadb, key: string, more: object = {}) => {
    const directory = await open(server, more);
    const found = plain(directory).find(key, AbortSignal.timeout(20_000));
    return found.then(
      (entries) => entries.length,
      (error: unknown) => (error instanceof Error ? error.message : error),
    );
  };
  const hasAnn = async () => (await ask(copy, 'ann@example.test')) === 1;

  test.each([
    ['follows', 'select 1'],
    ['has stopped to take over what it hears of', 'stop slave sql_thread'],
    ['has stopped to listen', 'stop slave'],
  ])('shows who is there, and denies nobody, where it %s', async (_, statement) => {
    expect(await until(hasAnn, 20_000)).toBe(true);
    await copy.sql(statement);
    expect(await ask(copy, 'ann@example.test')).toBe(1);
    expect(await ask(copy, 'eve@example.test')).toMatch(/is a copy of another server, or was one/);
    expect(await ask(copy, 'eve@example.test', { replicas: 'trust' })).toBe(0);
  });

  test('is told from one that follows no more by whoever has the right', async () => {
    const { user } = ACCESS;
    for (const server of [original, copy])
      await server.sql(`set sql_log_bin = 0; grant slave monitor on *.* to ${user}@'127.0.0.1'`);
    expect(await ask(copy, 'eve@example.test')).toMatch(/is a copy of another server, so/);
    expect(await ask(original, 'eve@example.test')).toBe(0);
    await copy.sql('stop slave; reset slave all');
    expect(await ask(copy, 'eve@example.test')).toBe(0);
  });
});
