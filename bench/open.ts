import type { Endpoint } from '../src/net/endpoint.ts';
import { AT_WORK, MAP, startDaemon } from './daemon.ts';
import type { LoadJob, LoadResult } from './job.ts';
import { findWrong, formatMs, formatSpread, type Part, type Spread, spreadOf } from './report.ts';
import { type Played, playRounds, type Target } from './rounds.ts';
import { formatVerdict } from './verdict.ts';
import { startResponder } from './yardstick.ts';

const ACCOUNTS = 10_000;
const ROUNDS = 7;
const RATE = 2000;
const CONNECTIONS = 64;

/** How long warm answers take whoever comes when they like: each is timed from when it was due. */
export const open: Part = async (stage, peers) => {
  const daemon = await startDaemon(stage, { accounts: ACCOUNTS, ...AT_WORK });
  const bare = await startResponder(stage);
  const target = (
    name: string,
    { pid }: { readonly pid?: number },
    endpoint: Endpoint,
    replies: LoadJob['replies'] = 'true',
  ): Target => ({
    name,
    job: () => ({
      endpoint,
      map: MAP,
      keys: { kind: 'zipf', count: ACCOUNTS },
      replies,
      connections: CONNECTIONS,
      depth: 1,
      rate: RATE,
      end: { warmMs: 300, ms: 2000 },
      ...(pid !== undefined && { pid }),
    }),
  });
  const targets = [
    target('idpmap, TCP', daemon, daemon.tcp),
    target('bare Node, TCP', bare, bare.tcp, 'constant'),
    target('idpmap, Unix', daemon, daemon.unix),
    ...peers.map((peer) => target(peer.name, peer, peer.endpoint)),
  ];
  const played = await playRounds(stage, targets, ROUNDS);
  const [tcp, plain, unix] = played;
  const ratios = [
    { name: 'p99, TCP / bare TCP', spread: compareP99(tcp, plain), aim: { most: 2 } },
    { name: 'p99, Unix / bare TCP', spread: compareP99(unix, plain), aim: { most: 2 } },
  ];
  return {
    title: `open: ${RATE} requests a second on ${CONNECTIONS} connections, ${ROUNDS} alternating rounds`,
    columns: ['median of rounds', 'p50 ms', 'p99 ms', 'p99.9 ms', 'p99 (min–max)'],
    rows: played.map(formatTimes),
    notes: ratios.map(({ name, spread, aim }) => formatVerdict(name, spread, aim)),
    figures: {
      targets: played.map(({ name, results }) => ({
        name,
        latencies: results.map(({ latency }) => latency),
      })),
      ratios: Object.fromEntries(ratios.map(({ name, spread }) => [name, spread])),
    },
    faults: played.flatMap(({ name, results }) =>
      results.flatMap((result) => findWrong(name, result)),
    ),
  };
};

const timesOf = (results: readonly LoadResult[], of: 'p50' | 'p99' | 'p999'): Spread =>
  spreadOf(results.map(({ latency }) => latency[of]));

const formatTimes = ({ name, results }: Played): readonly string[] => [
  name,
  formatMs(timesOf(results, 'p50').median),
  formatMs(timesOf(results, 'p99').median),
  formatMs(timesOf(results, 'p999').median),
  formatSpread(timesOf(results, 'p99')),
];

function compareP99(one?: Played, other?: Played): Spread {
  const ratios = one?.results.map(
    ({ latency }, round) => latency.p99 / (other?.results[round]?.latency.p99 ?? Number.NaN),
  );
  return spreadOf(ratios ?? []);
}
