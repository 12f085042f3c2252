import type { Endpoint } from '../src/net/endpoint.ts';
import { AT_WORK, type BenchDaemon, MAP, startDaemon } from './daemon.ts';
import type { LoadJob } from './job.ts';
import type { Peer } from './peer.ts';
import type { Measurement, Part } from './report.ts';
import {
  compareLeast,
  compareRounds,
  type Played,
  playedFigures,
  playRounds,
  ROUND_COLUMNS,
  type Target,
  tableOf,
} from './rounds.ts';
import type { Stage } from './stage.ts';
import { type Aim, formatVerdict } from './verdict.ts';
import { type Responder, startResponder } from './yardstick.ts';

const ACCOUNTS = 10_000;
const ROUNDS = 7;
/** One Postfix process; a small server; a large one; one under attack. */
const CONNECTIONS = [1, 16, 100, 500];
/** The one that is judged. */
const JUDGED = 16;
const DEPTH = 16;

/** What a warm hit costs the daemon, next to a bare responder that always says the same. */
export const hit: Part = async (stage, peers) => {
  const servers = await startServers(stage);
  const measured: Measurement[] = [];
  for (const connections of CONNECTIONS)
    measured.push(await measure(stage, servers, peers, connections));
  return {
    title: `hit: ${ACCOUNTS} warm addresses, Zipf, all on, ${ROUNDS} alternating rounds`,
    columns: ROUND_COLUMNS,
    rows: measured.flatMap(({ rows }) => rows),
    notes: measured.flatMap(({ notes }) => notes),
    figures: Object.fromEntries(CONNECTIONS.map((count, i) => [count, measured[i]?.figures])),
    faults: measured.flatMap(({ faults }) => faults),
  };
};

/** What is the same for many requests of one read is done once for them. */
export const deep: Part = async (stage, peers) => {
  const { daemon, bare } = await startServers(stage);
  const targets = [
    ...(['tcp', 'unix'] as const).flatMap((place) => [
      target(`${place}, one at a time`, { ...loadOf(daemon, daemon[place]) }),
      target(`${place}, ${DEPTH} at once`, { ...loadOf(daemon, daemon[place]), depth: DEPTH }),
    ]),
    target(`bare Node, ${DEPTH} at once`, {
      // It takes a read for a request, and so answers one for many: what is measured is a write.
      ...loadOf(bare, bare.tcp, 'constant'),
    }),
    ...peers.map((peer) =>
      target(`${peer.name}, ${DEPTH} at once`, { ...loadOf(peer, peer.endpoint), depth: DEPTH }),
    ),
  ];
  const played = await playRounds(stage, targets, ROUNDS);
  return {
    title: `deep: ${DEPTH} requests of one connection at once, ${JUDGED} connections, ${ROUNDS} alternating rounds`,
    ...report(played, [
      [0, 1, 'TCP, one at a time / of many', { least: 10 }],
      [2, 3, 'Unix, one at a time / of many', { least: 10 }],
    ]),
  };
};

/** Who is measured, and what it is measured by. */
export interface Servers {
  readonly daemon: BenchDaemon;
  readonly bare: Responder;
}

/** Starts the daemon, which is asked for everybody, and the bare responder. */
export async function startServers(stage: Stage): Promise<Servers> {
  const daemon = await startDaemon(stage, { accounts: ACCOUNTS, ...AT_WORK });
  const bare = await startResponder(stage);
  for (const endpoint of [daemon.tcp, daemon.unix])
    await stage.load({
      ...loadOf(daemon, endpoint),
      keys: { kind: 'accounts', from: 0, count: ACCOUNTS },
      end: { requests: 2 * ACCOUNTS },
    });
  return { daemon, bare };
}

const target = (name: string, its: LoadJob): Target => ({ name, job: () => its });

/** The load of Postfix processes that each ask for one address at a time, some of them much oftener than others. */
export const loadOf = (
  { pid }: { readonly pid?: number },
  endpoint: Endpoint,
  replies: LoadJob['replies'] = 'true',
): LoadJob => ({
  endpoint,
  map: MAP,
  keys: { kind: 'zipf', count: ACCOUNTS },
  replies,
  connections: JUDGED,
  depth: 1,
  end: { warmMs: 200, ms: 600 },
  ...(pid !== undefined && { pid }),
});

async function measure(
  stage: Stage,
  { daemon, bare }: Servers,
  peers: readonly Peer[],
  connections: number,
): Promise<Measurement> {
  const named = (name: string, its: LoadJob): Target =>
    target(`${connections}: ${name}`, { ...its, connections });
  const targets = [
    named('idpmap, TCP', loadOf(daemon, daemon.tcp)),
    named('bare Node, TCP', loadOf(bare, bare.tcp, 'constant')),
    named('idpmap, Unix', loadOf(daemon, daemon.unix)),
    named('bare Node, Unix', loadOf(bare, bare.unix, 'constant')),
    ...peers.map((peer) => named(peer.name, loadOf(peer, peer.endpoint))),
  ];
  const played = await playRounds(stage, targets, ROUNDS);
  const judged = connections === JUDGED;
  return {
    title: '',
    ...report(played, [
      [0, 1, `${connections}: TCP / bare TCP`, judged ? { most: 0.95 } : undefined],
      [2, 1, `${connections}: Unix / bare TCP`, judged ? { most: 0.7 } : undefined],
      [2, 3, `${connections}: Unix / bare Unix`, undefined],
      ...peers.map(({ name }, i): Pair => [0, 4 + i, `${connections}: TCP / ${name}`, undefined]),
    ]),
  };
}

/** Two of those who were played, what their ratio is called, and what it is to be. */
type Pair = readonly [one: number, other: number, name: string, aim: Aim | undefined];

function report(played: readonly Played[], pairs: readonly Pair[]): Omit<Measurement, 'title'> {
  const ratios = pairs.flatMap(([one, other, name, aim]) => {
    const [first, second] = [played[one], played[other]];
    if (first === undefined || second === undefined) return [];
    return [
      { name, aim, spread: compareRounds(first, second), least: compareLeast(first, second) },
    ];
  });
  return {
    ...tableOf(played),
    notes: ratios.map(
      ({ name, spread, aim, least }) =>
        `${formatVerdict(name, spread, aim)}; of the least × ${least.toFixed(2)}`,
    ),
    figures: {
      targets: played.map(playedFigures),
      ratios: Object.fromEntries(
        ratios.map(({ name, spread, least }) => [name, { ...spread, least }]),
      ),
    },
  };
}
