import type { RoleStatements, SqlGrant } from './rolecommands.ts';

/** Few enough to leave connections to others; more than two daemons open while one takes over from the other. */
const MOST_CONNECTIONS = 20;

/** Makes a role of PostgreSQL that may read some columns and nothing else. */
export function postgresqlRole({ database, user, columns }: SqlGrant): RoleStatements {
  const role = nameInQuotes(user);
  return {
    client: ['psql', '--no-psqlrc', '--set=ON_ERROR_STOP=1', '--quiet', '-1', '-d', database],
    login: [`CREATE ROLE ${role} LOGIN CONNECTION LIMIT ${MOST_CONNECTIONS} PASSWORD '`, `';`],
    grants: [
      `ALTER ROLE ${role} SET default_transaction_read_only = on;`,
      `GRANT CONNECT ON DATABASE ${nameInQuotes(database)} TO ${role};`,
      `GRANT USAGE ON SCHEMA public TO ${role};`,
      ...Object.entries(columns).map(
        ([table, names]) =>
          `GRANT SELECT (${names.map(nameInQuotes).join(', ')}) ON ${nameInQuotes(table)} TO ${role};`,
      ),
    ],
  };
}

const nameInQuotes = (name: string): string =>
  /^[a-z_][a-z\d_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
