import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Directory } from '../../src/directory/directory.ts';
import { describeConformance } from '../support/conformance/conformance.ts';
import { keycloakSection, openKeycloak } from '../support/keycloak/directory.ts';
import {
  KEYCLOAK_START_MS,
  type KeycloakServer,
  startKeycloak,
} from '../support/keycloak/keycloak.ts';
import { type Mariadb, startMariadb } from '../support/keycloak/mariadb.ts';
import { keycloakSubject } from '../support/keycloak/subject.ts';
import { plain } from '../support/plain.ts';
import { describeWith } from '../support/requirement.ts';
import { until } from '../support/until.ts';

/** Who is there: accounts, an alias, groups. */
const THERE = [
  'ann@example.test',
  'bob@example.test',
  'a.smith@example.test',
  'team@example.test',
  'nested@example.test',
  'gina@example.test',
  'hal@example.test',
];

/** One of each sort: all of them, where each question takes as long as it may, are a minute. */
const SORTS = ['ann@example.test', 'a.smith@example.test', 'nested@example.test'];

const RESTARTS = 5;

/** What goes on as long as it lasts: each question takes its whole time then. */
const LASTING = 2;

describeWith(['keycloak', 'mariadb'], 'Keycloak over MariaDB', () => {
  let mariadb: Mariadb;
  let server: KeycloakServer;
  let directory: Directory | undefined;
  const opened = (): Directory => {
    if (directory === undefined) throw new Error('the directory is not open');
    return directory;
  };
  const find = (key: string) => plain(opened()).find(key, AbortSignal.timeout(10_000));

  /** Asks for all who are there, or some, `width` at a time; gives those who were denied. */
  const deniedOf = async (
    width: number,
    who: readonly string[] = THERE,
  ): Promise<readonly string[]> => {
    const denied: string[] = [];
    const keys = [...who];
    const worker = async (): Promise<void> => {
      for (let key = keys.pop(); key !== undefined; key = keys.pop()) {
        const found = await find(key).catch(() => undefined);
        if (found === undefined) continue;
        const isEmpty = found.some(({ kind, members }) => kind === 'group' && members.length === 0);
        if (found.length === 0 || isEmpty) denied.push(key);
      }
    };
    await Promise.all(Array.from({ length: width }, worker));
    return denied;
  };

  const isWell = async (): Promise<boolean> => {
    const [group] = await find('team@example.test').catch(() => []);
    const nobody = await find('nobody@example.test').catch(() => [group]);
    return group !== undefined && nobody.length === 0;
  };

  beforeAll(async () => {
    mariadb = await startMariadb();
    server = await startKeycloak({ beside: mariadb });
    directory = await openKeycloak(keycloakSection(server, 'http'));
    if (!(await until(isWell, WELL_MS))) throw new Error('keycloak does not get warm');
  }, KEYCLOAK_START_MS);

  afterAll(async () => {
    await directory?.close();
    await server?.remove();
    await mariadb?.remove();
  });

  const subject = keycloakSubject(() => server, 'http');
  describeConformance({
    subject: { ...subject, lacks: [...subject.lacks, 'letters beyond 16 bits'] },
    directory: opened,
  });

  test.each([
    'änn@example.test',
    'ánn@example.test',
    'bòb@example.test',
    'gína@example.test',
    'á.smith@example.test',
    'teäm@example.test',
  ])('knows that %s is nobody’s, which the database takes for somebody else', async (key) => {
    expect(await find(key)).toEqual([]);
  });

  describe('while its database fails', () => {
    const TROUBLES: readonly {
      readonly title: string;
      readonly rounds: number;
      readonly begin: () => Promise<unknown>;
      readonly end: () => Promise<unknown>;
    }[] = [
      {
        title: 'all connections are cut',
        rounds: RESTARTS,
        begin: () => mariadb.cut(),
        end: async () => {},
      },
      {
        title: 'no connection is left',
        rounds: LASTING,
        begin: async () => {
          await mariadb.sql('set global max_connections = 10');
          await mariadb.sql(`alter user keycloak@'127.0.0.1' with max_user_connections 1`);
          await mariadb.cut();
        },
        end: async () => {
          await mariadb.sql(`alter user keycloak@'127.0.0.1' with max_user_connections 0`);
          await mariadb.sql('set global max_connections = 151');
        },
      },
      {
        title: 'it may only be read',
        rounds: LASTING,
        begin: () => mariadb.sql('set global read_only = 1'),
        end: () => mariadb.sql('set global read_only = 0'),
      },
      {
        title: 'it refuses the login',
        rounds: LASTING,
        begin: async () => {
          await mariadb.sql(`alter user keycloak@'127.0.0.1' account lock`);
          await mariadb.cut();
        },
        end: () => mariadb.sql(`alter user keycloak@'127.0.0.1' account unlock`),
      },
    ];

    test.each(TROUBLES)(
      'nobody is denied: $title',
      async ({ rounds, begin, end }) => {
        onTestFinished(async () => {
          await end();
        });
        for (let i = 0; i < rounds; i++) {
          // As many questions at once leave as many connections.
          await deniedOf(1 + i);
          await begin();
          const who = rounds === LASTING ? SORTS : THERE;
          expect(await deniedOf(1, who)).toEqual([]);
          expect(await deniedOf(3, who)).toEqual([]);
          // It begins anew each time, not once.
          await end();
        }
        expect(await until(isWell, WELL_MS)).toBe(true);
      },
      2 * WELL_MS,
    );

    test(
      `nobody is denied through ${RESTARTS} restarts`,
      async () => {
        for (let i = 0; i < RESTARTS; i++) {
          await deniedOf(4);
          await mariadb.stop();
          expect(await deniedOf(2, SORTS)).toEqual([]);
          await mariadb.start();
          for (let width = 1; width <= 3; width++) expect(await deniedOf(width)).toEqual([]);
        }
        expect(await until(isWell, WELL_MS)).toBe(true);
      },
      2 * WELL_MS,
    );
  });
});

const WELL_MS = 120_000;
