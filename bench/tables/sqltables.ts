import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ACCESS } from '../../test/support/sql/postgresql.ts';
import { startSqlServer } from '../../test/support/sql/server.ts';
import { accountAt } from '../questions.ts';
import { PEOPLE, startTableDaemon, type Tables } from './table.ts';

/** Postfix's names of its tables. */
export type TableType = 'pgsql' | 'mysql' | 'sqlite';

/** Starts all of it; `resources` end it. */
export async function startTables(
  type: TableType,
  directory: string,
  resources: AsyncDisposableStack,
): Promise<Tables> {
  const place = join(directory, type);
  mkdirSync(place);
  const { section, lines } = await fill(type, place, resources);
  writeFileSync(join(place, 'password'), ACCESS.password);
  const { wire, pid } = await startTableDaemon(
    place,
    {
      ...section,
      ...('password' in section && { password: { file: 'password' } }),
      tables: { forwards: { query: "SELECT target FROM forwards WHERE address = '%s'" } },
      statementTimeout: '5s',
    },
    resources,
  );
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
