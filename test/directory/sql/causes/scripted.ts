import { onTestFinished } from 'vitest';
import type { DirectoryHooks } from '../../../../src/directory/hooks.ts';
import { faultOf as ofMysql } from '../../../../src/directory/mysql/errors.ts';
import { faultOf as ofPostgresql } from '../../../../src/directory/postgresql/errors.ts';
import type { Engine, Row } from '../../../../src/directory/sql/engine.ts';
import type { SqlSettings } from '../../../../src/directory/sql/settings.ts';
import { createSqlDirectory } from '../../../../src/directory/sql/sql.ts';
import { quietHooks } from '../../../support/hooks.ts';

/** Whose errors a scripted engine has. */
export type Scripted = keyof typeof FAULTS_OF;

const FAULTS_OF = { postgresql: ofPostgresql, mysql: ofMysql };

/** What a session does at a statement; `end` is what it does when its server has gone. */
export type Way = (end: () => void, values: readonly string[]) => Promise<readonly Row[]>;

/** What the sessions of a test show; it may change at any time. */
export interface World {
  /** `from` is the table, `key` what it is found by, which else is its address. */
  rows: readonly Row[];
  /** Without rows, tables are empty. */
  isFilled: boolean;
  /** At statements for keys that hold `evil`. */
  evil?: Way;
  /** At all statements. */
  all?: Way;
  open: () => Promise<void>;
  believe: () => Promise<readonly string[]>;
}

const SETTINGS: SqlSettings<string> = {
  hosts: ['db'],
  people: {
    account: "SELECT address, alias, enabled FROM users WHERE address = '%s'",
    groups: "SELECT address, member FROM lists WHERE address = '%s'",
  },
  tables: {
    transport: {
      query: "SELECT target FROM transport WHERE address = '%s'",
      resultFormat: '%s',
      expansionLimit: 1,
    },
  },
  groups: { depth: 1, members: 2 },
  // What answers does so at once.
  statementTimeout: 10,
  connections: 2,
  connectTimeout: 5000,
  maxAge: 3_600_000,
  returnAfter: 3_600_000,
};

export interface ScriptedOptions {
  readonly database?: Scripted;
  readonly settings?: Partial<SqlSettings<string>>;
  readonly before?: (world: World) => void;
  readonly hooks?: Partial<DirectoryHooks>;
}

/** Opens a directory on sessions that do as `world` says, until the test ends. */
export function openScripted({
  database = 'postgresql',
  settings,
  before,
  hooks,
}: ScriptedOptions) {
  const world: World = {
    rows: [{ from: 'users', address: 'ann@example.org' }],
    isFilled: true,
    open: async () => {},
    believe: async () => ['it is the original'],
  };
  before?.(world);
  const engine: Engine<string> = {
    dialect: database,
    name: (host) => host,
    faultOf: FAULTS_OF[database],
    async open() {
      await world.open();
      const { promise: ended, resolve } = Promise.withResolvers<string>();
      const end = (): void => resolve('the server ended the connection');
      return {
        ended,
        destroy: end,
        believe: () => world.believe(),
        run: async (text, values) => wayOf(world, text, values)(end, values),
      };
    },
  };
  const directory = createSqlDirectory({ ...SETTINGS, ...settings }, engine, quietHooks(hooks), {});
  onTestFinished(() => directory.close());
  return { directory, world };
}

function wayOf(world: World, text: string, values: readonly string[]): Way {
  if (world.all !== undefined) return world.all;
  if (world.evil !== undefined && values.some((value) => value.includes('evil'))) return world.evil;
  const asked = [...text.matchAll(/EXISTS \(SELECT 1 FROM \w+\) AS (\w+)/g)];
  if (asked.length > 0)
    return async () => [Object.fromEntries(asked.map(([, name]) => [name, world.isFilled]))];
  return async () =>
    world.rows
      .filter(
        ({ from, address, key = address }) =>
          text.includes(`FROM ${String(from)}`) && key === values[0],
      )
      .map(({ from: _from, key: _key, ...row }) => row);
}

/** Raises a driver's error. */
export const raise =
  (facts: object): Way =>
  async () => {
    throw Object.assign(new Error('it fails'), facts);
  };

/** Never answers. */
export const hang: Way = () => new Promise(() => {});

/** Ends the connection without an answer. */
export const cut: Way = (end, values) => {
  end();
  return hang(end, values);
};
