import { startMariadb } from '../keycloak/mariadb.ts';
import type { CertificateFiles } from '../ldap/certificates.ts';
import { peopleSection, populate, type SqlDialect } from './population.ts';
import { ACCESS, startPostgresql } from './postgresql.ts';

/** A server with the population in its database `mail`, which idpmap's own login may read. */
export interface SqlServer {
  readonly port: number;
  /** The settings of a directory there; `changes` come on top. */
  section(changes?: object): object;
  /** Runs statements as an administrator, in the population's database. */
  run(statements: string): Promise<readonly string[]>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Ends it with SIGKILL. */
  kill(): Promise<void>;
  remove(): Promise<void>;
}

export type SqlServerName = 'postgresql' | 'mysql';

/** What each of them makes of the population. */
export const DIALECTS: Readonly<Record<SqlServerName, SqlDialect>> = {
  postgresql: { text: 'VARCHAR(255)', folded: (column) => `lower(${column})` },
  mysql: { text: 'VARCHAR(255)', folded: (column) => column },
};

/** How a server differs from the others. */
interface SqlServerOptions {
  /** Absent: no TLS. */
  readonly certificates?: CertificateFiles;
  /** What makes its tables; absent: the population. */
  readonly statements?: readonly string[];
}

/** Starts one. Where that fails, nothing is left of it. */
export async function startSqlServer(
  name: SqlServerName,
  { certificates, statements = populate(DIALECTS[name]) }: SqlServerOptions = {},
): Promise<SqlServer> {
  const server = await (name === 'postgresql' ? postgresql(certificates) : mariadb(certificates));
  try {
    for (const statement of statements) await server.run(statement);
    const grant =
      name === 'postgresql'
        ? `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${ACCESS.user}`
        : `GRANT SELECT ON ${ACCESS.database}.* TO ${ACCESS.user}@'127.0.0.1'`;
    await server.run(grant);
    return {
      ...server,
      section: (changes = {}) => ({
        type: name,
        hosts: `127.0.0.1:${server.port}`,
        ...ACCESS,
        ...peopleSection(DIALECTS[name]),
        connectTimeout: '20s',
        ...changes,
      }),
    };
  } catch (error) {
    await server.remove();
    throw error;
  }
}

async function postgresql(files?: CertificateFiles): Promise<Omit<SqlServer, 'section'>> {
  const server = await startPostgresql(
    files === undefined
      ? []
      : [
          'ssl = on',
          `ssl_cert_file = '${files.cert}'`,
          `ssl_key_file = '${files.key}'`,
          `ssl_ca_file = '${files.ca}'`,
        ],
  );
  return { ...server, run: (statements) => server.sql(statements) };
}

async function mariadb(files?: CertificateFiles): Promise<Omit<SqlServer, 'section'>> {
  const server = await startMariadb(
    files === undefined
      ? []
      : [
          '--skip-log-bin',
          `--ssl-cert=${files.cert}`,
          `--ssl-key=${files.key}`,
          `--ssl-ca=${files.ca}`,
        ],
  );
  const { database, user, password } = ACCESS;
  await server.sql(
    `create database ${database} character set utf8mb4; create user ${user}@'127.0.0.1' identified by '${password}'`,
  );
  return { ...server, run: (statements) => server.sql(`use ${database}; ${statements}`) };
}
