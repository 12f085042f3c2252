import { execFile } from 'node:child_process';
import { chown, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFreePorts } from '../loopback.ts';
import { type RunningProcess, startProcess } from '../process.ts';
import { makeTemporaryDirectory } from '../temporary.ts';
import { until } from '../until.ts';

const execute = promisify(execFile);
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8', TZ: 'UTC' };
const START_MS = 30_000;

/** A private PostgreSQL on 127.0.0.1 and on a socket, run by its own user: it refuses to be root. */
export interface Postgresql {
  readonly port: number;
  /** The directory of its socket. */
  readonly socket: string;
  /** Where its data lie. */
  readonly data: string;
  /** Runs statements as its administrator, in the database `mail` unless another is named; gives the rows, columns apart by tabs. */
  sql(statements: string, database?: string): Promise<readonly string[]>;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Ends it and all that it started with SIGKILL. */
  kill(): Promise<void>;
  /** Starts a copy of it, which follows it. */
  copy(): Promise<Postgresql>;
  remove(): Promise<void>;
}

/** How the tests log in. */
export const ACCESS = { database: 'mail', user: 'idpmap', password: 'secret' };

/** Starts one, with an empty database `mail` and a role that may log in with a password. `lines` go into its configuration. */
export async function startPostgresql(lines: readonly string[] = []): Promise<Postgresql> {
  const database = await create(async (data) => {
    await asPostgres('initdb', [
      `--pgdata=${data}`,
      '--username=postgres',
      '--encoding=UTF8',
      '--locale=C.UTF-8',
      '--auth-local=trust',
      '--auth-host=scram-sha-256',
      '--no-sync',
    ]);
  }, lines);
  try {
    await database.sql(
      `create role ${ACCESS.user} login password '${ACCESS.password}'; create database ${ACCESS.database}`,
      'postgres',
    );
    return database;
  } catch (error) {
    await database.remove();
    throw error;
  }
}

async function create(
  fill: (data: string) => Promise<unknown>,
  lines: readonly string[],
): Promise<Postgresql> {
  const directory = await makeTemporaryDirectory('idpmap-pg');
  const [port = 0] = await findFreePorts(1);
  const data = join(directory.path, 'data');
  const socket = join(directory.path, 'run');
  let running: RunningProcess | undefined;
  const copies: Postgresql[] = [];

  const sql = async (statements: string, name = ACCESS.database): Promise<readonly string[]> => {
    const parameters = [
      '--no-psqlrc',
      `--host=${socket}`,
      `--port=${port}`,
      '--username=postgres',
      '--tuples-only',
      '--no-align',
      '--quiet',
      '--field-separator=\t',
      '--set=ON_ERROR_STOP=1',
      `--dbname=${name}`,
    ];
    // Each statement on its own, as typed: some may stand in no transaction.
    const child = execute('psql', parameters, { env: ENVIRONMENT });
    child.child.stdin?.end(statements);
    const { stdout } = await child;
    return stdout.split('\n').filter((line) => line !== '');
  };

  const database: Postgresql = {
    port,
    socket,
    data,
    sql,
    start: async () => {
      const started = startProcess(
        'setpriv',
        [
          ...(await asUser()),
          join(await binaries(), 'postgres'),
          '-D',
          data,
          '-p',
          String(port),
          '-k',
          socket,
          '-h',
          '127.0.0.1',
        ],
        { cwd: directory.path, env: ENVIRONMENT },
      );
      running = started;
      const isUp = await until(async () => {
        const ended = started.ended();
        if (ended !== undefined) throw new Error(`postgres ${ended}: ${started.output()}`);
        return sql('select 1', 'postgres').then(
          () => true,
          () => false,
        );
      }, START_MS);
      if (!isUp) throw new Error(`postgres is not ready: ${started.output()}`);
    },
    stop: async () => {
      // At once, as an administrator does who does not wait for clients.
      if (running?.ended() === undefined && running !== undefined)
        process.kill(running.pid, 'SIGINT');
      await running?.stop();
      running = undefined;
    },
    kill: async () => {
      if (running !== undefined) process.kill(-running.pid, 'SIGKILL');
      await running?.stop();
      running = undefined;
    },
    copy: async () => {
      const made = await create(async (into) => {
        await asPostgres('pg_basebackup', [
          `--pgdata=${into}`,
          `--host=${socket}`,
          `--port=${port}`,
          '--username=postgres',
          '--checkpoint=fast',
          '--wal-method=stream',
          '--write-recovery-conf',
          '--no-sync',
        ]);
      }, []);
      copies.push(made);
      return made;
    },
    remove: async () => {
      await Promise.all(copies.map((each) => each.remove()));
      await database.stop();
      await directory.remove();
    },
  };

  try {
    const { uid } = await owner();
    await mkdir(socket);
    await chown(socket, uid, -1);
    await chown(directory.path, uid, -1);
    await fill(data);
    await writeFile(
      join(data, 'postgresql.auto.conf'),
      [
        'fsync = off',
        'synchronous_commit = off',
        'full_page_writes = off',
        'shared_buffers = 32MB',
        'max_connections = 60',
        'wal_level = replica',
        'hot_standby = on',
        ...((await readdir(data)).includes('standby.signal')
          ? [`primary_conninfo = '${await followed(data)}'`]
          : []),
        ...lines,
        '',
      ].join('\n'),
    );
    await database.start();
    return database;
  } catch (error) {
    await database.remove();
    throw error;
  }
}

/** What `pg_basebackup` wrote down of the server to follow. */
async function followed(data: string): Promise<string> {
  const { stdout } = await execute('sed', [
    '-n',
    "s/^primary_conninfo = '\\(.*\\)'$/\\1/p",
    join(data, 'postgresql.auto.conf'),
  ]);
  return stdout.trim();
}

async function asPostgres(command: string, parameters: readonly string[]): Promise<void> {
  const where = join(await binaries(), command);
  await execute('setpriv', [...(await asUser()), where, ...parameters], {
    env: ENVIRONMENT,
    cwd: '/',
  });
}

async function asUser(): Promise<readonly string[]> {
  const { uid, gid } = await owner();
  return [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
}

/** Debian's own user of PostgreSQL. */
async function owner(): Promise<{ uid: number; gid: number }> {
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => {
      const { stdout } = await execute('id', [flag, 'postgres'], { env: ENVIRONMENT });
      return Number(stdout);
    }),
  );
  if (uid === undefined || gid === undefined) throw new Error('there is no user postgres');
  return { uid, gid };
}

/** Debian keeps the server's programs of each version in a directory of their own. */
async function binaries(): Promise<string> {
  const versions = await readdir('/usr/lib/postgresql');
  const newest = versions.toSorted((a, b) => Number(a) - Number(b)).at(-1) ?? '';
  return join('/usr/lib/postgresql', newest, 'bin');
}
