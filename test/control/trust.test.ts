import { chmod, chown, lstat, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { connectControl, NoDaemonError, sendCommand } from '../../src/control/client.ts';
import { defaultControlPath } from '../../src/control/path.ts';
import type { Handlers } from '../../src/control/protocol.ts';
import { type ControlServer, openControl } from '../../src/control/server.ts';
import { silentLog } from '../../src/log.ts';
import { EndpointError } from '../../src/net/errors.ts';
import { REFUSING } from '../support/handlers.ts';
import { makePlace } from '../support/instance.ts';
import { serveLoopback } from '../support/loopback.ts';
import { describeWith } from '../support/requirement.ts';

const me = process.getuid?.() ?? 0;
const HANDLERS: Handlers = {
  ...REFUSING,
  lookup: async ({ key }) => ({ status: 'OK', data: key }),
};

let temporary: string;

beforeEach(async () => {
  temporary = await makePlace();
  vi.stubEnv('TMPDIR', temporary);
  return () => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
  };
});

/** What a user without any variables is given; this process is `user` until the test ends. */
function pathOf(user: number): { readonly path: string; readonly directory: string } {
  vi.spyOn(process, 'getuid').mockReturnValue(user);
  const directory = join(temporary, `idpmap-${user}`);
  const path = join(directory, 'control');
  // Root has a place of his own.
  if (user !== 0) expect(defaultControlPath({}, 'daemon')).toBe(path);
  return { path, directory };
}

async function open(path: string): Promise<ControlServer> {
  const control = await openControl(path, HANDLERS, silentLog);
  onTestFinished(() => control.close());
  await control.publish();
  return control;
}

const ask = (path: string) => sendCommand(path, 'lookup', { map: 'm', key: 'k' });

test('a directory that the daemon makes among temporary files is its own, and asked in', async () => {
  const { path, directory } = pathOf(me);
  await open(path);
  expect((await lstat(directory)).mode & 0o777).toBe(0o700);
  expect(await ask(path)).toEqual({ status: 'OK', data: 'k' });
});

test.each([0o700, 0o750, 0o755])('one of mode %o that was there is taken', async (mode) => {
  const { path, directory } = pathOf(me);
  await mkdir(directory, { mode });
  await open(path);
  expect(await ask(path)).toEqual({ status: 'OK', data: 'k' });
});

describe.each([
  [
    'that somebody else made',
    me + 7,
    async (directory: string) => {
      await mkdir(directory, { mode: 0o700 });
    },
    `belongs to user ${me}`,
  ],
  [
    'that everybody may write',
    me,
    async (directory: string) => {
      await mkdir(directory);
      await chmod(directory, 0o777);
    },
    'has mode 777 and may be written by others',
  ],
  [
    'that everybody may write, and nobody remove from',
    me,
    async (directory: string) => {
      await mkdir(directory);
      await chmod(directory, 0o1777);
    },
    'has mode 777 and may be written by others',
  ],
  [
    'that a group may write',
    me,
    async (directory: string) => {
      await mkdir(directory);
      await chmod(directory, 0o770);
    },
    'has mode 770 and may be written by others',
  ],
  [
    'that is a link to a right one',
    me,
    async (directory: string) => {
      const right = await makePlace();
      await symlink(right, directory);
    },
    `is no directory, user ${me} made it`,
  ],
])('a directory among temporary files %s', (_, user, make, fault) => {
  test('is refused by the daemon, which leaves nothing there', async () => {
    const { path, directory } = pathOf(user);
    await make(directory);
    const opening = open(path);
    await expect(opening).rejects.toThrow(EndpointError);
    await expect(opening).rejects.toThrow(
      `unix:${path} is not safe: ${directory} ${fault}, who could answer in the daemon's place: ${fault.startsWith('has') ? `chmod 700 ${directory}` : 'have root remove it'}, or set XDG_RUNTIME_DIR or "control" to a place of your own`,
    );
    expect(await readdir(directory)).toEqual([]);
  });

  test('is refused by commands, before anybody there is asked', async () => {
    const { path, directory } = pathOf(user);
    await make(directory);
    let connections = 0;
    const stranger = await serveLoopback(async (socket) => {
      connections += 1;
      socket.end('{"result":{"status":"NOTFOUND"}}\n');
    }, path);
    onTestFinished(() => stranger.stop());
    await expect(ask(path)).rejects.toThrow(`is not safe: ${directory} ${fault}`);
    expect(connections).toBe(0);
  });
});

test('a directory that the configuration names may be a group’s', async () => {
  const path = join(temporary, 'shared', 'control');
  await mkdir(join(temporary, 'shared'));
  await chmod(join(temporary, 'shared'), 0o770);
  await open(path);
  expect(await ask(path)).toEqual({ status: 'OK', data: 'k' });
});

test('a directory that the configuration names is not everybody’s', async () => {
  await mkdir(join(temporary, 'shared'));
  await chmod(join(temporary, 'shared'), 0o777);
  await expect(open(join(temporary, 'shared', 'control'))).rejects.toThrow('is not safe');
});

test('where nothing is, the daemon is not there', async () => {
  await expect(connectControl(pathOf(me + 7).path)).rejects.toThrow(NoDaemonError);
});

describeWith(['root'], 'a socket of somebody else', () => {
  test.each([
    ['in the daemon’s place', 65_534, 4242, false],
    ['of root’s', 65_534, 0, true],
    ['of its own user', 65_534, 65_534, true],
    ['that root asks', 0, 4242, true],
  ])('%s', async (_, user, owner, isAsked) => {
    const { path } = await open(join(temporary, 'control'));
    await chown(path, owner, owner);
    pathOf(user);
    const asking = ask(path);
    if (isAsked) expect(await asking).toEqual({ status: 'OK', data: 'k' });
    else
      await expect(asking).rejects.toThrow(
        `unix:${path} belongs to user ${owner}: it is no daemon of user ${user}; run as that user`,
      );
    await rm(path, { force: true });
  });
});
