import type { Cluster, Redis, RedisOptions } from 'ioredis';
import { BEAT_MS } from './pace.ts';
import { type Access, type Address, type Connection, named } from './settings.ts';
import { readTime } from './time.ts';
import { within } from './within.ts';

/** The engine, as commands are put to it: those that `COMMANDS` lists. */
export type Engine = Pick<
  Redis,
  | 'get'
  | 'getBuffer'
  | 'set'
  | 'del'
  | 'incr'
  | 'decr'
  | 'mget'
  | 'pexpire'
  | 'xadd'
  | 'xrange'
  | 'xrangeBuffer'
  | 'xrevrangeBuffer'
  | 'zadd'
  | 'zcount'
  | 'zrangeBuffer'
  | 'zrem'
  | 'zremrangebyscore'
  | 'call'
>;

/** What becomes of a connection. `ended` is the last of it. */
export interface Ways {
  readonly ready: () => void;
  readonly failed: (error: unknown) => void;
  readonly ended: () => void;
}

/** One connection to the engine, or one to each node of it. It is not mended: whoever wants another opens it. */
export interface Opened {
  readonly engine: Engine;
  /** The fleet's time is that of the engine where `key` lies: TIME has no key, and a cluster would put it to any node. */
  readonly askTime: (key: string) => Promise<number>;
  readonly end: () => void;
}

/** Opens it, without waiting for it. The library is loaded here only: whoever has no fleet needs none of it. */
export async function openEngine(
  connection: Exclude<Connection, { kind: 'sentinel' }>,
  ways: Ways,
): Promise<Opened> {
  const { Cluster: ManyClient, Command, Redis: OneClient } = await import('ioredis');
  const client =
    connection.kind === 'one'
      ? new OneClient({ ...OPTIONS, ...optionsAt(connection.at), ...optionsOf(connection.access) })
      : openCluster(ManyClient, connection, ways);
  client.on('ready', ways.ready);
  const isSecure = connection.access.tls !== undefined;
  let told = Promise.resolve();
  const tell = async (error: unknown): Promise<void> => {
    const cause = firstCause(error);
    const isMute = connection.kind === 'cluster' && isClosed(cause);
    const found = isMute ? await findCause(connection) : undefined;
    ways.failed(explainSilence(found ?? cause, isSecure));
  };
  client.on('error', (error: unknown) => {
    told = tell(error);
  });
  client.on('end', () => void told.then(ways.ended));
  client.connect().catch(() => {});
  return {
    engine: client,
    askTime: async (key) => {
      const command = new Command('time', [], { replyEncoding: 'utf8' });
      command.getSlot = () => new Command('get', [key]).getSlot();
      client.sendCommand(command);
      return readTime(await command.promise);
    },
    end: () => client.disconnect(),
  };
}

function openCluster(
  Client: typeof Cluster,
  { nodes, access }: Extract<Connection, { kind: 'cluster' }>,
  ways: Ways,
): Cluster {
  const cluster = new Client(
    nodes.map(({ host, port }) => ({ host, port })),
    {
      lazyConnect: true,
      enableOfflineQueue: false,
      // It would need the right to CLUSTER INFO.
      enableReadyCheck: false,
      clusterRetryStrategy: null,
      // What waits for a node that is gone is answered too late anyhow, and twice does no harm.
      maxRedirections: 4,
      retryDelayOnFailover: 100,
      retryDelayOnClusterDown: 100,
      // Each look is a connection of its own; a node that moved away says so.
      slotsRefreshInterval: 60_000,
      // The certificate bears the name.
      dnsLookup: (name, found) => found(null, name),
      redisOptions: { ...OPTIONS, ...optionsOf(access) },
    },
  );
  cluster.on('node error', (error: unknown) => {
    // It does not end by itself, and only a new connection takes another password or certificate.
    if (!isRefused(error)) return;
    ways.failed(error);
    cluster.disconnect();
  });
  return cluster;
}

/** A cluster's client does not say why a node does not answer: the same connection to it alone does. */
function findCause({ nodes, access }: Extract<Connection, { kind: 'cluster' }>): Promise<unknown> {
  const [node] = nodes;
  if (node === undefined) return Promise.resolve(undefined);
  const found = Promise.withResolvers<unknown>();
  const { host, port } = node;
  const opening = openEngine(
    { kind: 'one', at: { host, port }, access: named(access, host) },
    {
      // Some refuse whoever connects at the first question only.
      ready: () => void opening.then(({ engine }) => engine.call('PING')).catch(() => {}),
      failed: found.resolve,
      ended: () => found.resolve(undefined),
    },
  );
  const isLate = within(found.promise, CONNECT_MS).catch(() => undefined);
  return isLate.finally(() => void opening.then(({ end }) => end()));
}

const isClosed = (error: unknown): boolean =>
  error instanceof Error && error.message === 'Connection is closed.';

const isRefused = (error: unknown): boolean =>
  error instanceof Error && /^(?:WRONGPASS|NOAUTH|NOPERM)|certificate/i.test(error.message);

/** Where no node of a cluster answers, the reason of the last one says more. */
const firstCause = (error: unknown): unknown =>
  error instanceof Error && 'lastNodeError' in error && error.lastNodeError instanceof Error
    ? error.lastNodeError
    : error;

/** An engine without TLS waits for more of what it takes for a command. */
const explainSilence = (error: unknown, isSecure: boolean): unknown =>
  isSecure && error instanceof Error && error.message === 'connect ETIMEDOUT'
    ? new Error(`no TLS within ${CONNECT_MS} ms: nobody answers there, or the port speaks none`)
    : error;

const CONNECT_MS = 1000;

const optionsAt = (at: Address): Shared =>
  'path' in at ? { path: at.path } : { host: at.host, port: at.port };

type Shared = Omit<RedisOptions, 'replyMapping'>;

const optionsOf = ({ user, password, tls }: Access): Shared => ({
  ...(user !== undefined && { username: user }),
  ...(password !== undefined && { password }),
  ...(tls !== undefined && { tls }),
});

const OPTIONS: Shared = {
  protocol: 2,
  lazyConnect: true,
  // What can't be asked now is asked of the directory: nothing waits for a connection, nothing is asked twice.
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  retryStrategy: null,
  // What was the primary is a replica now: the name leads to another by the next connection.
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
  // It would need the right to INFO.
  enableReadyCheck: false,
  disableClientInfo: true,
  connectTimeout: CONNECT_MS,
  disconnectTimeout: 200,
  // An engine that accepts and never speaks would keep it in "connect" for ever (ioredis#634).
  socketTimeout: 3 * BEAT_MS,
};
