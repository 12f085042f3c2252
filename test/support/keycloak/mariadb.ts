import { execFile } from 'node:child_process';
import { chown, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFreePorts } from '../loopback.ts';
import { type RunningProcess, startProcess } from '../process.ts';
import { makeTemporaryDirectory } from '../temporary.ts';
import { until } from '../until.ts';

const execute = promisify(execFile);
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' };
const START_MS = 30_000;

/** How Keycloak logs in to its database. */
export const DATABASE = { name: 'keycloak', user: 'keycloak', password: 'secret' };

/** A private MariaDB on 127.0.0.1, run by its own user, with an empty database for Keycloak in MariaDB's default collation. */
export interface Mariadb {
  readonly kind: 'mariadb';
  readonly port: number;
  /** Runs statements as its administrator; gives the rows, their columns apart by tabs. */
  sql(statements: string): Promise<readonly string[]>;
  /** Ends all connections of Keycloak's, as a restart or a balancer does; they are there for another moment. */
  cut(): Promise<void>;
  /** Writes the whole database into a file, or takes it from one. */
  dump(file: string): Promise<void>;
  restore(file: string): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Ends it with SIGKILL. */
  kill(): Promise<void>;
  remove(): Promise<void>;
}

/** Starts one, with further `parameters`. Where that fails, nothing is left of it. */
export async function startMariadb(parameters: readonly string[] = []): Promise<Mariadb> {
  const directory = await makeTemporaryDirectory('idpmap-mariadb');
  const [port = 0] = await findFreePorts(1);
  const data = join(directory.path, 'data');
  const socket = join(data, 'sock');
  const asAdministrator = ['--no-defaults', `--socket=${socket}`, '--user=root'];
  let running: RunningProcess | undefined;

  const sql = async (statements: string): Promise<readonly string[]> => {
    const asked = [...asAdministrator, '--skip-column-names', '--batch', '-e', statements];
    const { stdout } = await execute('mariadb', asked, { env: ENVIRONMENT });
    return stdout.split('\n').filter((line) => line !== '');
  };

  const database: Mariadb = {
    kind: 'mariadb',
    port,
    sql,
    cut: async () => {
      const ids = await sql(
        `select id from information_schema.processlist where user = '${DATABASE.user}'`,
      );
      if (ids.length > 0) await sql(ids.map((id) => `kill ${id}`).join(';')).catch(() => {});
    },
    dump: async (file) => {
      const asked = [...asAdministrator, '--single-transaction', `--result-file=${file}`];
      await execute('mariadb-dump', [...asked, DATABASE.name], { env: ENVIRONMENT });
    },
    restore: async (file) => {
      const script = await open(file);
      try {
        const child = execute('mariadb', [...asAdministrator, DATABASE.name], { env: ENVIRONMENT });
        script.createReadStream().pipe(child.child.stdin ?? process.stderr);
        await child;
      } finally {
        await script.close();
      }
    },
    start: async () => {
      const started = startProcess(
        'mariadbd',
        [
          '--no-defaults',
          '--user=mysql',
          `--datadir=${data}`,
          `--tmpdir=${data}`,
          `--socket=${socket}`,
          `--pid-file=${join(data, 'pid')}`,
          `--port=${port}`,
          '--bind-address=127.0.0.1',
          '--innodb-buffer-pool-size=64M',
          // Nobody needs it after this process: without waiting for disks it makes its tables in half the time.
          '--innodb-flush-log-at-trx-commit=0',
          '--innodb-flush-method=nosync',
          '--innodb-file-per-table=0',
          '--skip-innodb-doublewrite',
          ...(parameters.length === 0 ? ['--skip-log-bin'] : parameters),
        ],
        { cwd: directory.path, env: ENVIRONMENT },
      );
      running = started;
      const isUp = await until(async () => {
        const ended = started.ended();
        if (ended !== undefined) throw new Error(`mariadbd ${ended}: ${started.output()}`);
        return sql('select 1').then(
          () => true,
          () => false,
        );
      }, START_MS);
      if (!isUp) throw new Error(`mariadbd is not ready: ${started.output()}`);
    },
    stop: async () => {
      await running?.stop();
      running = undefined;
    },
    kill: async () => {
      if (running !== undefined) process.kill(running.pid, 'SIGKILL');
      await database.stop();
    },
    remove: async () => {
      await database.stop();
      await directory.remove();
    },
  };

  try {
    await install(data);
    await database.start();
    const { name, user, password } = DATABASE;
    await sql(
      `create database ${name} character set utf8mb4; create user ${user}@'127.0.0.1' identified by '${password}'; grant all on ${name}.* to ${user}@'127.0.0.1'`,
    );
    return database;
  } catch (error) {
    await database.remove();
    throw error;
  }
}

/** Makes the data directory, which belongs to MariaDB's own user: it refuses to be root. */
async function install(data: string): Promise<void> {
  await mkdir(data);
  const { stdout } = await execute('id', ['-u', 'mysql'], { env: ENVIRONMENT });
  await chown(data, Number(stdout), -1);
  await execute(
    'mariadb-install-db',
    [
      '--no-defaults',
      '--user=mysql',
      `--datadir=${data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
    ],
    { env: { ...ENVIRONMENT, TMPDIR: data } },
  );
}
