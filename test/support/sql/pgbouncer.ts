import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFreePorts } from '../loopback.ts';
import { startProcess } from '../process.ts';
import { makeTemporaryDirectory } from '../temporary.ts';
import { until } from '../until.ts';
import { ACCESS } from './postgresql.ts';

const execute = promisify(execFile);
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' };
const START_MS = 20_000;

/** A private PgBouncer on 127.0.0.1 that lends two sessions of a PostgreSQL to whoever comes. */
export interface Pgbouncer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts one in front of the server at `server`. */
export async function startPgbouncer(
  server: number,
  mode: 'session' | 'transaction',
): Promise<Pgbouncer> {
  await using resources = new AsyncDisposableStack();
  const place = await makeTemporaryDirectory('idpmap-pgbouncer');
  resources.defer(() => place.remove());
  const [port = 0] = await findFreePorts(1);
  const users = join(place.path, 'users');
  const settings = join(place.path, 'pgbouncer.ini');
  await writeFile(users, `"${ACCESS.user}" "${ACCESS.password}"\n`);
  await writeFile(
    settings,
    `[databases]
${ACCESS.database} = host=127.0.0.1 port=${server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = ${mode}
default_pool_size = ${mode === 'session' ? 6 : 2}
`,
  );
  // It refuses to be root.
  await execute('chown', ['-R', 'postgres', place.path], { env: ENVIRONMENT });
  const running = startProcess('pgbouncer', ['--user=postgres', settings], {
    cwd: place.path,
    env: ENVIRONMENT,
  });
  resources.defer(() => running.stop());
  const isUp = await until(() => {
    const ended = running.ended();
    if (ended !== undefined) throw new Error(`pgbouncer ${ended}: ${running.output()}`);
    return listens(port);
  }, START_MS);
  if (!isUp) throw new Error(`pgbouncer is not ready: ${running.output()}`);
  const owned = resources.move();
  return { port, stop: () => owned.disposeAsync() };
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
