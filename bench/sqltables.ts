import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startDaemonProcess } from '../test/support/daemon.ts';
import { findFreePorts } from '../test/support/loopback.ts';
import { ACCESS } from '../test/support/sql/postgresql.ts';
import { startSqlServer } from '../test/support/sql/server.ts';
import { MAP, UNLIMITED } from './daemon.ts';
import { accountAt, DOMAIN } from './questions.ts';

/** So many rows are in each table. */
export const PEOPLE = 20_000;

/** Postfix's names of its tables. */
export type TableType = 'pgsql' | 'mysql' | 'sqlite';

/** One database, and the two that read the same table of it by the same statement. */
export interface Tables {
  /** Where Postfix's programs find their main.cf. */
  readonly place: string;
  /** Postfix's own table, as `postmap` is told of it. */
  readonly own: string;
  /** Where idpmap listens, and its process. It remembers nothing. */
  readonly wire: string;
  readonly pid: number;
}

/** Starts all of it; `resources` end it. */
export async function startTables(
  type: TableType,
  directory: string,
  resources: AsyncDisposableStack,
): Promise<Tables> {
  const place = join(directory, type);
  mkdirSync(place);
  const { section, lines } = await fill(type, place, resources);
  const { wire, pid } = await startDaemon(place, section, resources);
  const own = join(place, 'own.cf');
  writeFileSync(own, `${lines}query = SELECT target FROM forwards WHERE address = '%s'\n`);
  writeFileSync(join(place, 'main.cf'), 'compatibility_level = 3.6\n');
  // Else postmap waits until it is a second old.
  utimesSync(join(place, 'main.cf'), 0, 0);
  return { place, own: `${type}:${own}`, wire, pid };
}

/** Fills a database; gives how idpmap and Postfix reach it. */
async function fill(
  type: TableType,
  place: string,
  resources: AsyncDisposableStack,
): Promise<{ section: object; lines: string }> {
  const create = 'CREATE TABLE forwards (address VARCHAR(255) PRIMARY KEY, target VARCHAR(255))';
  const rows = Array.from({ length: PEOPLE }, (_, i) => `('${accountAt(i)}', '${accountAt(i)}')`);
  if (type === 'sqlite') {
    const path = join(place, 'mail.sqlite');
    using database = new DatabaseSync(path);
    database.exec(create);
    database.exec(`INSERT INTO forwards VALUES ${rows.join(', ')}`);
    return { section: { type, path }, lines: `dbpath = ${path}\n` };
  }
  const server = await startSqlServer(type === 'pgsql' ? 'postgresql' : 'mysql');
  resources.defer(() => server.remove());
  await server.run(create);
  for (let i = 0; i < PEOPLE; i += 1000)
    await server.run(`INSERT INTO forwards VALUES ${rows.slice(i, i + 1000).join(', ')}`);
  if (type === 'pgsql') await server.run(`GRANT SELECT ON forwards TO ${ACCESS.user}`);
  const { user, password, database } = ACCESS;
  return {
    section: {
      type: type === 'pgsql' ? 'postgresql' : type,
      hosts: `127.0.0.1:${server.port}`,
      ...ACCESS,
    },
    lines: `hosts = inet:127.0.0.1:${server.port}\nuser = ${user}\npassword = ${password}\ndbname = ${database}\n`,
  };
}

/** Starts idpmap, which is to remember nothing; gives where it listens. */
async function startDaemon(
  place: string,
  section: object,
  resources: AsyncDisposableStack,
): Promise<Pick<Tables, 'wire' | 'pid'>> {
  const [port = 0] = await findFreePorts(1);
  writeFileSync(join(place, 'password'), ACCESS.password);
  writeFileSync(
    join(place, 'idpmap.yaml'),
    JSON.stringify({
      listen: `tcp://127.0.0.1:${port}`,
      control: join(place, 'control'),
      http: 'off',
      deadline: '10s',
      cache: { fresh: '0ms', freshNone: '0ms' },
      domains: { [DOMAIN]: { directory: 'database' } },
      directories: {
        database: {
          ...section,
          ...('password' in section && { password: { file: 'password' } }),
          tables: { forwards: { query: "SELECT target FROM forwards WHERE address = '%s'" } },
          statementTimeout: '5s',
          limit: UNLIMITED,
        },
      },
      maps: { [MAP]: { kind: 'table', directory: 'database', table: 'forwards' } },
    }),
  );
  const daemon = await startDaemonProcess(['serve', '--config', join(place, 'idpmap.yaml')]);
  resources.defer(() => daemon.stop());
  return { wire: `127.0.0.1:${port}`, pid: daemon.pid };
}
