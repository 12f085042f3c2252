import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../../src/log.ts';
import type { UnixEndpoint } from '../../src/net/endpoint.ts';
import type { BoundListener, ListenOptions } from '../../src/net/listening.ts';
import { bindUnix } from '../../src/net/unix.ts';
import { ok } from '../../src/socketmap/protocol.ts';
import { createSocketmapServer } from '../../src/socketmap/server.ts';
import { makePlace } from '../support/instance.ts';
import { describeWith } from '../support/requirement.ts';
import { connectRaw, frames } from '../support/socketmap/socketmap.ts';

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await makePlace();
  path = join(directory, 's');
});

function bind(options: Partial<UnixEndpoint> = {}, takeover?: 'yes'): Promise<BoundListener> {
  const server = createSocketmapServer({ route: (_, key) => ok(key) });
  onTestFinished(() => server.drain(1000));
  const where: ListenOptions = { endpoint: { kind: 'unix', path, ...options } };
  return server.bind(takeover === undefined ? where : { ...where, takeover });
}

async function listen(options?: Partial<UnixEndpoint>, takeover?: 'yes'): Promise<BoundListener> {
  const bound = await bind(options, takeover);
  await bound.publish();
  return bound;
}

async function expectAnswer({ endpoint }: BoundListener): Promise<void> {
  const client = await connectRaw(endpoint);
  client.socket.write(frames('m a'));
  expect(await client.reads(frames('OK a'))).toBe(frames('OK a'));
  client.socket.destroy();
}

test.each([0o000, 0o022, 0o077, 0o777])(
  'has its mode whatever the umask, which stays: %o',
  async (umask) => {
    const before = process.umask(umask);
    onTestFinished(() => {
      process.umask(before);
    });
    const bound = bind({ mode: 0o662 });
    await bound;
    expect(process.umask()).toBe(umask);
    await (await bound).publish();
    expect(statSync(path).mode & 0o777).toBe(0o662);
  },
);

describe('a link that somebody puts in its place while it is opened', () => {
  /** Opens it; as soon as it is bound, `swap` may do what others can who write to the directory. */
  async function bindWhile(options: Partial<UnixEndpoint>, swap: (aside: string) => void) {
    const server = createServer();
    onTestFinished(() => {
      server.close();
    });
    server.once('listening', () => {
      const [aside = ''] = readdirSync(directory).filter((name) => name.startsWith('.s.'));
      swap(join(directory, aside));
    });
    const endpoint = { kind: 'unix', path, ...options } as const;
    return bindUnix(server, endpoint, { log: silentLog }).catch(() => undefined);
  }

  test.each([0o600, 0o660, 0o666])('changes no mode of what it leads to: %o', async (mode) => {
    const secret = join(directory, 'secret');
    writeFileSync(secret, 'precious', { mode: 0o640 });
    await bindWhile({ mode }, (aside) => {
      renameSync(aside, join(directory, 'gone'));
      symlinkSync(secret, aside);
    });
    expect(statSync(secret).mode & 0o777).toBe(0o640);
  });

  test('changes no group of what it leads to', async () => {
    const secret = join(directory, 'secret');
    writeFileSync(secret, 'precious');
    const { gid } = statSync(secret);
    await bindWhile({ group: '4711' }, (aside) => {
      renameSync(aside, join(directory, 'gone'));
      symlinkSync(secret, aside);
    });
    expect(statSync(secret).gid).toBe(gid);
  });

  test('is left there when it is closed, with what it leads to', async () => {
    const listener = await listen();
    renameSync(path, join(directory, 'moved'));
    symlinkSync(join(directory, 'moved'), path);
    await listener.close(1000);
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(lstatSync(join(directory, 'moved')).isSocket()).toBe(true);
  });
});

describe('a directory that anybody may write', () => {
  const open = (name: string, mode: number): string => {
    const place = join(directory, name);
    mkdirSync(place);
    chmodSync(place, mode);
    return place;
  };

  test.each([
    ['itself', (place: string) => place],
    [
      'one above',
      (place: string) => {
        mkdirSync(join(place, 'own'), { mode: 0o700 });
        return join(place, 'own');
      },
    ],
    [
      'through a link',
      (place: string) => {
        symlinkSync(place, join(directory, 'link'));
        return join(directory, 'link');
      },
    ],
    [
      'through a link to one below',
      (place: string) => {
        mkdirSync(join(place, 'below'), { mode: 0o700 });
        symlinkSync(join(place, 'below'), join(directory, 'link'));
        return join(directory, 'link');
      },
    ],
  ])('is refused: %s', async (_, place) => {
    const unsafe = open('unsafe', 0o777);
    const wanted = { path: join(place(unsafe), 's') };
    const reason = `is not safe: anybody may write to ${unsafe}, and answer in its place: chmod o-w ${unsafe}, or choose a directory of its own`;
    await expect(listen(wanted)).rejects.toThrow(reason);
    await expect(listen(wanted, 'yes')).rejects.toThrow(reason);
  });

  test.each([
    ['only where files are their owners’', 0o1777],
    ['not, but a group', 0o770],
    ['not, nor a group', 0o755],
  ])('%s is taken', async (_, mode) => {
    await expectAnswer(await listen({ path: join(open('safe', mode), 's') }));
  });

  test('is found out before it is published', async () => {
    const place = open('changing', 0o755);
    const bound = await bind({ path: join(place, 's') });
    chmodSync(place, 0o777);
    await expect(bound.publish()).rejects.toThrow('is not safe');
  });
});

describeWith(['root'], 'as root', () => {
  test('is taken where a volume is mounted that all in a Pod may write', async () => {
    const volume = join(directory, 'with space');
    mkdirSync(volume);
    spawnSync('mount', ['-t', 'tmpfs', '-o', 'mode=0777', 'tmpfs', volume]);
    onTestFinished(() => {
      spawnSync('umount', ['-l', volume]);
    });
    expect(statSync(volume).mode & 0o7777).toBe(0o777);
    const listener = await listen({ path: join(volume, 's') });
    await expectAnswer(listener);
    await listener.close(1000);
  });
});
