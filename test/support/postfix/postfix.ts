import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFreePorts } from '../loopback.ts';
import { type RunningProcess, startProcess } from '../process.ts';
import { makeTemporaryDirectory } from '../temporary.ts';
import { until } from '../until.ts';
import { formatMainCf, formatMasterCf, type MainCf, type Surroundings } from './config.ts';
import { type Delivery, parseDeliveries, parseQueue, type QueuedMessage } from './delivery.ts';
import { startSaslServer } from './sasl.ts';
import { writeSettled } from './settled.ts';
import { connectSmtp } from './smtp.ts';

const run = promisify(execFile);

/** How a private Postfix departs from one that knows no mailbox and swallows what it would relay. */
export interface PostfixOptions {
  /** Lines over the harness's own main.cf: maps, domains, transports. */
  readonly mainCf?: MainCf;
  /** Further lines of master.cf; a service named anew replaces the harness's. */
  readonly masterCf?: readonly string[];
  /** Runs smtpd, cleanup, rewrite and the others in the queue directory that Debian runs there; absent: none. */
  readonly chroot?: boolean;
  /** Who may log in at the submission port: a password for each login. */
  readonly logins?: Readonly<Record<string, string>>;
}

/** A private Postfix: its own configuration, queue, log and loopback ports. Needs root and the package `postfix`. */
export interface Postfix {
  /** Where mail comes in. */
  readonly port: number;
  /** Where senders log in and are held to their own addresses (`reject_sender_login_mismatch`). */
  readonly submissionPort: number;
  readonly configDirectory: string;
  readonly queueDirectory: string;
  /** For sockets that Postfix asks, group `postfix`: `NAME` in it is `unix:idpmap/NAME` to every daemon, jailed or not. */
  readonly socketDirectory: string;
  /** The process id of the master that runs now, and that of its process group. */
  pid(): number;
  /** The mail log so far. Lines come a moment after what they tell. */
  log(): string;
  /** Every recipient that left the queue or stayed in it for now, as the log tells. */
  deliveries(): readonly Delivery[];
  /** The deliveries that were given up: what a wrong answer leads to. */
  bounces(): readonly Delivery[];
  /** What lies in the queue. */
  queue(): Promise<readonly QueuedMessage[]>;
  /** Tries everything in the queue anew. */
  flush(): Promise<void>;
  /** Ends all of it and starts it anew on what its files say now; the queue stays. */
  restart(): Promise<void>;
  /** Asks a map as `postmap -q` does: absent is not found, a fault rejects with its message. */
  postmap(map: string, key: string): Promise<string | undefined>;
  /** Ends all its processes and removes its files. */
  stop(): Promise<void>;
}

const START_LIMIT_MS = 20_000;

/** Starts an instance and waits until it greets. */
export async function startPostfix(options: PostfixOptions = {}): Promise<Postfix> {
  await using resources = new AsyncDisposableStack();
  const directory = await makeTemporaryDirectory('idpmap-postfix');
  resources.defer(() => directory.remove());
  const sasl = await startSaslServer(options.logins ?? {});
  resources.defer(() => sasl.stop());

  const surroundings = await prepare(directory.path, sasl.path, options);
  const { configDirectory, queueDirectory, logFile, port, submissionPort } = surroundings;
  const log = () => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '');
  const master = await startAnew(surroundings, log);
  resources.defer(() => master.stop());

  const owned = resources.move();
  const deliveries = () => parseDeliveries(log());
  return {
    port,
    submissionPort,
    configDirectory,
    queueDirectory,
    ...createCommands(configDirectory, queueDirectory),
    socketDirectory: join(queueDirectory, 'idpmap'),
    log,
    pid: master.pid,
    restart: master.restart,
    deliveries,
    bounces: () => deliveries().filter(({ status }) => status === 'bounced'),
    stop: () => owned.disposeAsync(),
  };
}

async function prepare(
  parent: string,
  saslPath: string,
  options: PostfixOptions,
): Promise<Surroundings> {
  const [port = 0, submissionPort = 0] = await findFreePorts(2);
  const surroundings = {
    configDirectory: join(parent, 'config'),
    queueDirectory: join(parent, 'queue'),
    dataDirectory: join(parent, 'data'),
    logFile: join(parent, 'log', 'mail.log'),
    port,
    submissionPort,
    saslPath,
  };
  await makeDirectories(parent);
  const services = { chroot: options.chroot ?? false, lines: options.masterCf ?? [] };
  const files = {
    'main.cf': formatMainCf(surroundings, options.mainCf ?? {}),
    'master.cf': formatMasterCf(surroundings, services),
  };
  for (const [name, text] of Object.entries(files)) {
    await writeSettled(join(surroundings.configDirectory, name), text);
  }
  return surroundings;
}

/**
 * A master that is started anew, where `postfix reload` would do: that one ends postlogd, which only the master starts,
 * and the master waits itself where ten lines wait to be written (`net.unix.max_dgram_qlen`), so now and then for good.
 */
async function startAnew(surroundings: Surroundings, log: () => string) {
  const start = async (): Promise<RunningProcess> => {
    const started = await startMaster(surroundings);
    try {
      await waitForGreeting(surroundings.port, started, log);
    } catch (error) {
      await started.stop();
      throw error;
    }
    return started;
  };
  let master = await start();
  return {
    pid: () => master.pid,
    restart: async (): Promise<void> => {
      await master.stop();
      master = await start();
    },
    stop: () => master.stop(),
  };
}

function createCommands(
  configDirectory: string,
  queueDirectory: string,
): Pick<Postfix, 'queue' | 'flush' | 'postmap'> {
  // From the queue directory, where daemons stand too: a relative socket is the same to all.
  const command = (name: string, ...parameters: readonly string[]) =>
    run(name, ['-c', configDirectory, ...parameters], { cwd: queueDirectory, env: ENVIRONMENT });
  return {
    queue: async () => parseQueue((await command('postqueue', '-j')).stdout),
    flush: async () => {
      await command('postqueue', '-f');
    },
    postmap: async (map, key) => {
      try {
        return (await command('postmap', '-q', key, map)).stdout.replace(/\n$/, '');
      } catch (error) {
        if (isAbsence(error)) return undefined;
        throw error;
      }
    },
  };
}

/** postmap exits with 1 for "not found" and for a fault, which alone has a message. */
function isAbsence(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 1 &&
    'stderr' in error &&
    error.stderr === ''
  );
}

/** Postfix's programs get nothing of the test's own environment. */
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C', TZ: 'UTC' };

/** Who owns each directory, in which mode, as `postfix set-permissions` makes them. */
const DIRECTORIES = [
  { owner: 'root', group: 'root', mode: '755', names: ['config', 'queue', 'queue/pid'] },
  { owner: 'postfix', group: 'root', mode: '700', names: ['data', 'log', 'queue/private'] },
  {
    owner: 'postfix',
    group: 'root',
    mode: '700',
    names: 'active bounce corrupt defer deferred flush hold incoming saved trace'
      .split(' ')
      .map((name) => `queue/${name}`),
  },
  { owner: 'postfix', group: 'postdrop', mode: '730', names: ['queue/maildrop'] },
  { owner: 'postfix', group: 'postdrop', mode: '710', names: ['queue/public'] },
  { owner: 'root', group: 'postfix', mode: '2770', names: ['queue/idpmap'] },
] as const;

async function makeDirectories(parent: string): Promise<void> {
  for (const { owner, group, mode, names } of DIRECTORIES) {
    await run('install', ['-d', '-o', owner, '-g', group, '-m', mode, ...names], { cwd: parent });
  }
}

async function startMaster({
  configDirectory,
  queueDirectory,
}: Surroundings): Promise<RunningProcess> {
  const asked = await run('postconf', ['-d', '-h', 'daemon_directory'], { env: ENVIRONMENT });
  return startProcess(join(asked.stdout.trim(), 'master'), ['-d', '-c', configDirectory], {
    cwd: queueDirectory,
    // Without these what goes wrong early is told to syslog, which need not be there.
    env: {
      ...ENVIRONMENT,
      POSTLOG_SERVICE: join(queueDirectory, 'public/postlog'),
      POSTLOG_HOSTNAME: 'mx.test',
    },
  });
}

/** The port answers once the first smtpd has read its configuration and opened its maps. */
async function waitForGreeting(
  port: number,
  master: RunningProcess,
  log: () => string,
): Promise<void> {
  const fail = (what: string) =>
    new Error(`postfix ${what}\n${master.output()}\n${log()}`.trimEnd());
  const greets = async () => {
    const end = master.ended();
    if (end !== undefined) throw fail(end);
    return connectSmtp(port).then(
      (client) => client.quit().then(() => true),
      () => false,
    );
  };
  if (!(await until(greets, START_LIMIT_MS))) throw fail(`does not greet on port ${port}`);
}
