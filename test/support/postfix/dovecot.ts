import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startProcess } from '../process.ts';
import { makeTemporaryDirectory } from '../temporary.ts';
import { until } from '../until.ts';

const run = promisify(execFile);

/** What a private Dovecot is told. */
export interface DovecotOptions {
  /** Lines of dovecot.conf: where mail lies, who is there, where it listens. */
  readonly settings: string;
  /** The Unix socket that those lines name; it is up once that is there. */
  readonly socket: string;
}

/** A private Dovecot that delivers by LMTP. Needs root and the package `dovecot-lmtpd`. */
export interface Dovecot {
  /** Gives what it knows of an address, or of those that match a pattern, as `doveadm user` prints it; rejects if it fails. */
  user(mask: string): Promise<string>;
  /** What it has logged. */
  log(): string;
  /** Ends all its processes and removes its files; mail stays. */
  stop(): Promise<void>;
}

const START_LIMIT_MS = 20_000;

/** Its programs get nothing of the test's own environment. */
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C', TZ: 'UTC' };

/** Starts an instance and waits until it listens. */
export async function startDovecot({ settings, socket }: DovecotOptions): Promise<Dovecot> {
  await using resources = new AsyncDisposableStack();
  const directory = await makeTemporaryDirectory('idpmap-dovecot');
  const { path } = directory;
  resources.defer(() => directory.remove());
  for (const name of ['run', 'state']) await mkdir(join(path, name));
  const file = join(path, 'dovecot.conf');
  await writeFile(file, `${surroundings(path)}${settings}`);
  const master = startProcess('dovecot', ['-F', '-c', file], { cwd: path, env: ENVIRONMENT });
  resources.defer(() => master.stop());
  await until(() => existsSync(socket) || master.ended() !== undefined, START_LIMIT_MS);
  if (!existsSync(socket) || master.ended() !== undefined)
    throw new Error(`dovecot ${master.ended() ?? 'does not listen'}\n${master.output()}`);
  const owned = resources.move();
  return {
    user: async (mask) => {
      const asked = await run('doveadm', ['-c', file, 'user', mask], { env: ENVIRONMENT });
      return asked.stdout;
    },
    log: () => master.output(),
    stop: () => owned.disposeAsync(),
  };
}

/** What Debian's own configuration says, and a place for everything. Nobody can log in. */
const surroundings = (place: string): string => `
protocols = lmtp
base_dir = ${join(place, 'run')}
state_dir = ${join(place, 'state')}
log_path = /dev/stderr
ssl = no
passdb {
  driver = passwd-file
  args = /dev/null
}
`;
