import { execFile } from 'node:child_process';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { parseEndpoint } from '../src/net/endpoint.ts';
import { startDaemonProcess } from '../test/support/daemon.ts';
import { run } from '../test/support/ldap/run.ts';
import { findFreePorts } from '../test/support/loopback.ts';
import { ACCESS } from '../test/support/sql/postgresql.ts';
import { startSqlServer } from '../test/support/sql/server.ts';
import { MAP, UNLIMITED } from './daemon.ts';
import { accountAt, DOMAIN } from './questions.ts';
import { type Finding, findWrong, formatSpread, type Part, perSecond, spreadOf } from './report.ts';
import { playRounds } from './rounds.ts';
import type { Stage } from './stage.ts';

const PEOPLE = 20_000;
const KEYS = 3000;
const ROUNDS = 5;
const TYPES = ['pgsql', 'mysql', 'sqlite'] as const;

type TableType = (typeof TYPES)[number];

/** What of Postfix's own tables a lookup may take, for one caller; and what sixteen have to do more than one. */
const MOST: Readonly<Record<TableType, number>> = { pgsql: 1.2, mysql: 1.2, sqlite: 0.7 };
const LEAST = 3;

/**
 * What a lookup takes that has to be asked of a database, next to Postfix's own table of the same statement: `postmap` asks
 * either for the same keys, in rounds that alternate. Then what sixteen callers get done, next to one.
 */
export const sql: Part = async (stage) => {
  const findings: Finding[] = [];
  for (const type of TYPES) findings.push(await measure(type, stage));
  return {
    title: `sql: tables that nothing is remembered of, ${KEYS} keys, ${ROUNDS} alternating rounds`,
    columns: ['type', 'idpmap / Postfix’s own, one caller', '16 callers / one', 'one caller/s'],
    rows: findings.flatMap(({ rows }) => rows),
    notes: findings.flatMap(({ notes }) => notes),
    figures: Object.fromEntries(TYPES.map((type, i) => [type, findings[i]?.figures])),
    faults: findings.flatMap(({ faults }) => faults),
  };
};

async function measure(type: TableType, stage: Stage): Promise<Finding> {
  await using resources = new AsyncDisposableStack();
  const place = join(stage.directory, type);
  await promisify(execFile)('mkdir', [place]);
  const { section, lines } = await fill(type, place, resources);
  const wire = await startDaemon(place, section, resources);
  const own = join(place, 'own.cf');
  writeFileSync(own, `${lines}query = SELECT target FROM forwards WHERE address = '%s'\n`);
  writeFileSync(join(place, 'main.cf'), 'compatibility_level = 3.6\n');
  utimesSync(join(place, 'main.cf'), 0, 0);

  /** Asks a table for the keys of a round; gives what it said, and how long it took. */
  const ask = async (table: string, round: number) => {
    const keys = Array.from({ length: KEYS }, (_, i) => accountAt((round * KEYS + i) % PEOPLE));
    const begun = performance.now();
    const said = await run('postmap', ['-c', place, '-q', '-', table], `${keys.join('\n')}\n`);
    return { said, ms: performance.now() - begun };
  };
  const faults: string[] = [];
  const ratios: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const tables = [`${type}:${own}`, `socketmap:inet:${wire}:${MAP}`];
    const [first, second] = round % 2 === 0 ? tables : tables.toReversed();
    const answers = [await ask(first ?? '', round), await ask(second ?? '', round)];
    const [postfix, ours] = round % 2 === 0 ? answers : answers.toReversed();
    if (postfix === undefined || ours === undefined) continue;
    if (postfix.said !== ours.said || postfix.said.split('\n').length <= KEYS)
      faults.push(`${type}: round ${round} is answered otherwise than by Postfix's own table`);
    if (round > 0) ratios.push(ours.ms / postfix.ms);
  }

  const endpoint = parseEndpoint(`tcp://${wire}`);
  const target = (connections: number) => ({
    name: String(connections),
    job: (round: number) => ({
      endpoint,
      map: MAP,
      keys: { kind: 'accounts', from: round, count: PEOPLE } as const,
      replies: 'true' as const,
      connections,
      depth: 1,
      end: { warmMs: 300, ms: 1000 },
      pid: process.pid,
    }),
  });
  const [one, many] = await playRounds(stage, [target(1), target(16)], ROUNDS);
  const rates = [one, many].map((played) => played?.results.map(perSecond) ?? []);
  const gains = (rates[1] ?? []).map((rate, i) => rate / (rates[0]?.[i] ?? Number.NaN));
  const [ratio, gain] = [spreadOf(ratios), spreadOf(gains)];
  return {
    title: type,
    columns: [],
    rows: [
      [type, formatSpread(ratio), formatSpread(gain), spreadOf(rates[0] ?? []).median.toFixed(0)],
    ],
    notes: [
      `${type}: at most ${MOST[type]} is ${ratio.median <= MOST[type] ? 'met' : 'missed'}, at least ${LEAST} is ${gain.median >= LEAST ? 'met' : 'missed'}`,
    ],
    figures: { ratio, gain, rates },
    faults: [
      ...faults,
      ...[one, many].flatMap(
        (each) => each?.results.flatMap((result) => findWrong(type, result)) ?? [],
      ),
    ],
  };
}

/** Fills a database; gives how idpmap and Postfix reach it. */
async function fill(
  type: TableType,
  place: string,
  resources: AsyncDisposableStack,
): Promise<{ section: object; lines: string }> {
  const create = 'CREATE TABLE forwards (address VARCHAR(255) PRIMARY KEY, target VARCHAR(255))';
  const rows = Array.from({ length: PEOPLE }, (_, i) => `('${accountAt(i)}', '${accountAt(i)}')`);
  if (type === 'sqlite') {
    const path = join(place, 'mail.sqlite');
    using database = new DatabaseSync(path);
    database.exec(create);
    database.exec(`INSERT INTO forwards VALUES ${rows.join(', ')}`);
    return { section: { type, path }, lines: `dbpath = ${path}\n` };
  }
  const server = await startSqlServer(type === 'pgsql' ? 'postgresql' : 'mysql');
  resources.defer(() => server.remove());
  await server.run(create);
  for (let i = 0; i < PEOPLE; i += 1000)
    await server.run(`INSERT INTO forwards VALUES ${rows.slice(i, i + 1000).join(', ')}`);
  if (type === 'pgsql') await server.run(`GRANT SELECT ON forwards TO ${ACCESS.user}`);
  const { user, password, database } = ACCESS;
  return {
    section: {
      type: type === 'pgsql' ? 'postgresql' : type,
      hosts: `127.0.0.1:${server.port}`,
      ...ACCESS,
    },
    lines: `hosts = inet:127.0.0.1:${server.port}\nuser = ${user}\npassword = ${password}\ndbname = ${database}\n`,
  };
}

/** Starts idpmap, which is to remember nothing; gives where it listens. */
async function startDaemon(
  place: string,
  section: object,
  resources: AsyncDisposableStack,
): Promise<string> {
  const [port = 0] = await findFreePorts(1);
  writeFileSync(join(place, 'password'), ACCESS.password);
  writeFileSync(
    join(place, 'idpmap.yaml'),
    JSON.stringify({
      listen: `tcp://127.0.0.1:${port}`,
      control: join(place, 'control'),
      http: 'off',
      deadline: '10s',
      cache: { fresh: '0ms', freshNone: '0ms' },
      domains: { [DOMAIN]: { directory: 'database' } },
      directories: {
        database: {
          ...section,
          ...('password' in section && { password: { file: 'password' } }),
          tables: { forwards: { query: "SELECT target FROM forwards WHERE address = '%s'" } },
          statementTimeout: '5s',
          limit: UNLIMITED,
        },
      },
      maps: { [MAP]: { kind: 'table', directory: 'database', table: 'forwards' } },
    }),
  );
  const daemon = await startDaemonProcess(['serve', '--config', join(place, 'idpmap.yaml')]);
  resources.defer(() => daemon.stop());
  return `127.0.0.1:${port}`;
}
