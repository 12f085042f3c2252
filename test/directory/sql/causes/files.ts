import { rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { FileRow } from './row.ts';

const byStranger = { cause: 'stranger', kind: 'entry', opens: false } as const;

const asks = (query: string): Pick<FileRow, 'table' | 'settings'> => ({
  table: 'odd',
  settings: { tables: { odd: { query } } },
});

/** Goes on for ever for `evil`. */
const ENDLESS =
  "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE '%s' = 'evil') SELECT max(n) FROM c";

/** What a file of SQLite meets. */
export const OF_FILES: readonly FileRow[] = [
  {
    ...byStranger,
    fault: 'one key is never answered',
    table: 'odd',
    settings: { tables: { odd: { query: ENDLESS } }, statementTimeout: '1s' },
    key: 'evil',
  },
  {
    ...byStranger,
    fault: 'one key is too large',
    ...asks("SELECT length(zeroblob('%s' + 0)) FROM users"),
    key: '99999999999',
  },
  {
    ...byStranger,
    fault: 'one key is of another type',
    ...asks("SELECT address FROM users LIMIT '%s'"),
    key: 'evil',
  },
  ...['[', '{"a":', 'nul', "'"].map(
    (key): FileRow => ({
      ...byStranger,
      kind: 'doubt',
      fault: `one key is no JSON: ${key}`,
      ...asks("SELECT json('%s') FROM users"),
      key,
    }),
  ),
  {
    ...byStranger,
    kind: 'doubt',
    fault: 'one key gives a number out of range',
    ...asks("SELECT abs(CAST('%s' AS INTEGER)) FROM users"),
    key: '-9223372036854775808',
  },
  {
    fault: 'somebody writes for long',
    cause: 'admin',
    kind: 'timeout',
    opens: true,
    after: (path) => {
      const database = new DatabaseSync(path);
      database.exec('BEGIN EXCLUSIVE');
      return () => database.close();
    },
  },
  {
    fault: 'a table is gone',
    cause: 'admin',
    kind: 'doubt',
    opens: false,
    after: (path) => {
      using database = new DatabaseSync(path);
      database.exec('DROP TABLE users');
      return () => {};
    },
  },
  {
    fault: 'the file is gone',
    cause: 'server',
    kind: 'directory',
    opens: true,
    after: (path) => {
      rmSync(path);
      return () => {};
    },
  },
  {
    fault: 'the file is none of SQLite’s',
    cause: 'server',
    kind: 'directory',
    opens: true,
    after: (path) => {
      writeFileSync(path, 'x'.repeat(5000));
      return () => {};
    },
  },
];
