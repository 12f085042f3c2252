import { existsSync } from 'node:fs';
import { Redis } from 'ioredis';
import { findFreePorts } from '../loopback.ts';
import { type RunningProcess, startProcess } from '../process.ts';
import { makeTemporaryDirectory } from '../temporary.ts';
import { until } from '../until.ts';

/** An engine of a test's own: a Redis, or a Valkey where there is one, that keeps nothing on disk. */
export interface TestEngine {
  readonly port: number;
  readonly url: string;
  /** Asks it beside all daemons. */
  readonly client: Redis;
  /** What stops it and lets it go on: signals. */
  signal(name: NodeJS.Signals): void;
  /** Ends it at once, without a word. */
  kill(): Promise<void>;
  /** The same, and starts it anew, empty, at the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const START_MS = 10_000;

/** The programs that there are, the first one first. */
const PROGRAMS = [
  '/usr/bin/redis-server',
  '/usr/bin/valkey-server',
  '/usr/local/bin/valkey-server',
];

/** What engines of tests run. */
export const engineProgram = (): string =>
  PROGRAMS.find((file) => existsSync(file)) ?? 'redis-server';

/** Starts one. `parameters`: as on its command line. */
export async function startEngine(
  parameters: readonly string[] = [],
  program = engineProgram(),
): Promise<TestEngine> {
  const place = await makeTemporaryDirectory('engine');
  const [port = 0] = await findFreePorts(1);
  const fixed = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', place.path];
  const client = new Redis({
    port,
    lazyConnect: true,
    protocol: 2,
    enableReadyCheck: false,
    retryStrategy: () => 50,
  });
  client.on('error', () => {});
  let server = await start();

  async function start(): Promise<RunningProcess> {
    const started = startProcess(program, ['--port', String(port), ...fixed, ...parameters], {
      cwd: place.path,
      env: {},
    });
    const isUp = await until(
      () => started.ended() !== undefined || /Ready to accept/.test(started.output()),
      START_MS,
    );
    if (!isUp || started.ended() !== undefined)
      throw new Error(`${program} does not start\n${started.output()}`);
    return started;
  }
  async function kill(): Promise<void> {
    process.kill(server.pid, 'SIGKILL');
    await server.stop();
  }
  await client.connect().catch(() => {});

  return {
    port,
    url: `valkey://127.0.0.1:${port}`,
    client,
    signal: (name) => void process.kill(server.pid, name),
    kill,
    restart: async () => {
      await kill();
      server = await start();
    },
    stop: async () => {
      client.disconnect();
      await server.stop();
      await place.remove();
    },
  };
}
