import { findFreePorts } from '../loopback.ts';
import { until } from '../until.ts';
import { startEngine, type TestEngine } from './engine.ts';

/** A real cluster on 127.0.0.1: some primaries that share all slots, and one replica of one of them. */
export interface TestCluster {
  readonly urls: readonly string[];
  /** The replica is not among them. */
  readonly primaries: readonly TestEngine[];
  readonly replica: TestEngine;
  /** The one that holds a key now. */
  holderOf(key: string): Promise<TestEngine>;
  idOf(node: TestEngine): Promise<string>;
  slotOf(key: string): Promise<number>;
  /** Empties all of them. */
  flush(): Promise<void>;
  stop(): Promise<void>;
}

const SLOTS = 16_384;
const PATIENCE_MS = 30_000;

/** How its nodes are reached, beside their own ports. */
export interface ClusterTls {
  /** As a node's command line takes them, with a port for TLS. */
  options(tlsPort: number): readonly string[];
}

/** Starts three primaries; the replica is of the one that holds `key`. `program`: as an engine's. */
export async function startCluster(
  key: string,
  program?: string,
  tls?: ClusterTls,
): Promise<TestCluster> {
  const sites = await findSites(tls);
  const nodes: TestEngine[] = [];
  for (const { parameters } of sites)
    nodes.push(await startEngine([...PARAMETERS, ...parameters], program));
  const [first, , , replica] = nodes;
  if (first === undefined || replica === undefined) throw new Error('no node');
  const primaries = nodes.slice(0, -1);
  const each = SLOTS / primaries.length;
  for (const [i, { client }] of primaries.entries()) {
    const [from, to] = [Math.ceil(i * each), Math.ceil((i + 1) * each) - 1];
    await client.call('CLUSTER', 'ADDSLOTSRANGE', from, to);
    await client.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
  }
  for (const [i, { port }] of nodes.entries()) {
    const { busPort = port, tlsPort = port } = sites[i] ?? {};
    if (i > 0) await first.client.call('CLUSTER', 'MEET', '127.0.0.1', tlsPort, busPort);
  }
  const slotOf = async (name: string): Promise<number> =>
    Number(await first.client.call('CLUSTER', 'KEYSLOT', name));
  const idOf = async ({ client }: TestEngine): Promise<string> =>
    String(await client.call('CLUSTER', 'MYID'));
  const is = (what: string) => async (): Promise<boolean> => {
    const infos = await Promise.all(nodes.map(({ client }) => client.cluster('INFO')));
    return infos.every((info) => info.includes(what));
  };
  await waitFor(is(`cluster_known_nodes:${nodes.length}`));
  const holderOf = async (name: string): Promise<TestEngine> => {
    const slot = await slotOf(name);
    const holder = primaries[Math.floor(slot / each)];
    if (holder === undefined) throw new Error(`nobody holds ${name}`);
    return holder;
  };
  await replica.client.call('CLUSTER', 'REPLICATE', await idOf(await holderOf(key)));
  const isLinked = async () =>
    (await replica.client.info('replication')).includes('master_link_status:up');
  await waitFor(isLinked);
  await waitFor(is('cluster_state:ok'));
  return {
    urls: primaries.map(({ url }, i) => {
      const { tlsPort } = sites[i] ?? {};
      return tlsPort === undefined ? url : `valkeys://127.0.0.1:${tlsPort}`;
    }),
    primaries,
    replica,
    holderOf,
    idOf,
    slotOf,
    flush: async () => {
      await Promise.all(primaries.map(({ client }) => client.flushall()));
    },
    stop: async () => {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}

const PARAMETERS = [
  ['--cluster-enabled', 'yes'],
  ['--cluster-node-timeout', '1000'],
  ['--cluster-replica-validity-factor', '0'],
  ['--repl-diskless-sync-delay', '0'],
].flat();

interface Site {
  readonly busPort: number;
  readonly tlsPort?: number;
  readonly parameters: readonly string[];
}

/** Finds ports for four nodes. They name each other by those for TLS only where they speak it among themselves, too. */
async function findSites(tls: ClusterTls | undefined): Promise<readonly Site[]> {
  const busPorts = await findFreePorts(4);
  const tlsPorts = tls === undefined ? [] : await findFreePorts(4);
  return busPorts.map((busPort, i) => {
    const bus = ['--cluster-port', String(busPort)];
    const tlsPort = tlsPorts[i];
    if (tls === undefined || tlsPort === undefined) return { busPort, parameters: bus };
    const among = ['--tls-cluster', 'yes', '--tls-replication', 'yes'];
    return { busPort, tlsPort, parameters: [...bus, ...tls.options(tlsPort), ...among] };
  });
}

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  if (!(await until(() => condition().catch(() => false), PATIENCE_MS)))
    throw new Error('the cluster does not come up');
}
