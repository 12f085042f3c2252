import { type Measurement, type Part } from '../report.ts';
import { KEYS, ROUNDS } from './postmap.ts';
import { startTables, type TableType } from './sqltables.ts';
import { measureTables, startBare, TABLE_COLUMNS, TABLE_NOTE } from './tables.ts';

const TYPES = ['pgsql', 'mysql', 'sqlite'] as const;

/** What of Postfix's own tables a lookup may take, for one caller. */
const MOST: Readonly<Record<TableType, number>> = { pgsql: 1.2, mysql: 1.2, sqlite: 0.7 };

/** What a lookup takes that has to be asked of a database. */
export const sql: Part = async (stage) => {
  const bare = await startBare(stage);
  const measured: Measurement[] = [];
  for (const type of TYPES) {
    await using resources = new AsyncDisposableStack();
    const tables = await startTables(type, stage.directory, resources);
    measured.push(await measureTables(type, tables, MOST[type], bare, stage));
  }
  return {
    title: `sql: tables that nothing is remembered of, ${ROUNDS} alternating rounds of ${KEYS} keys`,
    columns: TABLE_COLUMNS,
    rows: measured.flatMap(({ rows }) => rows),
    notes: [TABLE_NOTE, ...measured.flatMap(({ notes }) => notes)],
    figures: Object.fromEntries(TYPES.map((type, i) => [type, measured[i]?.figures])),
    faults: measured.flatMap(({ faults }) => faults),
  };
};
