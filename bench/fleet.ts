import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Endpoint, parseEndpoint } from '../src/net/endpoint.ts';
import { startEngine } from '../test/support/fleet/engine.ts';
import { MAP, UNLIMITED } from './daemon.ts';
import { type FleetKeycloak, startFleetKeycloak } from './fleetkeycloak.ts';
import type { FleetLoadJob, FleetLoadResult } from './fleetload.ts';
import type { LoadJob } from './job.ts';
import { DOMAIN, EMPTY_DOMAIN } from './questions.ts';
import { cpuMicros, findWrong, formatMs, formatSpread, type Part, spreadOf } from './report.ts';
import { compareRounds, type Played, playedFigures, playRounds } from './rounds.ts';
import type { Stage } from './stage.ts';
import { formatVerdict, meets } from './verdict.ts';

const DAEMONS = 10;
const PEOPLE = 2000;
const STRANGERS = 300;
const RATE = 200;
/** Short lives, so that a minute holds many of them. */
const LIVES = { fresh: '10s', freshNone: '3s' };
const WARM_MS = 15_000;
const COUNT_MS = 40_000;
/** What the directory is asked by a fleet, against what one daemon asks. */
const MOST_QUESTIONS = 1.15;

/** Rounds of lookups that memory can't answer. */
const ROUNDS = 9;
const A_ROUND = 1000;
const CONNECTIONS = 16;
/** Whom nobody has asked for before. */
const UNSEEN = 1_000_000;
const MOST_CPU = 2 / 3;

/**
 * What a directory is asked by one daemon, by ten that are alone, and by ten that are a fleet, of the same traffic; and what a
 * lookup costs that the fleet answers, next to one that is asked for. Keycloak is a script over HTTP; Redis and the daemons are real.
 */
export const fleet: Part = async (stage) => {
  const engine = await startEngine();
  const keycloak = await startFleetKeycloak();
  try {
    const crowds: readonly Crowd[] = [
      { name: 'one daemon', count: 1 },
      { name: `${DAEMONS} daemons, each alone`, count: DAEMONS },
      { name: `${DAEMONS} daemons, a fleet`, count: DAEMONS, url: engine.url },
    ];
    const seen: Seen[] = [];
    for (const crowd of crowds) seen.push(await countQuestions(stage, keycloak, crowd));
    const costs = await measureCosts(stage, keycloak, engine.url);
    const [one, , together] = seen;
    const ratio = (together?.perSecond ?? Number.NaN) / (one?.perSecond ?? Number.NaN);
    const shelf = compareRounds(costs[0], costs[1]);
    const isCheap = meets(shelf, { most: MOST_CPU });
    return {
      title: `fleet: ${RATE} lookups a second for ${COUNT_MS / 1000} s, ${PEOPLE} people (Zipf), every tenth for one of ${STRANGERS} strangers; a scripted Keycloak that takes ${keycloak.delayMs} ms`,
      columns: [
        '',
        'requests/s',
        'people',
        'strangers',
        'proofs',
        'others',
        'TEMP',
        'wrong',
        'p50',
        'p99 ms',
      ],
      rows: seen.map((each) => [
        each.name,
        each.perSecond.toFixed(1),
        ...(['people', 'strangers', 'proofs', 'others'] as const).map((kind) =>
          String(each.asked[kind]),
        ),
        String(each.load.doubts),
        String(each.load.lost),
        String(each.load.wrong.length),
        formatMs(each.load.latency.p50),
        formatMs(each.load.latency.p99),
      ]),
      notes: [
        `questions of a fleet / of one daemon: × ${ratio.toFixed(2)}; at most ${MOST_QUESTIONS}: ${ratio <= MOST_QUESTIONS ? 'met' : 'missed'}`,
        `CPU of a lookup of whom nobody remembers, µs, ${ROUNDS - 1} alternating rounds of ${A_ROUND}: ${costs.map((each) => `${each.name} ${formatSpread(spreadOf(each.results.map(cpuMicros)))}`).join(', ')}`,
        formatVerdict(`${costs[0].name} / ${costs[1].name}`, shelf, { most: MOST_CPU }),
        formatVerdict(`${costs[2].name} / ${costs[1].name}`, compareRounds(costs[2], costs[1])),
      ],
      figures: { seen, ratio, costs: costs.map(playedFigures) },
      faults: [
        ...seen.flatMap(({ name, load }) => load.wrong.map((wrong) => `${name}: ${wrong}`)),
        ...costs.flatMap(({ name, results }) => results.flatMap((each) => findWrong(name, each))),
        ...(ratio <= MOST_QUESTIONS ? [] : [`a fleet asks × ${ratio.toFixed(2)}`]),
        ...(isCheap === false ? [`a read of the shelf costs × ${formatSpread(shelf)}`] : []),
      ],
    };
  } finally {
    await stage.clear();
    await keycloak.stop();
    await engine.stop();
  }
};

/** Daemons that get the same mail. `url`: the engine that they share; absent: each is alone. */
interface Crowd {
  readonly name: string;
  readonly count: number;
  readonly url?: string;
}

interface Seen {
  readonly name: string;
  /** Requests to the directory. */
  readonly perSecond: number;
  readonly asked: ReturnType<FleetKeycloak['counts']>;
  readonly load: FleetLoadResult;
}

/** A daemon that asks the scripted Keycloak. */
interface Asker {
  readonly pid: number;
  readonly endpoint: Endpoint;
  stop(): Promise<void>;
}

async function countQuestions(
  stage: Stage,
  keycloak: FleetKeycloak,
  { name, count, url }: Crowd,
): Promise<Seen> {
  const daemons = await Promise.all(
    Array.from({ length: count }, () => startAsker(stage, keycloak, LIVES, url)),
  );
  const job: FleetLoadJob = {
    endpoints: daemons.map(({ endpoint }) => endpoint),
    map: MAP,
    people: PEOPLE,
    strangers: STRANGERS,
    rate: RATE,
    warmMs: WARM_MS,
    ms: COUNT_MS,
  };
  const generator = stage.start('load', 'fleetload.ts', [JSON.stringify(job)]);
  await generator.find((line) => (line === 'warm' ? line : undefined));
  keycloak.reset();
  const begunAt = performance.now();
  await generator.find((line) => (line === 'over' ? line : undefined));
  const asked = keycloak.counts();
  const seconds = (performance.now() - begunAt) / 1000;
  const load = await generator.find(readResult);
  await generator.stop();
  await Promise.all(daemons.map((daemon) => daemon.stop()));
  const sum = Object.values(asked).reduce((one, other) => one + other, 0);
  return { name, perSecond: sum / seconds, asked, load };
}

function readResult(line: string): FleetLoadResult | undefined {
  if (!line.startsWith('{"replies"')) return undefined;
  const result: FleetLoadResult = JSON.parse(line);
  return result;
}

/** Of a read of the shelf, of a question, and of one whose answer is laid down for others. */
async function measureCosts(
  stage: Stage,
  keycloak: FleetKeycloak,
  url: string,
): Promise<readonly [Played, Played, Played]> {
  const lives = { fresh: '1h', freshNone: '1h' };
  const [filler, reader, alone, writer] = await Promise.all([
    startAsker(stage, keycloak, lives, url),
    startAsker(stage, keycloak, lives, url),
    startAsker(stage, keycloak, lives),
    startAsker(stage, keycloak, lives, url),
  ]);
  const jobOf = (asked: Asker, from: number, count: number): LoadJob => ({
    endpoint: asked.endpoint,
    map: MAP,
    keys: { kind: 'accounts', from, count },
    replies: 'true',
    connections: CONNECTIONS,
    depth: 1,
    end: { requests: count },
    pid: asked.pid,
  });
  keycloak.hurry();
  await stage.load(jobOf(filler, 0, ROUNDS * A_ROUND));
  const target = (name: string, asked: Asker, first = 0) => ({
    name,
    job: (round: number) => jobOf(asked, first + round * A_ROUND, A_ROUND),
  });
  const [shelf, asks, writes] = await playRounds(
    stage,
    [
      target('read from the shelf', reader),
      target('asked of Keycloak', alone),
      target('asked, and laid down for all', writer, UNSEEN),
    ],
    ROUNDS - 1,
  );
  if (shelf === undefined || asks === undefined || writes === undefined)
    throw new Error('somebody was not played');
  return [shelf, asks, writes];
}

async function startAsker(
  stage: Stage,
  keycloak: FleetKeycloak,
  cache: object,
  url?: string,
): Promise<Asker> {
  const place = mkdtempSync(join(stage.directory, 'daemon-'));
  const file = join(place, 'idpmap.yaml');
  const settings = {
    listen: ['tcp://127.0.0.1:0'],
    http: 'off',
    control: join(place, 'control'),
    deadline: '1s',
    cache,
    domains: { [DOMAIN]: { directory: 'people' }, [EMPTY_DOMAIN]: { directory: 'people' } },
    directories: { people: { ...keycloak.settings, limit: UNLIMITED } },
    log: { format: 'json' },
    // A busy machine is no fault of the engine's.
    ...(url !== undefined && { fleet: { url, key: KEY, timeout: '250ms' } }),
  };
  writeFileSync(file, JSON.stringify(settings));
  const running = stage.start('server', '../src/cli.ts', ['serve', '--config', file]);
  const line = await running.find((text) =>
    text.includes('"msg":"listening"') ? text : undefined,
  );
  const told: unknown = JSON.parse(line);
  return {
    pid: running.pid,
    endpoint: parseEndpoint(String(Object(told).endpoints[0])),
    stop: () => running.stop(),
  };
}

/** Nobody's but the bench's. */
const KEY = Buffer.from(Array.from({ length: 32 }, (_, i) => i * 5 + 3)).toString('base64');
