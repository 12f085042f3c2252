import type { RoleStatements, SqlGrant } from './rolecommands.ts';

/** A grant to whoever connects from one place. */
export interface MysqlGrant extends SqlGrant {
  /** From where idpmap connects, as MySQL writes it: `localhost`, `10.0.0.%`. */
  readonly from: string;
}

/** Makes a user of MySQL or MariaDB that may read some columns and nothing else. */
export function mysqlRole({ database, user, from, columns }: MysqlGrant): RoleStatements {
  const login = `${textInQuotes(user)}@${textInQuotes(from)}`;
  return {
    client: ['mysql'],
    login: [`CREATE USER ${login} IDENTIFIED BY '`, `';`],
    grants: Object.entries(columns).map(
      ([table, names]) =>
        `GRANT SELECT (${names.map(nameInQuotes).join(', ')}) ON ${nameInQuotes(database)}.${nameInQuotes(table)} TO ${login};`,
    ),
  };
}

const nameInQuotes = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

const textInQuotes = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
