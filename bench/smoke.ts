import { MAP, startDaemon } from './daemon.ts';
import { loadOf, startServers } from './hit.ts';
import type { LoadJob } from './job.ts';
import { findWrong, formatSpread, type Part } from './report.ts';
import {
  compareLeast,
  compareRounds,
  formatPlayed,
  playedFigures,
  playRounds,
  ROUND_COLUMNS,
} from './rounds.ts';

const ROUNDS = 3;
const DEPTH = 16;
const END: LoadJob['end'] = { warmMs: 100, ms: 250 };
/** More addresses than one round asks for. */
const A_ROUND = 1_000_000;

/** What each is to another at most: twice what it is on a quiet machine, so that only a large loss is seen. */
const BOUNDS = [
  { name: 'a hit over TCP / bare Node', one: 0, other: 1, most: 1.9 },
  { name: 'a hit over the Unix socket / bare Node over TCP', one: 2, other: 1, most: 1.4 },
  { name: `a hit of ${DEPTH} at once / one alone`, one: 3, other: 0, most: 0.2 },
  { name: 'a miss / a hit', one: 4, other: 0, most: 12 },
] as const;

/** The bench in ten seconds, for tests: wrong is what costs twice as much as it should. */
export const smoke: Part = async (stage) => {
  const { daemon, bare } = await startServers(stage);
  const asking = await startDaemon(stage, { accounts: 'all' });
  const target = (name: string, job: LoadJob) => ({ name, job: () => ({ ...job, end: END }) });
  const tcp = loadOf(daemon, daemon.tcp);
  const played = await playRounds(
    stage,
    [
      target('a hit, TCP', tcp),
      target('bare Node, TCP', loadOf(bare, bare.tcp, 'constant')),
      target('a hit, Unix', loadOf(daemon, daemon.unix)),
      target(`a hit, ${DEPTH} at once`, { ...tcp, depth: DEPTH }),
      {
        name: 'a miss',
        job: (round) => ({
          ...loadOf(asking, asking.tcp),
          map: MAP,
          keys: { kind: 'accounts', from: A_ROUND * (round + 1), count: A_ROUND },
          end: END,
        }),
      },
    ],
    ROUNDS,
  );
  const ratios = BOUNDS.flatMap(({ one, other, ...bound }) => {
    const [first, second] = [played[one], played[other]];
    if (first === undefined || second === undefined) return [];
    return [{ ...bound, spread: compareRounds(first, second), least: compareLeast(first, second) }];
  });
  return {
    title: `smoke: ${ROUNDS} short rounds`,
    columns: ROUND_COLUMNS,
    rows: played.map(formatPlayed),
    notes: ratios.map(
      ({ name, spread, least, most }) =>
        `${name}: × ${formatSpread(spread)}, of the least × ${least.toFixed(2)}; at most ${most}`,
    ),
    figures: { targets: played.map(playedFigures), ratios },
    faults: [
      ...played.flatMap(({ name, results }) =>
        results.flatMap((result) => findWrong(name, result)),
      ),
      // Both: a machine that others use makes one of them what it likes.
      ...ratios
        .filter(({ spread, least, most }) => spread.median > most && least > most)
        .map(({ name, least, most }) => `${name} is × ${least.toFixed(2)}, at most ${most}`),
    ],
  };
};
