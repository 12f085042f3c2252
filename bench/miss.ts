import { MAP, startDaemon, UNLIMITED } from './daemon.ts';
import type { LoadJob } from './job.ts';
import type { KeySpec } from './questions.ts';
import { findWrong, formatSpread, type Part } from './report.ts';
import {
  compareRounds,
  formatPlayed,
  playedFigures,
  playRounds,
  ROUND_COLUMNS,
  type Target,
} from './rounds.ts';

const WARM = 10_000;
const ROUNDS = 5;
/** More addresses than one round asks for. */
const A_ROUND = 1_000_000;

/** What a question costs the daemon that its memory can't answer, next to one that it can; the directory's part is small. */
export const miss: Part = async (stage) => {
  const daemon = await startDaemon(stage, { accounts: 'all', directory: { limit: UNLIMITED } });
  const target = (name: string, keys: (round: number) => KeySpec): Target => ({
    name,
    job: (round): LoadJob => ({
      endpoint: daemon.tcp,
      map: MAP,
      keys: keys(round),
      replies: 'true',
      connections: 16,
      depth: 1,
      end: { warmMs: 300, ms: 700 },
      pid: daemon.pid,
    }),
  });
  const played = await playRounds(
    stage,
    [
      target('remembered', () => ({ kind: 'zipf', count: WARM })),
      target('asked anew, somebody', (round) => ({
        kind: 'accounts',
        from: A_ROUND * (round + 1),
        count: A_ROUND,
      })),
      target('asked anew, nobody', (round) => ({ kind: 'strangers', from: A_ROUND * round })),
    ],
    ROUNDS,
  );
  const [warm, ...cold] = played;
  const ratios = cold.map((each) => ({
    name: each.name,
    spread: compareRounds(each, warm ?? each),
  }));
  return {
    title: `miss: addresses never asked for before, TCP, 16 connections, ${ROUNDS} alternating rounds`,
    columns: ROUND_COLUMNS,
    rows: played.map(formatPlayed),
    notes: ratios.map(({ name, spread }) => `${name} / remembered: × ${formatSpread(spread)}`),
    figures: {
      targets: played.map(playedFigures),
      ratios: Object.fromEntries(ratios.map(({ name, spread }) => [name, spread])),
    },
    faults: played.flatMap(({ name, results }) =>
      results.flatMap((result) => findWrong(name, result)),
    ),
  };
};
