import { setTimeout as pause } from 'node:timers/promises';
import { Attribute, Change, Client } from 'ldapts';
import { createSocketmapClient } from '../../src/socketmap/client.ts';
import type { LdapServer } from '../../test/support/ldap/server.ts';
import { startSlapd } from '../../test/support/ldap/slapd.ts';
import { ADMINISTRATOR } from '../../test/support/ldap/slapd-config.ts';
import { AT_WORK, type BenchDaemon, startDaemon } from '../daemon.ts';
import { loadOf } from '../hit.ts';
import type { KeySpec } from '../questions.ts';
import { cpuMicros, type Part, spreadOf } from '../report.ts';
import {
  compareRounds,
  faultsOf,
  formatPlayed,
  type Played,
  playedFigures,
  playRounds,
} from '../rounds.ts';
import type { Stage } from '../stage.ts';
import { formatVerdict } from '../verdict.ts';
import { BAR_COLUMNS, type Bar, formatBar } from './bars.ts';
import { compareTimes, timeHits } from './hits.ts';
import { startMirrored } from './mirrored.ts';
import { dnAt, fillSlapd, slapdSection } from './slapdpeople.ts';

/** Of an alias, mailboxes say nothing. */
const ALIASES = 'virtual-aliases';
const PEOPLE = 100_000;
const HOT = 1000;
const MANY = 20_000;
const ROUNDS = 5;
const CHANGES = 100;
const CHANGES_PER_SECOND = 50;
const END = { warmMs: 150, ms: 400 } as const;

/** A mirror of 100 000 people of a slapd: what listing them takes, how soon a change is answered, and what lookups cost. */
export const mirror: Part = async (stage) => {
  await using resources = new AsyncDisposableStack();
  const server = await startSlapd({ sync: { sessionLog: 1000 } });
  resources.defer(() => server.remove());
  await fillSlapd(server, PEOPLE);
  const section = slapdSection(server, stage);
  const first = await startMirrored(stage, section);
  const client = new Client({ url: `ldap://${server.host}:${server.port}` });
  await client.bind(ADMINISTRATOR.dn, ADMINISTRATOR.password);
  resources.defer(() => client.unbind());
  const changes = await changesOf(server, client, first.daemon);
  const { played, ratios } = await playHits(stage, first.daemon);
  const busy = await playBusy(stage, server, client, first.daemon);
  await first.daemon.stop();
  const inside = await timeHits(stage);
  const again = await startMirrored(stage, section);
  const at = (share: number): number => changes[Math.ceil(changes.length * share) - 1] ?? 0;
  const insideRatios = [
    {
      name: 'in process: mirror / memory',
      spread: compareTimes(inside.hit, inside.memory),
      most: 1.1,
    },
    {
      name: 'in process: nobody / mirror',
      spread: compareTimes(inside.miss, inside.hit),
      most: 1.2,
    },
  ];
  const bars: readonly Bar[] = [
    { name: `${PEOPLE} people listed: own CPU, ms`, value: first.cpuMs, most: 5000 },
    { name: 'event loop meanwhile, p99 ms', value: first.lagMs, most: 20 },
    { name: 'from a change in slapd to its answer, p50 ms', value: at(0.5), most: 50 },
    { name: 'the same, p99', value: at(0.99), most: 50 },
    { name: 'in step after a restart, from exec, ms', value: again.wallMs, most: 1500 },
  ];
  return {
    title: `mirror: ${PEOPLE} people of a slapd by content synchronisation, the daemon from its sources`,
    columns: BAR_COLUMNS,
    rows: [...bars.map(formatBar), ...[...played, ...busy.played].map(formatPlayed)],
    notes: [
      'lookups: CPU µs of the daemon, lookups a second, the load’s CPU; over TCP, 16 connections',
      ...[...ratios, busy.ratio, ...insideRatios].map(({ name, spread, most }) =>
        formatVerdict(name, spread, most === undefined ? undefined : { most }),
      ),
    ],
    figures: {
      bars,
      changes,
      targets: [...played, ...busy.played].map(playedFigures),
      inside,
      ratios: [...ratios, busy.ratio, ...insideRatios],
    },
    faults: faultsOf([...played, ...busy.played]),
  };
};

/** How long it takes until a change is answered, from when it is sent, sorted. */
async function changesOf(
  server: LdapServer,
  client: Client,
  { tcp }: BenchDaemon,
): Promise<readonly number[]> {
  const asking = createSocketmapClient({ endpoint: tcp, timeoutMs: 10_000 });
  const took: number[] = [];
  for (let i = 0; i < CHANGES; i++) {
    const alias = `new${i}@example.com`;
    const at = performance.now();
    const sent = addAlias(server, client, i, alias);
    while ((await asking.ask(ALIASES, alias)).status !== 'OK') await pause(1);
    took.push(performance.now() - at);
    await sent;
  }
  asking.close();
  return took.toSorted((a, b) => a - b);
}

const addAlias = (server: LdapServer, client: Client, i: number, alias: string): Promise<void> =>
  client.modify(
    dnAt(i, server),
    new Change({
      operation: 'add',
      modification: new Attribute({ type: 'mailAlternateAddress', values: [alias] }),
    }),
  );

/** Lookups in a mirror, next to those that a daemon's memory answers. */
async function playHits(stage: Stage, mirrored: BenchDaemon) {
  const remembering = await startDaemon(stage, { accounts: MANY, ...AT_WORK });
  const hot: KeySpec = { kind: 'zipf', count: HOT };
  const many: KeySpec = { kind: 'accounts', from: 0, count: MANY };
  const strangers: KeySpec = { kind: 'strangers', from: 0, count: HOT };
  const all: readonly (readonly [string, BenchDaemon, KeySpec])[] = [
    [`memory, ${HOT}`, remembering, hot],
    [`mirror, ${HOT}`, mirrored, hot],
    [`mirror, ${HOT} strangers`, mirrored, strangers],
    [`memory, ${MANY}`, remembering, many],
    [`mirror, ${MANY}`, mirrored, many],
  ];
  for (const [, daemon, keys] of all)
    await stage.load({ ...loadOf(daemon, daemon.tcp), keys, end: { requests: 2 * MANY } });
  const played = await playRounds(
    stage,
    all.map(([name, daemon, keys]) => ({
      name,
      job: () => ({ ...loadOf(daemon, daemon.tcp), keys, end: END }),
    })),
    ROUNDS,
  );
  await remembering.stop();
  return {
    played,
    ratios: [ratioOf(played, 1, 0, 1.1), ratioOf(played, 2, 1, 1.2), ratioOf(played, 4, 3)],
  };
}

function ratioOf(played: readonly Played[], one: number, other: number, most?: number) {
  const [first, second] = [played[one], played[other]];
  if (first === undefined || second === undefined) throw new Error('nobody was asked');
  const spread = compareRounds(first, second);
  return { name: `${first.name} / ${second.name}`, spread, most };
}

/** The same hits while nothing changes, and while fifty people change a second, in turn. */
async function playBusy(stage: Stage, server: LdapServer, client: Client, daemon: BenchDaemon) {
  const job = {
    ...loadOf(daemon, daemon.tcp),
    keys: { kind: 'zipf', count: HOT },
    end: END,
  } as const;
  let changed = 0;
  const change = (): void => {
    changed += 1;
    void addAlias(server, client, PEOPLE - 1 - (changed % HOT), `busy${changed}@example.com`);
  };
  const quiet: Played = {
    name: `mirror, ${HOT}, nothing changes`,
    results: [await stage.load(job)],
  };
  const results = [...quiet.results];
  const busy = [];
  for (let round = 0; round < ROUNDS; round++) {
    if (round > 0) results.push(await stage.load(job));
    const timer = setInterval(change, 1000 / CHANGES_PER_SECOND);
    busy.push(await stage.load(job));
    clearInterval(timer);
    await pause(200);
  }
  const played: readonly Played[] = [
    { ...quiet, results },
    { name: `mirror, ${HOT}, ${CHANGES_PER_SECOND} changes/s`, results: busy },
  ];
  return { played, ratio: ratioOf(played, 1, 0), micros: spreadOf(busy.map(cpuMicros)) };
}
