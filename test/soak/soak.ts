import { setTimeout as wait } from 'node:timers/promises';
import { createSocketmapClient } from '../../src/socketmap/client.ts';
import type { FaultMode } from '../support/proxy.ts';
import { until } from '../support/until.ts';
import { askMaps, sendMail } from './askers.ts';
import { createDice, type Dice } from './dice.ts';
import { listLevels, type Sample, takeSample } from './gauge.ts';
import { createJudge, type Judge } from './judge.ts';
import { openStage, type Stage } from './stage.ts';
import { annoy, NUISANCES } from './strangers.ts';

export interface SoakOptions {
  /** Whether there is another round, after so many. */
  readonly goesOn: (rounds: number) => boolean;
  readonly seed: number;
  /** Hears a line after each round. */
  readonly tell: (line: string) => void;
}

/** What came of it. */
export interface SoakReport {
  readonly counts: Judge['counts'];
  readonly wrong: readonly string[];
  readonly samples: readonly Sample[];
  readonly levels: ReturnType<typeof listLevels>;
  /** Rounds after which the daemon did not come to itself; and how it ended, if it did. */
  readonly hurt: readonly string[];
}

/** What is wrong with a run, a line each; nothing: all is well. A run in which hardly anybody was asked is none. */
export function listFaults({
  counts,
  wrong,
  samples,
  levels,
  hurt,
}: SoakReport): readonly string[] {
  const least = LEAST_ASKED * samples.length;
  return [
    ...wrong,
    ...hurt,
    ...levels
      .filter(({ isLevel }) => !isLevel)
      .map(({ quantity, from, to }) => `${quantity} rose from ${from} to ${to}`),
    ...(['known taken', 'unknown refused'] as const)
      .filter((what) => counts[what] <= least)
      .map((what) => `${what}: ${counts[what]} times only`),
  ];
}

/** In a round, of those who are known and of those who are not. */
const LEAST_ASKED = 5;

/** How long faults last; a round takes a second or two more, until all is well again. */
const ROUND_MS = 4000;
const RECOVERY_MS = 60_000;
const FAULTS = [
  'well',
  'refuse',
  'reset',
  'blackhole',
  'drip',
  'cut',
  'tear',
] as const satisfies readonly FaultMode[];
const STRANGERS = 40;

/**
 * Plays rounds of faults on a mail system that is asked all the time. Each has a fault of the directory, strangers of two
 * kinds, and by chance a log that nobody reads, a disk that is gone, a reload. Then all is well again, and the daemon is measured.
 */
export async function soak({ goesOn, seed, tell }: SoakOptions): Promise<SoakReport> {
  await using stage = await openStage();
  const dice = createDice(seed);
  const judge = createJudge();
  const samples: Sample[] = [];
  const hurt: string[] = [];
  for (let i = 0; goesOn(i) && stage.ended() === undefined; i++) {
    const end = startAskers(stage, seed + 4 * i, judge);
    const what = await playRound(stage, dice);
    const isWell = await until(() => isItself(stage), RECOVERY_MS);
    await end();
    if (!isWell) hurt.push(`round ${i}: ${what}`);
    if (stage.ended() !== undefined) break;
    const sample = await takeSample(stage.pid, stage.gauge);
    samples.push(sample);
    const verdict = `wrong ${judge.wrong.length}${isWell ? '' : '; NOT WELL'}`;
    tell(`round ${i}: ${what}; ${describe(sample)}; ${verdict}`);
  }
  const how = stage.ended();
  if (how !== undefined) hurt.push(`the daemon ${how}\n${stage.log().slice(-2000)}`);
  return { counts: judge.counts, wrong: judge.wrong, samples, levels: listLevels(samples), hurt };
}

/** Lets everybody ask, until what it gives is called. */
function startAskers(stage: Stage, seed: number, judge: Judge): () => Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  const askers = [
    askMaps(stage.unix, createDice(seed), judge, signal),
    askMaps(stage.tcp, createDice(seed + 1), judge, signal),
    sendMail(stage.postfix.port, createDice(seed + 2), judge, signal),
    sendMail(stage.postfix.port, createDice(seed + 3), judge, signal),
  ];
  return async () => {
    over.abort();
    await Promise.all(askers);
  };
}

async function playRound(stage: Stage, dice: Dice): Promise<string> {
  const fault = dice.pick(FAULTS);
  const [first, second] = [dice.throw(KINDS.length), dice.throw(KINDS.length)];
  const isLogLeft = dice.throw(3) === 0;
  const isDiskGone = dice.throw(3) === 0;
  const isReloaded = dice.throw(3) === 0;
  await stage.proxy.set(fault);
  if (isLogLeft) stage.readLog('left');
  if (isDiskGone) await stage.keepDisk('gone');
  const ends = [first, second].flatMap((index) => {
    const [, kind] = KINDS[index] ?? [];
    return kind === undefined
      ? []
      : [annoy(kind.at === 'http' ? stage.http : stage.tcp, kind.how, STRANGERS)];
  });
  if (isReloaded) process.kill(stage.pid, 'SIGHUP');
  await wait(ROUND_MS);
  for (const end of ends) end();
  if (isDiskGone) await stage.keepDisk('there');
  stage.readLog('read');
  await stage.proxy.set('well');
  const names = [first, second].map((index) => KINDS[index]?.[0]);
  return [
    `the directory: ${fault}`,
    `strangers: ${names.join(', ')}`,
    ...(isLogLeft ? ['log not read'] : []),
    ...(isDiskGone ? ['disk gone'] : []),
    ...(isReloaded ? ['reload'] : []),
  ].join('; ');
}

const KINDS = Object.entries(NUISANCES);

/** Whether it says what it should of somebody and of nobody, to a client that comes anew. */
async function isItself({ tcp, ended }: Stage): Promise<boolean> {
  if (ended() !== undefined) return true;
  const client = createSocketmapClient({ endpoint: tcp, timeoutMs: 5000 });
  try {
    const [ann, nobody] = await Promise.all([
      client.ask('user-exists', 'ann@example.test'),
      client.ask('user-exists', `nobody-${process.hrtime.bigint()}@example.test`),
    ]);
    return ann?.status === 'OK' && nobody?.status === 'NOTFOUND';
  } catch {
    return false;
  } finally {
    client.close();
  }
}

const describe = ({ heldMiB, rssMiB, descriptors, timers }: Sample): string =>
  `held ${heldMiB.toFixed(1)} MiB, rss ${rssMiB.toFixed(0)} MiB, ${descriptors} descriptors, ${timers} timers`;
