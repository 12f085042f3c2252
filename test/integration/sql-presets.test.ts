import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { initMysql, initPostgresql, type MysqlOptions } from '../../src/cli/init/sql.ts';
import type { Remark } from '../../src/directory/directory.ts';
import { presetStatements } from '../../src/directory/sql/presets/presets.ts';
import { mirrored } from '../support/feed/presets.ts';
import { makePlace, startInstance } from '../support/instance.ts';
import { startMariadb } from '../support/keycloak/mariadb.ts';
import { describeWith, type Requirement } from '../support/requirement.ts';
import { openSqlForTest } from '../support/sql/population.ts';
import { startPostgresql } from '../support/sql/postgresql.ts';
import { domainsTold, misanswered } from '../support/sql/presets/ask.ts';
import { checkPrinted, patient, printInit } from '../support/sql/presets/printed.ts';
import type { Product } from '../support/sql/presets/product.ts';
import { productsOf } from '../support/sql/presets/products.ts';

/** A server in which an administrator makes databases. */
interface Server {
  readonly port: number;
  /** Runs statements in a database, in the server's own where none is named. */
  run(statements: string, database?: string): Promise<unknown>;
  remove(): Promise<void>;
}

interface Kind {
  readonly name: 'postgresql' | 'mysql';
  readonly needs: readonly Requirement[];
  readonly start: () => Promise<Server>;
  readonly init: (options: MysqlOptions) => Promise<number>;
}

const KINDS: readonly Kind[] = [
  {
    name: 'postgresql',
    needs: ['postgresql'],
    start: async () => {
      const server = await startPostgresql();
      return { ...server, run: (text, database) => server.sql(text, database ?? 'postgres') };
    },
    init: initPostgresql,
  },
  {
    name: 'mysql',
    needs: ['mariadb'],
    start: async () => {
      const server = await startMariadb();
      return {
        ...server,
        run: (text, name) => server.sql(name === undefined ? text : `use ${name}; ${text}`),
      };
    },
    init: initMysql,
  },
];

for (const { name, needs, start, init } of KINDS) {
  describeWith(needs, name, () => {
    let server: Server;
    beforeAll(async () => {
      server = await start();
    });
    afterAll(() => server?.remove());

    describe.each(productsOf(name))('$preset', (product) => {
      const { preset } = product;
      beforeAll(async () => {
        await server.run(`CREATE DATABASE ${preset}`);
        await server.run([...product.schema(name), ...product.rows(name)].join(';\n'), preset);
      });

      /** Makes a login as `init` says. */
      async function makeLogin(own: Product, user: string) {
        const place = await makePlace();
        const printed = await printInit(
          ({ only }) =>
            init({
              preset,
              host: [`127.0.0.1:${server.port}`],
              database: preset,
              user,
              domain: domainsTold(own),
              only,
            }),
          place,
        );
        await server.run(printed.sql, preset);
        return { ...printed, place };
      }

      test('answers as the product does, with the login that init makes', async () => {
        const { config, place } = await makeLogin(product, `${preset}_reader`);
        const { ask } = await startInstance({ config: patient(config), place });
        expect(await misanswered(product, ask)).toEqual([]);
        expect(await checkPrinted(config, place)).toEqual([]);
      });

      test.runIf(isListed(product, name))('is mirrored as lookups answer', async () => {
        const { section } = await makeLogin(product, `${preset}_mirror`);
        const mirror = { path: '/nowhere/staff.db' };
        const directory = await openSqlForTest({ ...section, mirror, statementTimeout: '5s' });
        const { wrong, answered } = await mirrored(directory, product);
        expect(wrong).toEqual([]);
        expect(answered).toBeGreaterThan(3);
      });

      test('is told of each column that the login may not read', async () => {
        const { sql, section } = await makeLogin(product, `${preset}_less`);
        const directory = await openSqlForTest(section);
        const look = async (): Promise<readonly Remark[]> =>
          (await directory.inspect?.(AbortSignal.timeout(60_000))) ?? [];
        expect(levelsOf(await look())).toEqual(['ok']);
        const unnoticed: string[] = [];
        let before = 'SELECT 1';
        for (const { give, take } of grantsOf(sql)) {
          await server.run(`${before}; ${take}`, preset);
          if (!levelsOf(await look()).includes('failed')) unnoticed.push(take);
          before = give;
        }
        await server.run(before, preset);
        expect(unnoticed).toEqual([]);
        expect(levelsOf(await look())).toEqual(['ok']);
      });
    });
  });
}

const isListed = ({ preset }: Product, name: Kind['name']): boolean =>
  presetStatements(preset, name).listAccounts !== undefined;

const levelsOf = (remarks: readonly Remark[]): readonly string[] =>
  remarks.map(({ level }) => level);

/** Each right to read a column, by itself. */
function grantsOf(sql: string): readonly { readonly give: string; readonly take: string }[] {
  return [
    ...sql.matchAll(/^GRANT SELECT \((?<columns>[^)]+)\) ON (?<table>\S+) TO (?<user>\S+);$/gm),
  ].flatMap(({ groups = {} }) =>
    (groups['columns'] ?? '').split(', ').map((column) => ({
      give: `GRANT SELECT (${column}) ON ${groups['table']} TO ${groups['user']}`,
      take: `REVOKE SELECT (${column}) ON ${groups['table']} FROM ${groups['user']}`,
    })),
  );
}
