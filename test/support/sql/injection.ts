import { normaliseAddress } from '../../../src/address/address.ts';
import type { Directory } from '../../../src/directory/directory.ts';
import { plain } from '../plain.ts';
import type { SqlServerName } from './server.ts';

/** Local parts that would mean something if they were read as SQL, as a template, or as a pattern. */
const LOCALS: readonly string[] = [
  "' or '1'='1",
  "' or 1=1 -- ",
  "') or ('1'='1",
  "'; drop table notes; --",
  "' union select target from notes --",
  "'||(select target from notes limit 1)||'",
  "\\' or 1=1 -- ",
  "\\\\' or 1=1 #",
  '" or ""="',
  '`',
  "''",
  "'",
  "x' /*",
  '*/ or 1=1 --',
  '$$ or 1=1 $$',
  '$1',
  ':a',
  '?',
  '@@version',
  "E'\\x27'",
  '%',
  '%s',
  '%%',
  '%u@%d',
  '_',
  '%27 or 1=1',
  'a\nor 1=1',
  'a\tb',
  '0',
  '1e1',
  'null',
  'true',
  '{"a":1}',
  '\u02bc or 1=1',
  '\uff07 or 1=1',
];

const DOMAIN = 'mail.example.test';

/** Each has a row, whose target is its own. */
const KEYS = LOCALS.map((local, i) => ({ key: `${local}@${DOMAIN}`, local, target: `t${i}` }));

/** Conditions in all forms, and all placeholders; each fits the row of a key alone. */
const CONDITIONS: Readonly<Record<string, string>> = {
  quoted: "address = '%s'",
  bare: 'address = %s',
  parts: "local = '%u' AND domain = '%d'",
  whole: "address = '%u@%d'",
  lower: "lower(address) = lower('%S') AND domain = '%D' AND lower(local) = lower('%U')",
  labels: "address = '%s' AND domain = '%3.%2.%1'",
  list: "address IN ('%s', 'nobody')",
  either: "(address = '%s' OR address = 'x%%')",
  nested: "address IN (SELECT address FROM notes WHERE local = '%u') AND domain = '%d'",
  choice: "CASE WHEN address = '%s' THEN 1 ELSE 0 END = 1",
  both: "'%s' = address",
};

/** The settings of a directory that asks in all forms, for people and for tables. */
export const injectionSection = (): object => ({
  tables: Object.fromEntries(
    Object.entries(CONDITIONS).map(([name, condition]) => [
      name,
      { query: `SELECT target FROM notes WHERE ${condition}` },
    ]),
  ),
  people: {
    account: "SELECT address, target AS login FROM notes WHERE address = '%s'",
    aliases: "SELECT address AS alias, target FROM notes WHERE local = '%u' AND domain = '%d'",
    groups: "SELECT address, target AS member FROM notes WHERE address = '%u@%d'",
  },
  // A busy machine of the tests is no fault of the database.
  statementTimeout: '20s',
});

/** The statements that fill a database with them. */
export function injectionRows(name: SqlServerName | 'sqlite'): readonly string[] {
  // In MySQL's strings a backslash escapes.
  const escaped = (text: string) => (name === 'mysql' ? text.replaceAll('\\', '\\\\') : text);
  const literal = (text: string) => `'${escaped(text).replaceAll("'", "''")}'`;
  const text = name === 'mysql' ? 'VARCHAR(255) COLLATE utf8mb4_bin' : 'VARCHAR(255)';
  return [
    `CREATE TABLE notes (address ${text}, local ${text}, domain ${text}, target ${text})`,
    ...KEYS.map(
      ({ key, local, target }) =>
        `INSERT INTO notes VALUES (${[key, local, DOMAIN, target].map(literal).join(', ')})`,
    ),
  ];
}

/** Asks for each key in each form; gives the answers that are not the one of the row that is its own. */
export async function injected(directory: Directory): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const form of Object.keys(CONDITIONS)) {
    const ask = plain(directory).table?.({ table: form });
    for (const { key, target } of KEYS) {
      const said = String(await ask?.(key, AbortSignal.timeout(20_000)));
      if (said !== target) wrong.push(`${form} of ${JSON.stringify(key)}: ${said}`);
    }
  }
  const addresses = KEYS.flatMap(({ key }) => normaliseAddress(key) ?? []);
  for (const address of addresses) {
    const entries = await plain(directory).find(address, AbortSignal.timeout(20_000));
    if (entries.some((entry) => entry.address !== address))
      wrong.push(`people of ${JSON.stringify(address)}: ${JSON.stringify(entries)}`);
  }
  return wrong;
}
