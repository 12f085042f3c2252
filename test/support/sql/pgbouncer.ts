import { chmod, chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePorts } from '../loopback.ts';
import { startProcess } from '../process.ts';
import { makeTemporaryDirectory } from '../temporary.ts';
import { until } from '../until.ts';
import { ACCESS } from './postgresql.ts';

const START_MS = 20_000;

/** A PgBouncer before a server on loopback. */
export interface Pgbouncer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts one that lends a few sessions, to transactions or to clients. It refuses to be root, and is nobody. */
export async function startPgbouncer(
  serverPort: number,
  mode: 'transaction' | 'session' = 'transaction',
): Promise<Pgbouncer> {
  const directory = await makeTemporaryDirectory('idpmap-pgbouncer');
  const [port = 0] = await findFreePorts(1);
  const users = join(directory.path, 'users');
  const configuration = join(directory.path, 'pgbouncer.ini');
  await writeFile(users, `"${ACCESS.user}" "${ACCESS.password}"\n`);
  await writeFile(
    configuration,
    `[databases]
${ACCESS.database} = host=127.0.0.1 port=${serverPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
pool_mode = ${mode}
default_pool_size = ${mode === 'session' ? 6 : 2}
auth_type = plain
auth_file = ${users}
`,
  );
  await chmod(directory.path, 0o755);
  await Promise.all([users, configuration].map((file) => chown(file, NOBODY, NOBODY)));
  const started = startProcess(
    'setpriv',
    [
      `--reuid=${NOBODY}`,
      `--regid=${NOBODY}`,
      '--clear-groups',
      '/usr/sbin/pgbouncer',
      configuration,
    ],
    { cwd: '/', env: { PATH: '/usr/sbin:/usr/bin' } },
  );
  const stop = async (): Promise<void> => {
    await started.stop();
    await directory.remove();
  };
  const isUp = await until(
    () => /process up/.test(started.output()) || started.ended() !== undefined,
    START_MS,
  );
  if (isUp && started.ended() === undefined) return { port, stop };
  await stop();
  throw new Error(`pgbouncer is not ready: ${started.output()}`);
}

const NOBODY = 65_534;
