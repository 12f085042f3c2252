import { cp, mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { certificateFiles } from '../ldap/certificates.ts';
import { findFreePorts } from '../loopback.ts';
import { type RunningProcess, startProcess } from '../process.ts';
import { until } from '../until.ts';
import { ADMINISTRATOR } from './admin.ts';
import { environment } from './distribution.ts';

/** The TCP ports of 127.0.0.1 that a server listens on. */
export interface Ports {
  readonly http: number;
  readonly https: number;
  /** Tells whether it is ready. */
  readonly management: number;
}

/** A busy machine takes minutes for the tables of a new database. */
const START_MS = 300_000;
const STOP_MS = 60_000;

/** What is shared between servers that were built alike; each has its own data, and its own script to find that. */
const SHARED = ['conf', 'lib', 'providers', 'themes', 'version.txt'];

/** Lays a server out in the empty `directory`, without data. */
export async function layOut(directory: string, tree: string): Promise<void> {
  for (const name of SHARED) await symlink(join(tree, name), join(directory, name));
  await mkdir(join(directory, 'bin'));
  await mkdir(join(directory, 'data'));
  await cp(join(tree, 'bin', 'kc.sh'), join(directory, 'bin', 'kc.sh'));
}

/** Finds ports that are free just now. */
export async function findPorts(): Promise<Ports> {
  const [http = 0, https = 0, management = 0] = await findFreePorts(3);
  return { http, https, management };
}

/** Starts the server in `directory`, beside its certificates, and waits until it is ready. */
export async function launch(
  directory: string,
  ports: Ports,
  parameters: readonly string[],
): Promise<RunningProcess> {
  const { cert, key, ca } = certificateFiles(directory);
  const running = startProcess(
    join(directory, 'bin', 'kc.sh'),
    [
      'start',
      '--optimized',
      '--cache=local',
      '--hostname-strict=false',
      '--http-enabled=true',
      '--http-host=127.0.0.1',
      `--http-port=${ports.http}`,
      `--https-port=${ports.https}`,
      `--https-certificate-file=${cert}`,
      `--https-certificate-key-file=${key}`,
      `--https-trust-store-file=${ca}`,
      `--http-management-port=${ports.management}`,
      '--http-management-scheme=http',
      ...parameters,
    ],
    {
      cwd: directory,
      env: environment({
        KC_BOOTSTRAP_ADMIN_USERNAME: ADMINISTRATOR.username,
        KC_BOOTSTRAP_ADMIN_PASSWORD: ADMINISTRATOR.password,
        JAVA_OPTS_KC_HEAP: '-Xms256m -Xmx768m',
      }),
    },
  );
  try {
    await isReady(running, ports.management);
    return running;
  } catch (error) {
    await running.stop();
    throw error;
  }
}

/** Tells it to stop, and waits until it has closed its database: longer than other servers may take. */
export async function endGently(running: RunningProcess): Promise<void> {
  if (running.ended() === undefined) process.kill(running.pid, 'SIGTERM');
  await until(() => running.ended() !== undefined, STOP_MS);
}

async function isReady(running: RunningProcess, port: number): Promise<void> {
  const isUp = await until(async () => {
    const ended = running.ended();
    if (ended !== undefined) throw new Error(`keycloak ${ended}: ${running.output()}`);
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
    return answer?.ok === true;
  }, START_MS);
  if (!isUp) throw new Error(`keycloak is not ready: ${running.output()}`);
}
