import { startEngine } from '../../test/support/fleet/engine.ts';
import { MAP } from '../daemon.ts';
import { formatMs, type Part } from '../report.ts';
import type { Stage } from '../stage.ts';
import { startAsker } from './asker.ts';
import { type FleetKeycloak, startFleetKeycloak } from './keycloak.ts';
import type { FleetLoadJob, FleetLoadResult } from './load.ts';

const DAEMONS = 10;
const PEOPLE = 1500;
const STRANGERS = 300;
const RATE = 150;
/** Short lives, so that a minute holds many of them. */
const LIVES = { fresh: '10s', freshNone: '3s' };
const WARM_MS = 12_000;
const COUNT_MS = 30_000;
/** What the directory is asked by a fleet, against what one daemon asks. */
const MOST_QUESTIONS = 1.15;
/** Where more of the lookups were not answered in time, a machine was measured that had none. */
const MOST_UNANSWERED = 0.02;

/**
 * What a directory is asked by one daemon, by ten that are alone, and by ten that are a fleet, of the same traffic. Keycloak is a
 * script over HTTP; Redis and the daemons are real.
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
    const [one, , together] = seen;
    const ratio = (together?.perSecond ?? Number.NaN) / (one?.perSecond ?? Number.NaN);
    const isTold = [one, together].every((each) => each !== undefined && isAnswered(each));
    const verdict = ratio <= MOST_QUESTIONS ? 'met' : 'missed';
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
        'no reply',
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
        `questions of a fleet / of one daemon: × ${ratio.toFixed(2)}; at most ${MOST_QUESTIONS}: ${isTold ? verdict : 'no verdict, the machine was too busy to answer'}`,
      ],
      figures: { seen, ratio },
      faults: [
        ...seen.flatMap(({ name, load }) => load.wrong.map((wrong) => `${name}: ${wrong}`)),
        ...(isTold && verdict === 'missed' ? [`a fleet asks × ${ratio.toFixed(2)}`] : []),
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
  const generator = stage.start('load', 'fleet/load.ts', [JSON.stringify(job)]);
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

const isAnswered = ({ load: { doubts, lost } }: Seen): boolean =>
  doubts + lost <= (MOST_UNANSWERED * RATE * COUNT_MS) / 1000;

function readResult(line: string): FleetLoadResult | undefined {
  if (!line.startsWith('{"replies"')) return undefined;
  const result: FleetLoadResult = JSON.parse(line);
  return result;
}
