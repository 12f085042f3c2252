import { afterAll, beforeAll } from 'vitest';
import type { Directory } from '../../src/directory/directory.ts';
import { describeConformance } from '../support/conformance.ts';
import { describeWith, type Requirement } from '../support/requirement.ts';
import { openSql, sqlSubject } from '../support/sql/population.ts';
import { type SqlServer, type SqlServerName, startSqlServer } from '../support/sql/server.ts';

const SERVERS: readonly { readonly name: SqlServerName; readonly needs: readonly Requirement[] }[] =
  [
    { name: 'postgresql', needs: ['postgresql'] },
    { name: 'mysql', needs: ['mariadb'] },
  ];

for (const { name, needs } of SERVERS) {
  describeWith(needs, `${name} on a real server`, () => {
    let server: SqlServer;
    let directory: Directory | undefined;

    beforeAll(async () => {
      server = await startSqlServer(name);
      directory = await openSql(server.section());
    });

    afterAll(async () => {
      await directory?.close();
      await server?.remove();
    });

    describeConformance({
      subject: sqlSubject({ section: () => server.section(), run: (text) => server.run(text) }),
      directory: () => {
        if (directory === undefined) throw new Error('the directory is not open');
        return directory;
      },
    });
  });
}
