// npm run bench [-- PART …] [-- --json FILE] [-- --against CHECKOUT] [-- --peer NAME=inet:HOST:PORT[,PID] …]: measures the daemon on this machine, on loopback only. Linux.
import { writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { parseArgs } from 'node:util';
import { against } from './against.ts';
import { fleet } from './fleet/fleet.ts';
import { shelf } from './fleet/shelf.ts';
import { flood } from './flood.ts';
import { deep, hit } from './hit.ts';
import { hostile } from './hostile.ts';
import { idp, keycloak } from './keycloak/keycloak.ts';
import { memory } from './memory.ts';
import { metrics } from './metrics.ts';
import { feed } from './mirror/feed.ts';
import { million } from './mirror/million.ts';
import { mirror } from './mirror/mirror.ts';
import { told } from './mirror/told.ts';
import { miss } from './miss.ts';
import { open } from './open.ts';
import { outage } from './outage.ts';
import { type Peer, parsePeer } from './peer.ts';
import { formatMeasurement, type Measurement, type Part } from './report.ts';
import { smoke } from './smoke.ts';
import { createStage, IS_PINNED } from './stage.ts';
import { start } from './start.ts';
import { ldap } from './tables/ldap.ts';
import { sql } from './tables/sql.ts';

const PARTS: Readonly<Record<string, Part>> = {
  hit,
  deep,
  open,
  metrics,
  miss,
  memory,
  start,
  outage,
  flood,
  hostile,
  idp,
  keycloak,
  ldap,
  mirror,
  million,
  told,
  sql,
  feed,
  fleet,
  shelf,
  smoke,
};

/** A real Keycloak takes Java, Maven and minutes, databases take root, OpenLDAP, Postfix and Redis have to be there, and the rest is in the others: these are played where they are named. */
const NAMED = new Set([
  'keycloak',
  'ldap',
  'mirror',
  'million',
  'told',
  'sql',
  'fleet',
  'shelf',
  'smoke',
]);
const DEFAULT = Object.keys(PARTS).filter((name) => !NAMED.has(name));

const EXIT_WRONG = 1;
const EXIT_USAGE = 64;

/** Plays a part on a stage of its own, which is cleared whatever happens, a signal included. */
async function play(part: Part, peers: readonly Peer[]): Promise<Measurement> {
  const stage = createStage();
  const leave = (): void => {
    void stage.clear().then(() => process.exit(EXIT_WRONG));
  };
  process.once('SIGINT', leave).once('SIGTERM', leave);
  try {
    return await part(stage, peers);
  } finally {
    process.off('SIGINT', leave).off('SIGTERM', leave);
    await stage.clear();
  }
}

/** What the numbers were measured on. */
const describeMachine = () => ({
  node: process.version,
  kernel: release(),
  cpu: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
  loadAverage: loadavg().map((load) => load.toFixed(2)),
  placement: IS_PINNED ? 'servers on CPU 0, load on CPU 1' : 'servers and load share the CPUs',
});

interface Arguments {
  readonly names: readonly string[];
  readonly json?: string;
  readonly against?: string;
  readonly peers: readonly Peer[];
}

function readArguments(): Arguments {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      against: { type: 'string' },
      peer: { type: 'string', multiple: true },
    },
  });
  const unknown = positionals.find((name) => !Object.hasOwn(PARTS, name));
  if (unknown !== undefined)
    throw new TypeError(`"${unknown}" is no part, known are ${Object.keys(PARTS).join(', ')}`);
  const isAll = positionals.length === 0 && values.against === undefined;
  const { peer = [], ...rest } = values;
  return { names: isAll ? DEFAULT : positionals, peers: peer.map(parsePeer), ...rest };
}

async function run({ names, json, against: other, peers }: Arguments): Promise<void> {
  const machine = describeMachine();
  const { node, kernel, cpu, loadAverage, placement } = machine;
  process.stdout.write(
    `Node ${node}, Linux ${kernel}, ${cpu}, load average ${loadAverage.join(' ')}, ${placement}\n`,
  );
  const measured: Record<string, Measurement> = {};
  const parts = names.flatMap((name) => Object.entries(PARTS).filter(([known]) => known === name));
  if (other !== undefined) parts.push(['against', against(other)]);
  for (const [name, part] of parts) {
    const measurement = await play(part, peers);
    measured[name] = measurement;
    process.stdout.write(`\n${formatMeasurement(measurement)}\n`);
  }
  process.stdout.write(
    `\nload average at the end ${loadavg()
      .map((load) => load.toFixed(2))
      .join(' ')}\n`,
  );
  if (json !== undefined)
    writeFileSync(json, `${JSON.stringify({ machine, measured }, null, 2)}\n`);
  if (Object.values(measured).some(({ faults }) => faults.length > 0))
    process.exitCode = EXIT_WRONG;
}

function main(): Promise<void> | undefined {
  try {
    return run(readArguments());
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = EXIT_USAGE;
    return undefined;
  }
}

await main();
