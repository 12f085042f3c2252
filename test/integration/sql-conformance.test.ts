import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Directory } from '../../src/directory/directory.ts';
import { describeConformance } from '../support/conformance/conformance.ts';
import { plain } from '../support/plain.ts';
import { describeWith, type Requirement } from '../support/requirement.ts';
import { injected, injectionRows, injectionSection } from '../support/sql/injection.ts';
import { openSql, openSqlForTest, sqlSubject } from '../support/sql/population.ts';
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

    test('no key is answered with any row but its own, whatever the form of the statement', async () => {
      for (const statement of injectionRows(name)) await server.run(statement);
      if (name === 'postgresql') await server.run('GRANT SELECT ON notes TO idpmap');
      expect(await injected(await openSqlForTest(server.section(injectionSection())))).toEqual([]);
    });

    test('whoever is stored with rare letters is found by what Postfix makes of them', async () => {
      await server.run(
        "INSERT INTO users VALUES ('rare1', 'ſirius@example.test', 'rare1', 1), ('rare2', 'kai.µ@example.test', 'rare2', 1); INSERT INTO aliases VALUES ('rare1', 'baϑ@example.test')",
      );
      try {
        const fresh = plain(await openSqlForTest(server.section()));
        const asked = ['sirius@example.test', 'kai.μ@example.test', 'baθ@example.test'];
        const found = await Promise.all(
          asked.map((key) => fresh.find(key, AbortSignal.timeout(20_000))),
        );
        expect(found.map((entries) => entries.map(({ id }) => id))).toEqual([
          ['rare1'],
          ['rare2'],
          ['rare1'],
        ]);
      } finally {
        await server.run(
          "DELETE FROM users WHERE id LIKE 'rare%'; DELETE FROM aliases WHERE account LIKE 'rare%'",
        );
      }
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
