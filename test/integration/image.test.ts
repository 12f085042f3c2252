import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, chown, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { logsOf, podman } from '../support/container/engine.ts';
import { productImage } from '../support/container/images.ts';
import { connectClient, makePlace } from '../support/instance.ts';
import { describeWith } from '../support/requirement.ts';
import { toolPath } from '../support/tools/tools.ts';
import { until } from '../support/until.ts';
import { show } from '../support/world.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
/** Cold, Debian's packages and npm's are fetched. */
const BUILD_LIMIT_MS = 15 * 60_000;
const START_LIMIT_MS = 20_000;
/** So long a check that needs no answer would hardly take. */
const HANG_MS = 3000;
/** In place of Postfix's group on the host, which the image does not know. */
const POSTFIX_GID = 123;
/** A file of so many is checked in a process of its own. */
const PEOPLE = 10_000;

const CONFIG = `
listen: unix:/var/spool/postfix/idpmap/socketmap?mode=0660
domains: { example.org: { directory: staff } }
directories: { staff: { type: file, path: people.yaml } }
`;

/** As tight as a Pod of the standard `restricted` is; podman would lay a directory of its own over `/run`. */
const TIGHT = [
  '--read-only',
  '--read-only-tmpfs=false',
  '--tmpfs=/run/idpmap',
  '--cap-drop=all',
  '--security-opt=no-new-privileges',
  '--network=none',
  '--memory=192m',
];

const { version }: Manifest = JSON.parse(await readFile(join(REPOSITORY, 'package.json'), 'utf8'));

interface Manifest {
  readonly version: string;
}

let image = '';

describeWith(['hadolint'], 'the Dockerfile', () => {
  test('is clean', async () => {
    const lint = run(toolPath('hadolint'), [join(REPOSITORY, 'Dockerfile')]);
    await expect(lint).resolves.toEqual({ stdout: '', stderr: '' });
  });
});

describeWith(['root', 'podman'], 'the image', () => {
  beforeAll(async () => {
    image = await productImage();
  }, BUILD_LIMIT_MS);

  test('answers from a file of people, over the socket in a directory that is mounted', async () => {
    const { ask } = await startIdpmap();
    expect(await ask('user1@example.org')).toBe('OK user1@example.org');
    expect(await ask('nobody@example.org')).toBe('NOTFOUND');
  });

  test('makes its socket for the group of the directory, and nobody else', async () => {
    const { socket } = await startIdpmap();
    const { gid, mode } = await stat(socket);
    expect([gid, (mode & 0o777).toString(8)]).toEqual([POSTFIX_GID, '660']);
  });

  test('answers 10 000 people in 192 MiB', async () => {
    const { name, ask } = await startIdpmap();
    const keys = Array.from({ length: PEOPLE }, (_, i) => `user${i}@example.org`);
    const replies = await Promise.all(keys.map(ask));
    expect(replies.filter((reply, i) => reply !== `OK ${keys[i]}`)).toEqual([]);
    expect(await podman('inspect', '--format={{.State.OOMKilled}}', name)).toBe('false');
  });

  test('runs commands that ask the daemon', async () => {
    const { name } = await startIdpmap();
    const printed = await podman('exec', name, 'idpmap', 'explain', 'user1@example.org');
    expect(printed).toContain('Postfix will say 250');
  });

  test('ends on SIGTERM with code 0', async () => {
    const { name } = await startIdpmap();
    await podman('stop', '--time=20', name);
    expect(await podman('inspect', '--format={{.State.ExitCode}}', name)).toBe('0');
  });

  test('keeps its heap below the memory of its container', async () => {
    const program = 'console.log(v8.getHeapStatistics().heap_size_limit / 2 ** 20)';
    const node = ['--entrypoint=/nodejs/bin/node', image, '--eval', program];
    expect(Number(await podman('run', '--rm', ...TIGHT, ...node))).toBeLessThan(192 * 0.8);
  });

  test('is healthy while it answers', async () => {
    const { name } = await startIdpmap();
    expect(await check(name)).toBe('healthy');
  });

  test('is not healthy where it hangs', async () => {
    const { name } = await startIdpmap();
    await podman('kill', '--signal=STOP', name);
    const checked = check(name);
    // Engines give up after the check's own limit; this podman does not.
    expect(await Promise.race([checked, wait(HANG_MS, 'silent')])).not.toBe('healthy');
    await podman('kill', '--signal=KILL', name);
    expect(await checked).toBe('not healthy');
  });

  test('says its version', async () => {
    expect(await podman('run', '--rm', ...TIGHT, image, '--version')).toBe(version);
  });

  test('ends with code 78 and a hint where it is not configured', async () => {
    const name = await start(image);
    expect(await podman('wait', name)).toBe('78');
    expect(await logsOf(name)).toContain('/etc/idpmap/idpmap.yaml');
  });

  test('is described by its labels', async () => {
    const labels = JSON.parse(await inspect('{{json .Config.Labels}}'));
    expect(labels).toMatchObject({
      'org.opencontainers.image.title': 'idpmap',
      'org.opencontainers.image.licenses': 'MIT',
      'org.opencontainers.image.version': version,
    });
  });

  test.each([
    ['a user without rights, by number', '{{.Config.User}}', '65532:65532'],
    [
      'its entry point',
      '{{json .Config.Entrypoint}}',
      '["/nodejs/bin/node","/app/program/idpmap.cjs"]',
    ],
    ['the signal that it ends on', '{{json .Config.StopSignal}}', '"SIGTERM"'],
    ['its ports', '{{json .Config.ExposedPorts}}', '{"9100/tcp":{},"9101/tcp":{}}'],
  ])('names %s', async (_, format, expected) => {
    expect(await inspect(format)).toBe(expected);
  });
});

describeWith(['root', 'podman'], 'the image’s files', () => {
  let files: readonly string[] = [];

  beforeAll(async () => {
    image = await productImage();
    const root = await podman('image', 'mount', image);
    files = await readdir(root, { recursive: true });
  }, BUILD_LIMIT_MS);

  afterAll(() => podman('image', 'unmount', image));

  test.each([
    ['program of idpmap', 'app/program/idpmap.cjs'],
    ['status page', 'app/program/page/index.html'],
    ['code that its Node has made of it', `app/program/daemon.${process.arch}.code`],
    ['licence', 'app/LICENSE'],
    ['chart library of that page', 'app/program/page/uplot.js'],
    ['licences of the packages in it', 'app/program/LICENSES.txt'],
  ])('hold the %s', (_, file) => {
    expect(files).toContain(file);
  });

  test.each([
    ['shell on the path', /(^|\/)(a|ba|da|z|k|c)?sh$/],
    ['package manager', /bin\/(apt|apt-get|dpkg|npm|npx|yarn|corepack)$/],
    ['test', /^app\/.*(\.test\.|\/tests?$)/],
    ['source', /\.[cm]?ts$|^app\/src/],
    ['secret', /(^|\/)(\.env.*|\.npmrc|\.git|.*\.(key|secret))$/],
    ['trace of the build', /^(build|src)(\/|$)|\.npm(\/|$)/],
  ])('hold no %s', (_, pattern) => {
    expect(files.filter((file) => pattern.test(file))).toEqual([]);
  });

  test('hold no package: what is needed of them is in the program', () => {
    expect(files.filter((file) => /(^|\/)node_modules(\/|$)/.test(file))).toEqual([]);
  });
});

interface Running {
  readonly name: string;
  /** Asks for an address and shows the reply: `OK ann@example.org`. */
  readonly ask: (address: string) => Promise<string>;
  /** The path of its socket. */
  readonly socket: string;
}

/** Starts idpmap with people of `example.org`; it is gone when the test is. */
async function startIdpmap(): Promise<Running> {
  const place = await makePlace();
  const etc = join(place, 'etc');
  const sockets = join(place, 'sockets');
  await mkdir(etc);
  // As the Dockerfile's head says it: `install -d -m 2710 -o 65532 -g postfix`.
  await mkdir(sockets);
  await chown(sockets, 65532, POSTFIX_GID);
  await chmod(sockets, 0o2710);
  await writeFile(join(etc, 'idpmap.yaml'), CONFIG);
  await writeFile(join(etc, 'people.yaml'), people());
  const mounts = [
    `--volume=${etc}:/etc/idpmap:ro`,
    `--volume=${sockets}:/var/spool/postfix/idpmap`,
  ];
  const name = await start(...mounts, image);
  const socket = join(sockets, 'socketmap');
  const client = connectClient({ kind: 'unix', path: socket });
  onTestFinished(() => client.close());
  const ask = async (address: string) => show(await client.ask('user-exists', address));
  const isUp = async () => {
    const log = await logsOf(name);
    return ['"listening"', 'people.yaml loaded'].every((text) => log.includes(text));
  };
  if (!(await until(isUp, START_LIMIT_MS)))
    throw new Error(`idpmap does not start: ${await logsOf(name)}`);
  return { name, ask, socket };
}

function people(): string {
  const accounts = Array.from({ length: PEOPLE }, (_, i) => ({ address: `user${i}@example.org` }));
  return JSON.stringify({ accounts });
}

/** Starts a container and gives its name; it is gone when the test is. */
async function start(...args: readonly string[]): Promise<string> {
  const name = `idpmap-image-${randomUUID()}`;
  onTestFinished(async () => {
    await podman('rm', '--force', '--time=0', '--ignore', name);
  });
  await podman('run', '--detach', `--name=${name}`, ...TIGHT, ...args);
  return name;
}

/** Runs the image's health check in a container. */
const check = (name: string): Promise<string> =>
  podman('healthcheck', 'run', name).then(
    () => 'healthy',
    () => 'not healthy',
  );

const inspect = (format: string): Promise<string> =>
  podman('image', 'inspect', `--format=${format}`, image);

const run = promisify(execFile);
