import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Endpoint } from '../../src/net/endpoint.ts';
import { startSlapd } from '../support/ldap/slapd.ts';
import { findFreePorts } from '../support/loopback.ts';
import { askingAt } from '../support/postfix/config.ts';
import { type Postfix, startPostfix } from '../support/postfix/postfix.ts';
import { type FaultProxy, startFaultProxy } from '../support/proxy.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

/** A mail system whose every part can be spoilt: OpenLDAP behind a proxy, the daemon, and a real Postfix. */
export interface Stage extends AsyncDisposable {
  readonly postfix: Postfix;
  /** Between the daemon and its directory. */
  readonly proxy: FaultProxy;
  readonly pid: number;
  /** How the daemon ended; absent while it runs. */
  readonly ended: () => string | undefined;
  readonly unix: Endpoint;
  readonly tcp: Endpoint;
  readonly http: Endpoint;
  /** Where the daemon says what it holds. */
  readonly gauge: string;
  /** Whether anybody reads the daemon's log. */
  readonly readLog: (is: 'read' | 'left') => void;
  /** Whether the place of its files is there. */
  readonly keepDisk: (is: 'there' | 'gone') => Promise<void>;
  /** The last lines of its log that are read. */
  readonly log: () => string;
}

const ROOT = join(import.meta.dirname, '../..');
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 10_000;
const MOST_LOG = 64 * 1024;

/** Starts all of it. */
export async function openStage(): Promise<Stage> {
  await using resources = new AsyncDisposableStack();
  const temporary = await makeTemporaryDirectory('idpmap-soak');
  resources.defer(() => temporary.remove());
  const place = temporary.path;
  const files = join(place, 'files');
  await mkdir(files);
  const server = await startSlapd();
  resources.defer(() => server.remove());
  const proxy = await startFaultProxy(server.securePort);
  resources.defer(() => proxy.stop());
  const [port = 0, httpPort = 0] = await findFreePorts(2);
  const tcp = { kind: 'tcp', host: '127.0.0.1', port } as const;
  const settings = {
    listen: [`unix:${place}/socketmap?mode=0666`, `tcp://127.0.0.1:${port}`],
    http: { endpoint: `tcp://127.0.0.1:${httpPort}` },
    control: join(place, 'control'),
    state: join(files, 'state'),
    domains: { 'example.test': { directory: 'staff' } },
    directories: {
      staff: {
        type: 'ldap',
        urls: `ldaps://127.0.0.1:${proxy.port}`,
        tls: { ca: server.ca, serverName: server.serverName },
        bind: { dn: server.bindDn, password: { file: 'password' } },
        base: server.base,
        accounts: { mailOnly: 'employeeType=shared' },
      },
    },
    // Fresh for a moment, so that the directory is asked all the time; small, so that it is full soon.
    cache: {
      fresh: '200ms',
      freshNone: '100ms',
      entries: { found: 1000, none: 1000, unknown: 1000 },
      file: join(files, 'memory'),
      saveEvery: '1s',
    },
    log: { level: 'debug' },
  };
  await writeFile(join(place, 'password'), server.password, { mode: 0o600 });
  await writeFile(join(place, 'idpmap.yaml'), stringify(settings));
  const gauge = join(place, 'gauge');
  const daemon = startDaemon(join(place, 'idpmap.yaml'), gauge);
  resources.defer(() => stop(daemon));
  let log = '';
  daemon.stderr?.setEncoding('utf8');
  daemon.stderr?.on('data', (text: string) => {
    log = (log + text).slice(-MOST_LOG);
  });
  const ended = (): string | undefined =>
    daemon.exitCode === null && daemon.signalCode === null
      ? undefined
      : `ended with ${daemon.exitCode ?? daemon.signalCode}`;
  await until(() => log.includes('"listening"') || ended() !== undefined, START_LIMIT_MS);
  if (!log.includes('"listening"')) throw new Error(`the daemon does not listen\n${log}`);
  const postfix = await startPostfix({
    mainCf: {
      ...askingAt(port),
      virtual_transport: 'discard:',
    },
  });
  resources.defer(() => postfix.stop());
  const owned = resources.move();
  return {
    postfix,
    proxy,
    pid: daemon.pid ?? 0,
    ended,
    unix: { kind: 'unix', path: join(place, 'socketmap') },
    tcp,
    http: { kind: 'tcp', host: '127.0.0.1', port: httpPort },
    gauge,
    readLog: (is) => {
      if (is === 'read') daemon.stderr?.resume();
      else daemon.stderr?.pause();
    },
    keepDisk: async (is) => {
      const away = `${files}.away`;
      if (is === 'gone') {
        await rename(files, away);
        // What is written there now fails: it is no directory.
        await writeFile(files, '');
      } else {
        await rm(files);
        await rename(away, files);
      }
    },
    log: () => log,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function startDaemon(config: string, gauge: string): ChildProcess {
  const hook = join(ROOT, 'test/soak/hook.ts');
  return spawn(
    process.execPath,
    ['--expose-gc', '--import', hook, 'src/cli.ts', 'serve', '--config', config],
    { cwd: ROOT, env: { SOAK_GAUGE: gauge }, stdio: ['ignore', 'ignore', 'pipe'] },
  );
}

async function stop(daemon: ChildProcess): Promise<void> {
  daemon.stderr?.resume();
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  const gone = once(daemon, 'exit');
  daemon.kill('SIGTERM');
  const timer = setTimeout(() => daemon.kill('SIGKILL'), STOP_LIMIT_MS);
  await gone;
  clearTimeout(timer);
}
