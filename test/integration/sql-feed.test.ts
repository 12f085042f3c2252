import { afterAll, beforeAll, describe } from 'vitest';
import type { FeedKit } from '../support/feed/kit.ts';
import { type SqlPlace, startSqlKit } from '../support/feed/sqlkit.ts';
import { describeFeed } from '../support/feed/suite.ts';
import { startMariadb } from '../support/keycloak/mariadb.ts';
import { describeWith, type Requirement } from '../support/requirement.ts';
import { ACCESS, startPostgresql } from '../support/sql/postgresql.ts';
import { describeTables } from './sql/following.ts';

interface Started extends SqlPlace {
  remove(): Promise<void>;
}

const SERVERS: readonly {
  readonly needs: readonly Requirement[];
  readonly title: string;
  readonly start: () => Promise<Started>;
}[] = [
  { title: 'PostgreSQL', needs: ['postgresql'], start: postgresql },
  { title: 'MariaDB', needs: ['mariadb'], start: mariadb },
];

for (const { title, needs, start } of SERVERS) {
  describeWith(needs, title, () => {
    let place: Started;
    let kit: FeedKit;
    beforeAll(async () => {
      place = await start();
      kit = await startSqlKit(place);
    });
    afterAll(() => place?.remove());

    describe('a feed', () => {
      describeFeed(() => kit, {
        lacks: ['groups', 'gaps'],
        removals: 'listed',
        folders: 'listed',
        resumes: 'at once',
      });
    });
    describeTables(() => place);
  });
}

async function postgresql(): Promise<Started> {
  const server = await startPostgresql();
  return {
    dialect: 'postgresql',
    access: accessTo(server.port),
    run: (statements) => server.sql(statements),
    rights: (may) =>
      server.sql(
        may
          ? `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${ACCESS.user}`
          : `REVOKE SELECT ON people FROM ${ACCESS.user}`,
      ),
    remove: () => server.remove(),
  };
}

async function mariadb(): Promise<Started> {
  const server = await startMariadb();
  const { database, user, password } = ACCESS;
  const who = `${user}@'127.0.0.1'`;
  await server.sql(
    `create database ${database} character set utf8mb4; create user ${who} identified by '${password}'`,
  );
  const tables = ['people', 'places', 'held', 'aliases', 'members'];
  return {
    dialect: 'mysql',
    access: accessTo(server.port),
    run: (statements) => server.sql(`use ${database}; ${statements}`),
    rights: async (may) => {
      for (const table of may ? tables : ['people'])
        await server.sql(
          may
            ? `GRANT SELECT ON ${database}.${table} TO ${who}`
            : `REVOKE SELECT ON ${database}.${table} FROM ${who}`,
        );
    },
    remove: () => server.remove(),
  };
}

/** A busy machine takes its time. */
const accessTo = (port: number) => ({
  hosts: `127.0.0.1:${port}`,
  ...ACCESS,
  connectTimeout: '20s',
  statementTimeout: '5s',
  timeout: '20s',
});
