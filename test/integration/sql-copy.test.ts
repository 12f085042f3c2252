import { afterAll, beforeAll, expect, test } from 'vitest';
import { plain } from '../support/plain.ts';
import { describeWith } from '../support/requirement.ts';
import { openSqlForTest } from '../support/sql/population.ts';
import { type Postgresql, startPostgresql } from '../support/sql/postgresql.ts';
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
