import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { buildProgram } from '../../deploy/bundle/build.ts';
import { addCode } from '../../deploy/bundle/code.ts';
import type { BenchDaemon } from '../daemon.ts';
import { loadOf } from '../hit.ts';
import type { LoadJob, LoadResult } from '../job.ts';
import { readRssMiB } from '../proc.ts';
import { accountAt } from '../questions.ts';
import { findWrong, formatMs, type Part } from '../report.ts';
import type { Stage } from '../stage.ts';
import { BAR_COLUMNS, type Bar, formatBar } from './bars.ts';
import { startMirrored } from './mirrored.ts';
import { MILLI, meterOf } from './scraping.ts';

const PEOPLE = 1_000_000;
const KNOWN = 1000;
const RATE = 500;

/** As the image and the unit start it. */
const ENVIRONMENT = {
  NODE_OPTIONS: '--max-semi-space-size=1 --v8-pool-size=1',
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '32768',
};

/** A mirror of a million people of an SQLite file, by the shipped program: memory, a restart, and lookups while it lists. */
export const million: Part = async (stage) => {
  const script = await shippedIn(stage);
  const path = join(stage.directory, 'people.sqlite');
  fill(path);
  const options = { script, environment: ENVIRONMENT };
  const section = sectionOf(path);
  const first = await startMirrored(stage, section, options);
  const { daemon } = first;
  const warm = await load(stage, daemon, { end: { requests: 20_000 } });
  await daemon.scrape();
  const synced = daemon.syncMirror();
  const meanwhile = await load(stage, daemon, { rate: RATE, end: { warmMs: 1000, ms: 8000 } });
  const lagMs = MILLI * meterOf(await daemon.scrape(), 'nodejs_eventloop_lag_p99_seconds');
  await synced;
  const all = await load(stage, daemon, {
    keys: { kind: 'accounts', from: 0, count: PEOPLE },
    end: { requests: 200_000 },
  });
  const rssMiB = readRssMiB(daemon.pid);
  await daemon.stop();
  const again = await startMirrored(stage, section, options);
  const bars: readonly Bar[] = [
    { name: 'RSS once listed, MiB', value: first.rssMiB, most: 300 },
    {
      name: 'RSS after a second listing and 200 000 different people, MiB',
      value: rssMiB,
      most: 300,
    },
    { name: 'in step after a restart, from exec, ms', value: again.wallMs, most: 1500 },
    { name: 'event loop during the first listing, p99 ms', value: first.lagMs, most: 20 },
    { name: 'event loop during the second, p99 ms', value: lagMs, most: 20 },
    { name: `lookups during the second, ${RATE}/s, p99 ms`, value: meanwhile.latency.p99, most: 1 },
  ];
  return {
    title: `million: a mirror of ${PEOPLE} people of an SQLite file, by the shipped program`,
    columns: BAR_COLUMNS,
    rows: bars.map(formatBar),
    notes: [
      `listed in ${(first.wallMs / MILLI).toFixed(1)} s, own CPU ${(first.cpuMs / MILLI).toFixed(1)} s; the processes that read SQLite are not counted`,
      `in step after a restart: own CPU since it listens ${formatMs(again.cpuMs)} ms`,
      `lookups meanwhile: p50 ${formatMs(meanwhile.latency.p50)} ms, p99.9 ${formatMs(meanwhile.latency.p999)} ms; it had work and no CPU for ${formatMs(meanwhile.starvedMs)} of ${formatMs(meanwhile.elapsedMs)} ms`,
    ],
    figures: {
      bars,
      first: { ...first, daemon: undefined },
      again: { ...again, daemon: undefined },
      meanwhile,
    },
    faults: [warm, meanwhile, all].flatMap((result) => findWrong('million', result)),
  };
};

const load = (stage: Stage, daemon: BenchDaemon, more: Partial<LoadJob>): Promise<LoadResult> =>
  stage.load({ ...loadOf(daemon, daemon.tcp), keys: { kind: 'zipf', count: KNOWN }, ...more });

async function shippedIn({ directory }: Stage): Promise<string> {
  await buildProgram(join(directory, 'program'));
  cpSync(join(import.meta.dirname, '../../package.json'), join(directory, 'package.json'));
  await addCode(join(directory, 'program'));
  return join(directory, 'program/idpmap.cjs');
}

const COLUMNS = 'SELECT id, address, alias, login, enabled';

const sectionOf = (path: string): object => ({
  type: 'sqlite',
  path,
  canary: accountAt(0),
  people: {
    account: `${COLUMNS} FROM people WHERE address = '%s' UNION ALL ${COLUMNS} FROM people WHERE alias = '%s'`,
    listAccounts: `${COLUMNS}, updated AS changed FROM people`,
  },
});

function fill(path: string): void {
  using database = new DatabaseSync(path);
  database.exec(
    'CREATE TABLE people (id TEXT PRIMARY KEY, address TEXT NOT NULL, alias TEXT NOT NULL, login TEXT NOT NULL, enabled INTEGER NOT NULL, updated TEXT NOT NULL) WITHOUT ROWID; BEGIN',
  );
  const insert = database.prepare(
    "INSERT INTO people VALUES (?, ?, ?, ?, 1, '2020-01-01 00:00:00')",
  );
  for (let i = 0; i < PEOPLE; i++)
    insert.run(String(i).padStart(8, '0'), accountAt(i), `alias${i}@example.com`, `u${i}`);
  database.exec(
    'COMMIT; CREATE INDEX by_address ON people (address); CREATE INDEX by_alias ON people (alias); CREATE INDEX by_time ON people (updated); ANALYZE',
  );
}
