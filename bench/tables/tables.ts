import { parseEndpoint } from '../../src/net/endpoint.ts';
import { MAP } from '../daemon.ts';
import type { LoadEnd } from '../job.ts';
import {
  cpuMicros,
  findWrong,
  formatSpread,
  type Measurement,
  perSecond,
  spreadOf,
} from '../report.ts';
import { playRounds, type Target } from '../rounds.ts';
import type { Stage } from '../stage.ts';
import { startResponder } from '../yardstick.ts';
import { leastOf, playAlone, ratiosOf } from './postmap.ts';
import { PEOPLE, type Tables } from './table.ts';

const LOADS = 5;
/** What sixteen callers have to do more than one. */
const LEAST = 3;

export const TABLE_COLUMNS = [
  'type',
  'own µs/key',
  'idpmap µs/key',
  'bare µs/key',
  'ratio, fastest rounds',
  'ratio, median',
  'CPU µs, 1 / 16 callers',
  '16 callers / one',
];

export const TABLE_NOTE =
  'own: Postfix’s table; bare: a responder in Node that looks nothing up, behind socketmap as idpmap is; each of its fastest round';

/** Starts the bare responder; gives where it listens, as Postfix is told. */
export async function startBare(stage: Stage): Promise<string> {
  const { tcp } = await startResponder(stage);
  return tcp.kind === 'tcp' ? `${tcp.host}:${tcp.port}` : '';
}

/**
 * What a lookup takes that has to be asked of a directory, next to Postfix's own table of the same statement, over TCP both:
 * `postmap` asks either for the same keys, in rounds that alternate; then what sixteen callers get done, next to one.
 * @param most of what Postfix's own takes
 * @param bare where a responder listens that looks nothing up
 */
export async function measureTables(
  type: string,
  tables: Tables,
  most: number,
  bare: string,
  stage: Stage,
): Promise<Measurement> {
  await warm(tables, stage);
  const alone = await playAlone(tables, MAP, bare);
  const together = await playTogether(tables, stage);
  const least = leastOf(alone.ours, alone.own);
  const floor = leastOf(alone.floor, alone.own);
  const gain = spreadOf(together.gains);
  const micros = [alone.own, alone.ours, alone.floor].map((all) => Math.min(...all).toFixed(0));
  const cpu = spreadOf(together.cpu).median;
  const said = (isMet: boolean): string => (isMet ? 'met' : 'missed');
  return {
    title: `${type}: a table that nothing is remembered of`,
    columns: TABLE_COLUMNS,
    rows: [
      [
        type,
        ...micros,
        least.toFixed(2),
        formatSpread(ratiosOf(alone.ours, alone.own)),
        `${alone.cpuMicros.toFixed(0)} / ${cpu.toFixed(0)}`,
        formatSpread(gain),
      ],
    ],
    notes: [
      `${type}: at most ${most} is ${said(least <= most)}, the bare responder takes ${floor.toFixed(2)}; at least ${LEAST} is ${said(gain.median >= LEAST)}`,
    ],
    figures: { ...alone, gain, rates: together.rates, cpu: together.cpu },
    faults: [
      ...alone.faults.map((fault) => `${type}: ${fault}`),
      ...together.results.flatMap((result) => findWrong(type, result)),
    ],
  };
}

const SHORTLY: LoadEnd = { warmMs: 300, ms: 1000 };
/** A daemon runs for weeks: what it does often is compiled. */
const LONG: LoadEnd = { warmMs: 0, ms: 6000 };

const target = ({ wire, pid }: Tables, connections: number, end: LoadEnd): Target => ({
  name: String(connections),
  job: (round) => ({
    endpoint: parseEndpoint(`tcp://${wire}`),
    map: MAP,
    keys: { kind: 'accounts', from: round, count: PEOPLE - LOADS - 1 },
    replies: 'true',
    connections,
    depth: 1,
    end,
    pid,
  }),
});

const warm = (tables: Tables, stage: Stage): Promise<unknown> =>
  stage.load(target(tables, 4, LONG).job(0));

/** One caller, and sixteen, in turn; gives what one gets done in a second, and how much more all of them do. */
async function playTogether(tables: Tables, stage: Stage) {
  const targets = [target(tables, 1, SHORTLY), target(tables, 16, SHORTLY)];
  const [one, many] = await playRounds(stage, targets, LOADS);
  const [rates = [], together = []] = [one, many].map((each) => each?.results.map(perSecond));
  return {
    rates,
    gains: together.map((rate, i) => rate / (rates[i] ?? Number.NaN)),
    cpu: (many?.results ?? []).map(cpuMicros),
    results: [one, many].flatMap((each) => each?.results ?? []),
  };
}
