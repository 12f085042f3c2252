import type { Endpoint } from '../src/net/endpoint.ts';
import { MAP, startDaemon, UNLIMITED } from './daemon.ts';
import type { LoadJob } from './job.ts';
import { readRssMiB } from './proc.ts';
import { findWrong, formatSpread, type Part } from './report.ts';
import {
  compareRounds,
  formatPlayed,
  type Played,
  playedFigures,
  playRounds,
  ROUND_COLUMNS,
  type Target,
} from './rounds.ts';
import { startResponder } from './yardstick.ts';

const ACCOUNTS = 10_000;
const ROUNDS = 7;

/** What a warm hit costs the daemon, next to a bare responder that always says the same. */
export const hit: Part = async (stage) => {
  const daemon = await startDaemon(stage, { accounts: ACCOUNTS, directory: { limit: UNLIMITED } });
  const bare = await startResponder(stage);
  const job = (pid: number, endpoint: Endpoint, replies: LoadJob['replies']): LoadJob => ({
    endpoint,
    map: MAP,
    keys: { kind: 'zipf', count: ACCOUNTS },
    replies,
    connections: 16,
    depth: 1,
    end: { warmMs: 300, ms: 900 },
    pid,
  });
  const target = (name: string, its: LoadJob): Target => ({ name, job: () => its });
  const targets = [
    target('idpmap, TCP', job(daemon.pid, daemon.tcp, 'true')),
    target('bare Node, TCP', job(bare.pid, bare.tcp, 'constant')),
    target('idpmap, Unix', job(daemon.pid, daemon.unix, 'true')),
    target('bare Node, Unix', job(bare.pid, bare.unix, 'constant')),
  ];

  await stage.load({
    ...job(daemon.pid, daemon.tcp, 'true'),
    keys: { kind: 'accounts', from: 0, count: ACCOUNTS },
    end: { requests: ACCOUNTS },
  });
  const before = await daemon.figures();
  const played = await playRounds(stage, targets, ROUNDS);
  const after = await daemon.figures();

  const ratios = compare(played);
  const refreshed = after.asked - before.asked;
  const rssMiB = { idpmap: readRssMiB(daemon.pid), bare: readRssMiB(bare.pid) };
  return {
    title: `hit: ${ACCOUNTS} warm addresses, Zipf, 16 connections, ${ROUNDS} alternating rounds`,
    columns: ROUND_COLUMNS,
    rows: played.map(formatPlayed),
    notes: [
      ...ratios.map(({ name, spread, aim }) => `${name}: × ${formatSpread(spread)}${aim}`),
      `memory: idpmap ${rssMiB.idpmap.toFixed(0)} MiB, bare Node ${rssMiB.bare.toFixed(0)} MiB; ${refreshed} questions reached the directory meanwhile`,
    ],
    figures: {
      targets: played.map(playedFigures),
      ratios: Object.fromEntries(ratios.map(({ name, spread }) => [name, spread])),
      rssMiB,
      refreshed,
    },
    faults: played.flatMap(({ name, results }) =>
      results.flatMap((result) => findWrong(name, result)),
    ),
  };
};

function compare([tcp, bareTcp, unix, bareUnix]: readonly Played[]) {
  if (tcp === undefined || bareTcp === undefined || unix === undefined || bareUnix === undefined)
    throw new Error('a target has not been asked');
  return [
    { name: 'TCP / bare TCP', spread: compareRounds(tcp, bareTcp), aim: ', aim 0.95' },
    { name: 'Unix / bare TCP', spread: compareRounds(unix, bareTcp), aim: ', aim 0.70' },
    { name: 'Unix / bare Unix', spread: compareRounds(unix, bareUnix), aim: '' },
  ];
}
