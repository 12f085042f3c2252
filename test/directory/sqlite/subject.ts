import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Directory } from '../../../src/directory/directory.ts';
import type { Registration } from '../../support/conformance/registration.ts';
import { openSql, peopleSection, populate, sqlSubject } from '../../support/sql/population.ts';
import { makeTemporaryDirectory } from '../../support/temporary.ts';

const DIALECT = { text: 'TEXT', folded: (column: string) => `idpmap_fold(${column})` };

let file = '';
let database: DatabaseSync | undefined;
const section = () => ({ type: 'sqlite', path: file, ...peopleSection(DIALECT) });

/** The population in a file of SQLite. */
export const registration: Registration = {
  subject: sqlSubject({
    section,
    run: async (statements) => database?.exec(statements),
  }),
  start: async (): Promise<Directory> => {
    const place = await makeTemporaryDirectory('idpmap-sqlite');
    file = join(place.path, 'users.sqlite');
    database = new DatabaseSync(file, { timeout: 20_000 });
    for (const statement of populate(DIALECT)) database.exec(statement);
    const directory = await openSql(section());
    return {
      ...directory,
      close: async () => {
        await directory.close();
        database?.close();
        await place.remove();
      },
    };
  },
};
