import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findFreePorts } from '../loopback.ts';
import { startProcess } from '../process.ts';
import { makeTemporaryDirectory } from '../temporary.ts';
import { until } from '../until.ts';
import { ADMINISTRATOR, type Admin, createAdmin } from './admin.ts';
import { environment, tarball } from './distribution.ts';
import { layOut } from './instance.ts';
import { keep } from './kept.ts';

const execute = promisify(execFile);
const START_MS = 300_000;

/** A Keycloak of another version, with nothing in it but the realm `master`. */
export interface KeycloakVersion {
  readonly url: string;
  /** The directory of its programs. */
  readonly home: string;
  readonly admin: Admin;
  remove(): Promise<void>;
}

/** Starts one; its tree, and the tables of its database, are kept between runs. */
export async function startVersion(version: string): Promise<KeycloakVersion> {
  const home = await keep(`version-${version}`, async (tree) => {
    await execute('tar', ['xzf', await tarball(version), '--strip-components=1', '-C', tree]);
    const parameters = [
      'build',
      '--db=dev-file',
      '--health-enabled=true',
      ...cache(version, 'build'),
    ];
    await execute(join(tree, 'bin', 'kc.sh'), parameters, { env: environment() });
  });
  const tables = await keep(`tables-${version}`, async (directory) => {
    const first = await launch(version, home);
    try {
      await first.stop();
      await execute('cp', ['-a', join(first.directory, 'data', 'h2'), directory]);
    } finally {
      await first.remove();
    }
  });
  const { url, remove } = await launch(version, home, join(tables, 'h2'));
  return { url, home, admin: createAdmin(url), remove };
}

/** Before 26 the cache is decided when a server is built, since then when it starts. */
const cache = (version: string, when: 'build' | 'start'): readonly string[] =>
  Number.parseInt(version, 10) < 26 === (when === 'build') ? ['--cache=local'] : [];

async function launch(version: string, home: string, tables?: string) {
  const place = await makeTemporaryDirectory('idpmap-keycloak-version');
  const [port = 0, management = 0] = await findFreePorts(2);
  await layOut(place.path, home);
  await mkdir(join(place.path, 'data'), { recursive: true });
  if (tables !== undefined) await execute('cp', ['-a', tables, join(place.path, 'data', 'h2')]);
  const { username, password } = ADMINISTRATOR;
  const running = startProcess(
    join(place.path, 'bin', 'kc.sh'),
    [
      'start',
      '--optimized',
      ...cache(version, 'start'),
      '--hostname-strict=false',
      '--http-enabled=true',
      '--http-host=127.0.0.1',
      `--http-port=${port}`,
      // Before 25 there is none.
      ...(Number.parseInt(version, 10) < 25 ? [] : [`--http-management-port=${management}`]),
    ],
    {
      cwd: place.path,
      env: environment({
        KEYCLOAK_ADMIN: username,
        KEYCLOAK_ADMIN_PASSWORD: password,
        KC_BOOTSTRAP_ADMIN_USERNAME: username,
        KC_BOOTSTRAP_ADMIN_PASSWORD: password,
        JAVA_OPTS_KC_HEAP: '-Xms128m -Xmx640m',
      }),
    },
  );
  const url = `http://127.0.0.1:${port}`;
  const remove = async (): Promise<void> => {
    await running.stop();
    await place.remove();
  };
  try {
    const isUp = await until(async () => {
      const ended = running.ended();
      if (ended !== undefined) throw new Error(`keycloak ${version} ${ended}: ${running.output()}`);
      const answer = await fetch(`${url}/realms/master`).catch(() => undefined);
      return answer?.ok === true;
    }, START_MS);
    if (!isUp) throw new Error(`keycloak ${version} is not ready: ${running.output()}`);
  } catch (error) {
    await remove();
    throw error;
  }
  return { url, directory: place.path, stop: () => running.stop(), remove };
}
