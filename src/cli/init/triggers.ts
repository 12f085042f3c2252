import type { SqlPreset } from '../../directory/sql/presets/preset.ts';
import type { Notices } from './notices.ts';

/** PostgreSQL takes no payload of 8000 bytes: more names than these hold are everybody. */
const MOST_BYTES = 7900;

/**
 * Statements that make the tables of a preset tell on a channel whom a change concerns; they may be run again. An update that
 * leaves the columns alone that are read tells nothing. Whatever goes wrong in a trigger, the change itself goes on: it
 * concerns everybody then.
 */
export const notifyTriggers = (
  channel: string,
  columns: SqlPreset['columns'],
  notices: Notices,
): readonly string[] =>
  Object.entries(notices).flatMap(([table, names]) => {
    const run = `idpmap_notify_${table}`;
    return [
      ...notifyFunction(run, channel, (columns[table] ?? []).join(', '), names),
      ...EVENTS.flatMap(([event, rows]) => [
        `DROP TRIGGER IF EXISTS idpmap_${event} ON ${table};`,
        `CREATE TRIGGER idpmap_${event} AFTER ${event.toUpperCase()} ON ${table}${rows} FOR EACH STATEMENT EXECUTE PROCEDURE ${run}();`,
      ]),
    ];
  });

const EVENTS = [
  ['insert', ' REFERENCING NEW TABLE AS new_rows'],
  ['update', ' REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows'],
  ['delete', ' REFERENCING OLD TABLE AS old_rows'],
  ['truncate', ''],
] as const;

function notifyFunction(
  name: string,
  channel: string,
  columns: string,
  names: string,
): readonly string[] {
  const without = (one: string, other: string): string =>
    `(SELECT ${columns} FROM ${one} EXCEPT SELECT ${columns} FROM ${other})`;
  const gather = (rows: string): string =>
    `SELECT string_agg(DISTINCT named.name, ',') INTO names FROM ${rows} r CROSS JOIN LATERAL (${names}) named(name);`;
  return [
    `CREATE OR REPLACE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $idpmap$`,
    "DECLARE names text := '*';",
    'BEGIN',
    '  BEGIN',
    "    IF TG_OP = 'INSERT' THEN",
    `      ${gather('new_rows')}`,
    "    ELSIF TG_OP = 'DELETE' THEN",
    `      ${gather('old_rows')}`,
    "    ELSIF TG_OP = 'UPDATE' THEN",
    `      ${gather(`(${without('old_rows', 'new_rows')} UNION ${without('new_rows', 'old_rows')})`)}`,
    '    END IF;',
    '  EXCEPTION WHEN OTHERS THEN',
    "    names := '*';",
    '  END;',
    `  IF octet_length(names) > ${MOST_BYTES} THEN names := '*'; END IF;`,
    `  IF names IS NOT NULL THEN PERFORM pg_notify('${channel}', names); END IF;`,
    '  RETURN NULL;',
    'END $idpmap$;',
  ];
}
