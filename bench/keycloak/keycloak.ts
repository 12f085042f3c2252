import { secretOf } from '../../test/support/keycloak/clients.ts';
import { startKeycloak } from '../../test/support/keycloak/keycloak.ts';
import { startScripted } from '../../test/support/keycloak/script.ts';
import { countSockets, readCpuMs } from '../proc.ts';
import { formatCount, formatSpread, type Measurement, type Part, spreadOf } from '../report.ts';
import type { Stage } from '../stage.ts';
import { type Asker, CONNECTIONS, DOMAIN, type Site, startDaemon } from './daemon.ts';

/** What a loop is told. */
export interface LoopJob {
  /** `bare`: undici alone; `directory`: idpmap's directory on it, without the policies and the wire. */
  readonly way: 'bare' | 'directory';
  readonly origin: string;
  readonly realm: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly domain: string;
  readonly connections: number;
  /** Of one round. */
  readonly lookups: number;
}

/** What a loop says at the end of a round. */
export interface LoopRound {
  readonly from: number;
  /** Fetched since its start. */
  readonly tokens: number;
}

const USERS = 10_000;
const LOOKUPS = 1000;
/** Whoever answers at once can be asked until the code is compiled. */
const MANY_LOOKUPS = 4000;
/** The first one is not counted: no program's code is compiled then, nor Keycloak's. */
const ROUNDS = 9;
/** The directory's further ones, for tokens and checks. */
const UPKEEP_CONNECTIONS = 2;

/** What lookups in a real Keycloak cost that memory can't answer, next to a bare undici loop that asks the same. */
export const keycloak: Part = async (stage) => {
  const server = await startKeycloak({ bulk: USERS });
  try {
    const { url, port } = server;
    return await compareAskers(stage, 'keycloak', { url, port, realm: 'bulk', lookups: LOOKUPS });
  } finally {
    await server.remove();
  }
};

/**
 * The same of a server that answers as Keycloak does, at once: without Java, on any machine. Its own work is in none of the
 * figures.
 */
export const idp: Part = async (stage) => {
  const server = await startScripted();
  server.script = ({ path, query }) => {
    // One question of each lookup, and all there is room for: a bench asks a hundred thousand.
    server.asked.length = 0;
    const address = query['email'];
    if (!path.endsWith('/users') || address === undefined) return undefined;
    if (!address.startsWith('user')) return undefined;
    const id = `6f9619ff-8b86-d011-b42d-${address.slice(4, address.indexOf('@')).padStart(12, '0')}`;
    const [username] = address.split('@');
    return { body: [{ id, username, email: address, emailVerified: true, enabled: true }] };
  };
  try {
    const { url } = server;
    return await compareAskers(stage, 'idp', {
      url,
      port: Number(new URL(url).port),
      realm: 'mail',
      lookups: MANY_LOOKUPS,
    });
  } finally {
    await server.stop();
  }
};

async function compareAskers(stage: Stage, part: string, site: Site): Promise<Measurement> {
  const bare = startLoop(stage, site, 'bare');
  const directory = startLoop(stage, site, 'directory');
  const daemon = await startDaemon(stage, site);
  const costs = await play([bare, directory, daemon], site);
  const sockets = [directory, daemon].map(({ pid }) => countSockets(pid, site.port));
  const tokens = directory.tokens();
  const most = CONNECTIONS + UPKEEP_CONNECTIONS;
  return {
    title: `${part}: ${formatCount(site.lookups)} users a round, ${CONNECTIONS} at a time, ${ROUNDS - 1} alternating rounds`,
    columns: ['asked by', 'CPU µs a lookup', '× bare'],
    rows: costs.map(({ name, micros }) => [
      name,
      formatSpread(spreadOf(micros)),
      formatSpread(compare(micros, costs[0]?.micros ?? [])),
    ]),
    notes: [
      'the directory: Keycloak asked and understood; the daemon: from a request on the wire to its reply',
      `tokens that the directory fetched: ${tokens}`,
      `connections to Keycloak of the directory: ${sockets[0]}, of the daemon: ${sockets[1]}; ${most} are the most`,
    ],
    figures: { costs, sockets, tokens },
    faults: sockets.filter((count) => count > most).map((count) => `${count} connections`),
  };
}

/** CPU time of one lookup in microseconds, for each round that counts. */
interface Costs {
  readonly name: string;
  readonly micros: readonly number[];
}

const compare = (micros: readonly number[], bare: readonly number[]) =>
  spreadOf(micros.map((each, round) => each / (bare[round] ?? Number.NaN)));

/** Whoever comes first finds the users in Keycloak's database only, so they take turns. */
async function play(askers: readonly Asker[], { lookups }: Site): Promise<readonly Costs[]> {
  const costs = askers.map(({ name }) => ({ name, micros: new Array<number>() }));
  for (let round = 0; round < ROUNDS; round++) {
    for (let turn = 0; turn < askers.length; turn++) {
      const at = (round + turn) % askers.length;
      const asker = askers[at];
      if (asker === undefined) continue;
      const micros = await measure(asker, round * lookups, lookups);
      if (round > 0) costs[at]?.micros.push(micros);
    }
  }
  return costs;
}

async function measure({ pid, round }: Asker, from: number, lookups: number): Promise<number> {
  const before = readCpuMs(pid);
  await round(from);
  return ((readCpuMs(pid) - before) * 1000) / lookups;
}

interface Loop extends Asker {
  readonly tokens: () => number;
}

function startLoop(stage: Stage, site: Site, way: LoopJob['way']): Loop {
  const job: LoopJob = {
    way,
    origin: site.url,
    realm: site.realm,
    clientId: 'idpmap',
    clientSecret: secretOf('idpmap'),
    domain: DOMAIN,
    connections: CONNECTIONS,
    lookups: site.lookups,
  };
  const running = stage.start('server', 'keycloak/loop.ts', [JSON.stringify(job)]);
  let tokens = 0;
  return {
    name: way === 'bare' ? 'undici alone' : 'the directory',
    pid: running.pid,
    round: async (from) => {
      running.say(String(from));
      const round = await running.find((line) => readRound(line, from));
      tokens = round.tokens;
    },
    tokens: () => tokens,
  };
}

function readRound(line: string, from: number): LoopRound | undefined {
  if (!line.startsWith(`{"from":${from},`)) return undefined;
  const round: LoopRound = JSON.parse(line);
  return round;
}
