import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendCommand } from '../src/control/client.ts';
import { type Endpoint, parseEndpoint } from '../src/endpoint.ts';
import { createSocketmapClient } from '../src/socketmap/client.ts';
import { accountAt, DOMAIN, EMPTY_DOMAIN } from './questions.ts';
import type { Stage } from './stage.ts';

/** The map that all loads ask. */
export const MAP = 'user-exists';

/** The one directory of the bench. */
const DIRECTORY = 'people';

/** The word that a scripted directory obeys. */
export const HANG = 'hang';

export interface DaemonOptions {
  /**
   * So many accounts stand in its file; `all`: every address of `DOMAIN` is one, made when it is asked for; `scripted`:
   * the same, of a directory that can be told to answer no more.
   */
  readonly accounts: number | 'all' | 'scripted';
  /** Further settings of the directory, and at the top, as the configuration file has them. */
  readonly directory?: object;
  readonly settings?: object;
}

/** What the daemon tells of its one directory. */
export interface DirectoryFigures {
  /** Questions that reached it. */
  readonly asked: number;
  readonly stale: number;
  readonly causes: Readonly<Record<string, number>>;
  readonly remembered: { readonly found: number; readonly none: number; readonly unknown: number };
}

/** The real daemon, `idpmap serve`, in a process of its own. */
export interface BenchDaemon {
  readonly pid: number;
  readonly tcp: Endpoint;
  readonly unix: Endpoint;
  figures(): Promise<DirectoryFigures>;
  /** Tells a scripted directory to answer no more, and waits until it obeys. */
  hang(): Promise<void>;
  stop(): Promise<void>;
}

/** Spares the directory nothing: for parts that measure something else than its limits. */
export const UNLIMITED = { inFlight: 10_000, queue: 100_000, perSecond: 1_000_000 };

/** Starts the daemon with a file directory, and waits until it has read it. */
export async function startDaemon(stage: Stage, options: DaemonOptions): Promise<BenchDaemon> {
  const file = (name: string): string => join(stage.directory, name);
  const control = file('control');
  writeFileSync(file('people.yaml'), formatPeople(options.accounts));
  writeFileSync(
    file('idpmap.yaml'),
    JSON.stringify({
      listen: ['tcp://127.0.0.1:0', `unix:${file('daemon.sock')}`],
      control,
      domains: {
        [DOMAIN]: { directory: DIRECTORY },
        [EMPTY_DOMAIN]: { directory: DIRECTORY },
      },
      directories: { [DIRECTORY]: { type: 'file', path: 'people.yaml', ...options.directory } },
      log: { format: 'json' },
      ...options.settings,
    }),
  );
  const config = file('idpmap.yaml');
  const running =
    options.accounts === 'scripted'
      ? stage.start('server', 'scripted.ts', [config])
      : stage.start('server', '../src/cli.ts', ['serve', '--config', config]);
  const [tcp, unix] = (await running.find(readEndpoints)).map(parseEndpoint);
  if (tcp === undefined || unix === undefined)
    throw new Error('the daemon does not say where it listens');
  await waitForPeople(tcp);
  return {
    pid: running.pid,
    tcp,
    unix,
    figures: async () => {
      const told = await sendCommand(control, 'figures', {});
      const figures = hasDirectories(told) ? told.directories[DIRECTORY] : undefined;
      if (figures === undefined) throw new Error('the daemon does not tell of its directory');
      return figures;
    },
    hang: async () => {
      running.say(HANG);
      await running.find((line) => (line === HANG ? line : undefined));
    },
    stop: () => running.stop(),
  };
}

/** Both are of one release: what is called so is what it is here. */
const hasDirectories = (
  told: object,
): told is { readonly directories: Readonly<Record<string, DirectoryFigures>> } =>
  'directories' in told;

/** Where the daemon listens, as its log says; absent: this line does not. */
function readEndpoints(line: string): readonly string[] | undefined {
  if (!line.includes('"msg":"listening"')) return undefined;
  const { endpoints }: { endpoints: readonly string[] } = JSON.parse(line);
  return endpoints;
}

const formatPeople = (accounts: DaemonOptions['accounts']): string =>
  typeof accounts === 'number'
    ? `accounts:\n${Array.from({ length: accounts }, (_, i) => `  - { address: ${accountAt(i)} }\n`).join('')}`
    : `open: [${DOMAIN}]\n`;

const READING_MS = 30_000;
const TRY_MS = 100;

/** The daemon listens before it has read its file. */
async function waitForPeople(endpoint: Endpoint): Promise<void> {
  const client = createSocketmapClient({ endpoint, timeoutMs: 5000 });
  try {
    for (let waitedMs = 0; waitedMs < READING_MS; waitedMs += TRY_MS) {
      const { status } = await client.ask(MAP, accountAt(0));
      if (status === 'OK') return;
      await sleep(TRY_MS);
    }
  } finally {
    client.close();
  }
  throw new Error(`the daemon has not read its people within ${READING_MS / 1000} s`);
}
