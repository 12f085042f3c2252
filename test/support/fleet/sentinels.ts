import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { CertificateFiles } from '../ldap/certificates.ts';
import { findFreePorts } from '../loopback.ts';
import { type RunningProcess, startProcess } from '../process.ts';
import { makeTemporaryDirectory } from '../temporary.ts';
import { until } from '../until.ts';
import { engineProgram } from './engine.ts';

/** Real sentinels of a primary of 127.0.0.1. */
export interface TestSentinels {
  readonly urls: readonly string[];
  readonly ports: readonly number[];
  /** Asks one of them. */
  readonly clients: readonly Redis[];
  /** Which port they call the primary's. */
  primary(): Promise<number>;
  /** Ends one of them at once. */
  kill(which: number): Promise<void>;
  stop(): Promise<void>;
}

/** How the sentinels of tests call the primary. */
export const PRIMARY = 'mymaster';

const PATIENCE_MS = 30_000;

export interface SentinelOptions {
  readonly count?: number;
  /** More of their configuration. */
  readonly lines?: readonly string[];
  /** What runs, in place of this machine's Redis. */
  readonly program?: string;
  /** They speak TLS, with one another and with engines too. */
  readonly tls?: Pick<CertificateFiles, 'ca' | 'cert' | 'key' | 'clientCert' | 'clientKey'>;
  /** Waits until they know of each other and of a replica, as they must before one can take over. */
  readonly ready?: 'to promote';
}

/** Starts some; three by default. */
export async function startSentinels(
  primaryPort: number,
  { count = 3, lines = [], program = engineProgram(), tls, ready }: SentinelOptions = {},
): Promise<TestSentinels> {
  const place = await makeTemporaryDirectory('sentinels');
  const ports = await findFreePorts(count);
  const all: RunningProcess[] = [];
  for (const port of ports) {
    const file = join(place.path, `${port}.conf`);
    const config = [
      ...(tls === undefined ? [`port ${port}`] : tlsLines(port, tls)),
      'bind 127.0.0.1',
      `dir ${place.path}`,
      `sentinel monitor ${PRIMARY} 127.0.0.1 ${primaryPort} 2`,
      `sentinel down-after-milliseconds ${PRIMARY} 1000`,
      `sentinel failover-timeout ${PRIMARY} 10000`,
      ...lines,
    ];
    await writeFile(file, `${config.join('\n')}\n`);
    all.push(startProcess(program, [file, '--sentinel'], { cwd: place.path, env: {} }));
  }
  const clients = ports.map((port) => {
    const client = new Redis({
      host: '127.0.0.1',
      port,
      protocol: 2,
      enableReadyCheck: false,
      ...(tls !== undefined && {
        tls: {
          ca: readFileSync(tls.ca),
          cert: readFileSync(tls.clientCert),
          key: readFileSync(tls.clientKey),
        },
      }),
    });
    client.on('error', () => {});
    return client;
  });
  const knows = async (client: Redis): Promise<boolean> => {
    const known = async (what: 'replicas' | 'sentinels'): Promise<number> => {
      const reply: unknown = await client.call('SENTINEL', what, PRIMARY);
      return Array.isArray(reply) ? reply.length : 0;
    };
    if (ready === undefined) return (await client.ping()) === 'PONG';
    return (await known('sentinels')) === count - 1 && (await known('replicas')) > 0;
  };
  for (const [i, client] of clients.entries())
    if (!(await until(() => knows(client).catch(() => false), PATIENCE_MS)))
      throw new Error(`the sentinels do not start, or do not find each other\n${all[i]?.output()}`);
  return {
    ports,
    urls: ports.map((port) => `${tls === undefined ? 'valkey' : 'valkeys'}://127.0.0.1:${port}`),
    clients,
    primary: async () => {
      const reply: unknown = await clients[0]?.call('SENTINEL', 'get-master-addr-by-name', PRIMARY);
      return Array.isArray(reply) ? Number(reply[1]) : 0;
    },
    kill: async (which) => {
      const sentinel = all[which];
      if (sentinel === undefined) return;
      process.kill(sentinel.pid, 'SIGKILL');
      await sentinel.stop();
    },
    stop: async () => {
      for (const client of clients) client.disconnect();
      await Promise.all(all.map((each) => each.stop()));
      await place.remove();
    },
  };
}

const tlsLines = (
  port: number,
  { ca, cert, key }: Pick<CertificateFiles, 'ca' | 'cert' | 'key'>,
): readonly string[] => [
  'port 0',
  `tls-port ${port}`,
  `tls-ca-cert-file ${ca}`,
  `tls-cert-file ${cert}`,
  `tls-key-file ${key}`,
  'tls-replication yes',
];
