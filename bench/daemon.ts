import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectControl, sendCommand } from '../src/control/client.ts';
import { type Endpoint, parseEndpoint } from '../src/net/endpoint.ts';
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
  /** How long a scripted directory takes; absent: no time. */
  readonly delayMs?: number;
  /** `scraped`: HTTP is on; `off`: it is not, and answers are not even timed. Absent: HTTP is off. */
  readonly metrics?: 'scraped' | 'off';
  /** Further settings of the directory, or all of one of another `type`, and at the top, as the configuration file has them. */
  readonly directory?: object;
  readonly settings?: object;
  /** The program that is started in place of this checkout's, seen from here. */
  readonly script?: string;
  readonly environment?: Readonly<Record<string, string>>;
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
  /** All metrics as they are now; rejects where HTTP is off. */
  scrape(): Promise<string>;
  figures(): Promise<DirectoryFigures>;
  /** Waits until it says that its mirror is in step. */
  inStep(): Promise<void>;
  /** Lists everybody of its mirror anew, and waits for the end. */
  syncMirror(): Promise<void>;
  /** Tells a scripted directory to answer no more, and waits until it obeys. */
  hang(): Promise<void>;
  stop(): Promise<void>;
}

/** Spares the directory nothing: for parts that measure something else than its limits. */
export const UNLIMITED = { inFlight: 10_000, queue: 100_000, perSecond: 1_000_000 };

const SCRIPTS = { scraped: '../src/cli.ts', off: 'unmetered.ts' } as const;

/** Everything is on, as at home: metrics over HTTP, the log. What is remembered stays so while rounds are played. */
export const AT_WORK = {
  metrics: 'scraped',
  directory: { limit: UNLIMITED },
  settings: { cache: { fresh: '1h', freshNone: '1h' } },
} as const;

/** Starts the daemon with a file directory, and waits until it has read it. */
export async function startDaemon(stage: Stage, options: DaemonOptions): Promise<BenchDaemon> {
  const place = mkdtempSync(join(stage.directory, 'daemon-'));
  const file = (name: string): string => join(place, name);
  const control = file('control');
  writeFileSync(file('people.yaml'), formatPeople(options.accounts));
  writeFileSync(
    file('idpmap.yaml'),
    JSON.stringify({
      listen: ['tcp://127.0.0.1:0', `unix:${file('daemon.sock')}`],
      http: options.metrics === 'scraped' ? 'tcp://127.0.0.1:0' : 'off',
      control,
      domains: {
        [DOMAIN]: { directory: DIRECTORY },
        [EMPTY_DOMAIN]: { directory: DIRECTORY },
      },
      directories: { [DIRECTORY]: sectionOf(options) },
      log: { format: 'json' },
      ...options.settings,
    }),
  );
  const config = file('idpmap.yaml');
  const running =
    options.accounts === 'scripted'
      ? stage.start('server', 'scripted.ts', [config, String(options.delayMs ?? 0)])
      : stage.start(
          'server',
          options.script ?? SCRIPTS[options.metrics ?? 'scraped'],
          ['serve', '--config', config],
          options.environment,
        );
  const { endpoints, http } = await running.find(readListening);
  const [tcp, unix] = endpoints.map(parseEndpoint);
  if (tcp === undefined || unix === undefined)
    throw new Error('the daemon does not say where it listens');
  await waitForPeople(tcp);
  return {
    pid: running.pid,
    tcp,
    unix,
    scrape: async () => {
      const reply = await fetch(`${http.replace(/^tcp:/, 'http:')}/metrics`);
      if (!reply.ok) throw new Error(`${http} does not show its metrics: ${reply.status}`);
      return reply.text();
    },
    figures: async () => {
      const told = await sendCommand(control, 'figures', {});
      const figures = hasDirectories(told) ? told.directories[DIRECTORY] : undefined;
      if (figures === undefined) throw new Error('the daemon does not tell of its directory');
      return figures;
    },
    inStep: () =>
      running
        .find((line) => (line.includes('the mirror is in step') ? line : undefined))
        .then(() => {}),
    syncMirror: async () => {
      const connection = await connectControl(control);
      await connection.send('mirrorSync', { directory: DIRECTORY, isAwaited: true }, LISTING_MS);
      connection.close();
    },
    hang: async () => {
      running.say(HANG);
      await running.find((line) => (line === HANG ? line : undefined));
    },
    stop: () => running.stop(),
  };
}

const sectionOf = ({ directory = {} }: DaemonOptions): object =>
  'type' in directory ? directory : { type: 'file', path: 'people.yaml', ...directory };

/** Both are of one release: what is called so is what it is here. */
const hasDirectories = (
  told: object,
): told is { readonly directories: Readonly<Record<string, DirectoryFigures>> } =>
  'directories' in told;

/** Where the daemon listens, as its log says. */
interface Listening {
  readonly endpoints: readonly string[];
  readonly http: string;
}

/** Absent: this line does not say it. */
function readListening(line: string): Listening | undefined {
  if (!line.includes('"msg":"listening"')) return undefined;
  const listening: Listening = JSON.parse(line);
  return listening;
}

const formatPeople = (accounts: DaemonOptions['accounts']): string =>
  typeof accounts === 'number'
    ? `accounts:\n${Array.from({ length: accounts }, (_, i) => `  - { address: ${accountAt(i)} }\n`).join('')}`
    : `open: [${DOMAIN}]\n`;

const LISTING_MS = 600_000;
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
