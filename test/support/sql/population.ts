import { onTestFinished } from 'vitest';
import type { Directory } from '../../../src/directory/directory.ts';
import { openDirectory } from '../../../src/directory/types.ts';
import type { GroupLimits, Subject } from '../conformance/conformance.ts';
import { quietHooks } from '../hooks.ts';
import { settingsOf } from '../instance.ts';
import { MAIL_DOMAINS, PERSONS, TEAMS } from '../ldap/population.ts';
import { makeTemporaryDirectory } from '../temporary.ts';

/** Whose SQL the tests write. */
export interface SqlDialect {
  /** How a column is compared with a key without regard to case. */
  readonly folded: (column: string) => string;
  /** The type of an address's column. */
  readonly text: string;
}

/** The tables of the population. */
const tables = (text: string): readonly string[] => [
  `CREATE TABLE users (id ${text} PRIMARY KEY, address ${text}, login ${text}, active INTEGER NOT NULL)`,
  `CREATE TABLE aliases (account ${text} NOT NULL, alias ${text} NOT NULL)`,
  `CREATE TABLE lists (id ${text} PRIMARY KEY, address ${text} NOT NULL)`,
  `CREATE TABLE members (list ${text} NOT NULL, account ${text}, inner_list ${text}, external ${text})`,
  `CREATE TABLE domains (domain ${text} PRIMARY KEY)`,
];

/** A text as SQL has it. */
export const literal = (text: string | undefined): string =>
  text === undefined ? 'NULL' : `'${text.replaceAll("'", "''")}'`;

const rows = (table: string, all: readonly (readonly (string | undefined)[])[]): string =>
  `INSERT INTO ${table} VALUES ${all.map((row) => `(${row.map(literal).join(', ')})`).join(', ')}`;

/** So many at a time: a statement may have to fit a command's parameters. */
const chunks = <T>(all: readonly T[]): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(all.length / 300) }, (_, i) => all.slice(i * 300, i * 300 + 300));

/** The statements that fill an empty database with the population. */
export function populate({ text }: SqlDialect): readonly string[] {
  const persons = PERSONS.map(({ id, mail: [address], state }) => [
    id,
    address,
    state === 'shared' ? undefined : id,
    state === 'disabled' ? '0' : '1',
  ]);
  const aliases = PERSONS.flatMap((person) =>
    [...person.mail.slice(1), ...person.aliases].map((alias) => [person.id, alias]),
  );
  const isTeam = (id: string) => TEAMS.some((team) => team.id === id);
  const members = TEAMS.flatMap((team) => [
    ...[...team.members, ...team.logins, ...team.missing].map((id) =>
      isTeam(id) ? [team.id, undefined, id, undefined] : [team.id, id, undefined, undefined],
    ),
    ...team.externals.map((address) => [team.id, undefined, undefined, address]),
  ]);
  return [
    ...tables(text),
    ...chunks(persons).map((chunk) => rows('users', chunk)),
    rows('aliases', aliases),
    rows(
      'lists',
      TEAMS.map(({ id, mail }) => [id, mail]),
    ),
    ...chunks(members).map((chunk) => rows('members', chunk)),
    rows(
      'domains',
      MAIL_DOMAINS.map((domain) => [domain]),
    ),
  ];
}

/** The settings that read those tables. */
export const peopleSection = ({ folded }: SqlDialect): object => ({
  people: {
    account: `SELECT u.id, u.address, a.alias, u.login, u.active AS enabled
      FROM users u LEFT JOIN aliases a ON a.account = u.id
      WHERE u.id IN (SELECT id FROM users WHERE ${folded('address')} = '%s'
        UNION SELECT account FROM aliases WHERE ${folded('alias')} = '%s')`,
    groups: `SELECT l.id, l.address, COALESCE(u.address, m.external) AS member, u.login,
        u.active AS member_enabled, i.address AS member_group
      FROM lists l LEFT JOIN members m ON m.list = l.id
        LEFT JOIN users u ON u.id = m.account LEFT JOIN lists i ON i.id = m.inner_list
      WHERE ${folded('l.address')} = '%s'`,
  },
  listDomains: 'SELECT domain FROM domains',
  tables: { logins: { query: `SELECT login FROM users WHERE ${folded('address')} = '%s'` } },
  // A busy machine of the tests is no fault of the database.
  statementTimeout: '20s',
});

/** Opens a directory by its settings as a configuration's are read. Whoever opens it closes it. */
export async function openSql(section: object): Promise<Directory> {
  const place = await makeTemporaryDirectory('idpmap-sql');
  try {
    const text = JSON.stringify({
      directories: { staff: section },
      domains: { 'example.test': { directory: 'staff' } },
    });
    const { directories } = await settingsOf(text, place.path);
    const settings = directories['staff'];
    if (settings === undefined) throw new Error('the directory was not read');
    return await openDirectory(settings, quietHooks());
  } finally {
    await place.remove();
  }
}

/** Opens one that is closed when the test ends. */
export async function openSqlForTest(section: object): Promise<Directory> {
  const directory = await openSql(section);
  onTestFinished(() => directory.close());
  return directory;
}

export interface SqlSubjectOptions {
  /** The settings of the directory. */
  readonly section: () => object;
  /** Runs statements as an administrator. */
  readonly run: (statements: string) => Promise<unknown>;
}

/** The population in a database, as the suite knows it. */
export function sqlSubject({ section, run }: SqlSubjectOptions): Subject {
  const add = async (table: string, values: readonly (string | undefined)[], condition: string) => {
    await run(rows(table, [values]));
    onTestFinished(async () => {
      await run(`DELETE FROM ${table} WHERE ${condition}`);
    });
  };
  return {
    lacks: [],
    id: /^[a-z\d]+$/,
    logins: ({ id }) => [id],
    open: (groups: GroupLimits) => openSqlForTest({ ...section(), groups }),
    addAlias: (id, alias) =>
      add('aliases', [id, alias], `account = ${literal(id)} AND alias = ${literal(alias)}`),
    addMember: (team, id) =>
      add(
        'members',
        TEAMS.some((each) => each.id === id)
          ? [team, undefined, id, undefined]
          : [team, id, undefined, undefined],
        `list = ${literal(team)} AND (account = ${literal(id)} OR inner_list = ${literal(id)})`,
      ),
  };
}
