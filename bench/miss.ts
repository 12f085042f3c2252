import { AT_WORK, type BenchDaemon, MAP, startDaemon } from './daemon.ts';
import type { LoadJob } from './job.ts';
import type { KeySpec } from './questions.ts';
import type { Part } from './report.ts';
import { compareRounds, figuresOf, playRounds, type Target, tableOf } from './rounds.ts';
import { formatVerdict } from './verdict.ts';

const WARM = 10_000;
const ROUNDS = 7;
const SLOW_MS = 5;
/** More addresses than one round asks for. */
const A_ROUND = 1_000_000;

/** What a question costs the daemon that its memory can't answer, next to one that it can; the directory's part is small. */
export const miss: Part = async (stage) => {
  const daemon = await startDaemon(stage, { accounts: 'all', ...AT_WORK });
  const slow = await startDaemon(stage, { accounts: 'scripted', delayMs: SLOW_MS, ...AT_WORK });
  const target = (
    name: string,
    keys: (round: number) => KeySpec,
    asked: BenchDaemon = daemon,
  ): Target => ({
    name,
    job: (round): LoadJob => ({
      endpoint: asked.tcp,
      map: MAP,
      keys: keys(round),
      replies: 'true',
      connections: 16,
      depth: 1,
      end: { warmMs: 300, ms: 700 },
      pid: asked.pid,
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
      target(
        `asked anew, somebody, ${SLOW_MS} ms`,
        (round) => ({ kind: 'accounts', from: A_ROUND * (round + 1), count: A_ROUND }),
        slow,
      ),
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
    ...tableOf(played),
    notes: ratios.map(({ name, spread }, i) =>
      formatVerdict(`${name} / remembered`, spread, i < 2 ? { most: 3 } : undefined),
    ),
    figures: figuresOf(played, ratios),
  };
};
