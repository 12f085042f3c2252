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
import { playRounds, type Target } from './rounds.ts';
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

  const tables = [`${type}:${own}`, `socketmap:inet:${wire}:${MAP}`] as const;
  const alone = await playAlone(type, place, tables);
  const together = await playTogether(wire, stage);
  const [ratio, gain] = [spreadOf(alone.ratios), spreadOf(together.gains)];
  const said = (isMet: boolean): string => (isMet ? 'met' : 'missed');
  return {
    title: type,
    columns: [],
    rows: [
      [type, formatSpread(ratio), formatSpread(gain), spreadOf(together.rates).median.toFixed(0)],
    ],
    notes: [
      `${type}: at most ${MOST[type]} is ${said(ratio.median <= MOST[type])}, at least ${LEAST} is ${said(gain.median >= LEAST)}`,
    ],
    figures: { ratio, gain, rates: together.rates },
    faults: [...alone.faults, ...together.results.flatMap((result) => findWrong(type, result))],
  };
}

/** One caller asks both tables in turn; gives how much longer ours took, round by round. */
async function playAlone(
  type: TableType,
  place: string,
  [own, ours]: readonly [string, string],
): Promise<{ ratios: readonly number[]; faults: readonly string[] }> {
  const ask = async (table: string, round: number) => {
    const keys = Array.from({ length: KEYS }, (_, i) => accountAt((round * KEYS + i) % PEOPLE));
    const begun = performance.now();
    const said = await run('postmap', ['-c', place, '-q', '-', table], `${keys.join('\n')}\n`);
    return { said, ms: performance.now() - begun };
  };
  /** Forward and backward in turn: what drifts meanwhile meets both alike. */
  const play = async (round: number) => {
    if (round % 2 === 0) return [await ask(own, round), await ask(ours, round)] as const;
    const second = await ask(ours, round);
    return [await ask(own, round), second] as const;
  };
  const faults: string[] = [];
  const ratios: number[] = [];
  // One more goes before, so that all code is compiled.
  for (let round = 0; round <= ROUNDS; round++) {
    const [postfix, idpmap] = await play(round);
    if (postfix.said !== idpmap.said || postfix.said.split('\n').length <= KEYS)
      faults.push(`${type}: round ${round} is answered otherwise than by Postfix's own table`);
    if (round > 0) ratios.push(idpmap.ms / postfix.ms);
  }
  return { ratios, faults };
}

/** One caller, and sixteen, in turn; gives what one gets done in a second, and how much more all of them do. */
async function playTogether(wire: string, stage: Stage) {
  const endpoint = parseEndpoint(`tcp://${wire}`);
  const target = (connections: number): Target => ({
    name: String(connections),
    job: (round) => ({
      endpoint,
      map: MAP,
      keys: { kind: 'accounts', from: round, count: PEOPLE - ROUNDS - 1 },
      replies: 'true',
      connections,
      depth: 1,
      end: { warmMs: 300, ms: 1000 },
      pid: process.pid,
    }),
  });
  const [one, many] = await playRounds(stage, [target(1), target(16)], ROUNDS);
  const [rates = [], together = []] = [one, many].map((each) => each?.results.map(perSecond));
  return {
    rates,
    gains: together.map((rate, i) => rate / (rates[i] ?? Number.NaN)),
    results: [one, many].flatMap((each) => each?.results ?? []),
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
