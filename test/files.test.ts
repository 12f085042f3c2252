import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createTurns, FileError, lookAtFile, readOpen, readRegularFile } from '../src/files.ts';
import { makePlace } from './support/instance.ts';

const LIMIT_MS = 2000;

/** An operation on a mount that hangs: it ends when the mount comes back. */
function createHanging() {
  const { promise, resolve } = Promise.withResolvers<string>();
  return { task: () => promise, comeBack: () => resolve('late') };
}

describe('operations on files', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Counts operations that are under way at once. */
  function createCounting() {
    const now = new Map<string, number>();
    let most = 0;
    const count = (path: string, by: number): void => {
      now.set(path, (now.get(path) ?? 0) + by);
      const all = [...now.values()];
      expect(Math.max(...all)).toBeLessThanOrEqual(1);
      most = Math.max(
        most,
        all.reduce((sum, each) => sum + each, 0),
      );
    };
    const run = (path: string) => async () => {
      count(path, 1);
      await turn();
      count(path, -1);
      return path;
    };
    return { run, most: () => most };
  }

  test('are one a path and few in all, and every one ends', async () => {
    const turns = createTurns(2);
    const { run, most } = createCounting();
    const paths = Array.from({ length: 40 }, (_, i) => `/${i % 7}`);
    expect(await Promise.all(paths.map((path) => turns(path, run(path), LIMIT_MS)))).toEqual(paths);
    expect(most()).toBe(2);
  });

  test.each([1, 2, 3])(
    'leave the other threads alone though every file hangs: %i',
    async (most) => {
      const turns = createTurns(most);
      let begun = 0;
      const hanging = async () => {
        begun += 1;
        return new Promise<never>(() => {});
      };
      const all = Array.from({ length: 20 }, (_, i) => turns(`/${i % 5}`, hanging, LIMIT_MS));
      const over = Promise.allSettled(all);
      await vi.advanceTimersByTimeAsync(LIMIT_MS);
      expect((await over).every(({ status }) => status === 'rejected')).toBe(true);
      expect(begun).toBe(most);
    },
  );

  test('that hang are given up after the limit, by what hangs', async () => {
    const turns = createTurns(2);
    const failed = turns('/nfs/key', createHanging().task, LIMIT_MS).catch(String);
    await vi.advanceTimersByTimeAsync(LIMIT_MS);
    expect(await failed).toBe(
      'FileError: /nfs/key does not answer: does the file system that it lies on hang?',
    );
  });

  test('of other files go on beside one that hangs', async () => {
    const turns = createTurns(2);
    void turns('/nfs/key', createHanging().task, LIMIT_MS).catch(() => {});
    await vi.advanceTimersByTimeAsync(LIMIT_MS);
    for (let i = 0; i < 10; i++) expect(await turns(`/${i}`, async () => i, LIMIT_MS)).toBe(i);
  });

  test('fail at once while it is known that the file hangs, or all that is allowed does', async () => {
    const turns = createTurns(2);
    const hanging = ['/nfs/a', '/nfs/b'].map((path) => turns(path, createHanging().task, LIMIT_MS));
    void Promise.allSettled(hanging);
    await vi.advanceTimersByTimeAsync(LIMIT_MS);
    await expect(turns('/nfs/a', async () => 1, LIMIT_MS)).rejects.toThrow(
      '/nfs/a does not answer',
    );
    await expect(turns('/key', async () => 1, LIMIT_MS)).rejects.toThrow(
      '/key is not read while /nfs/a and /nfs/b hangs: mend that first',
    );
  });

  test('go on once the mount is back', async () => {
    const turns = createTurns(1);
    const { task, comeBack } = createHanging();
    void turns('/nfs/key', task, LIMIT_MS).catch(() => {});
    await vi.advanceTimersByTimeAsync(LIMIT_MS);
    const closing = turns('/nfs/key', async () => 'closed');
    comeBack();
    expect(await closing).toBe('closed');
    expect(await turns('/nfs/key', async () => 'read', LIMIT_MS)).toBe('read');
  });
});

/** What may lie in the place of a file, and is none. */
const OTHERS = [
  ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
  ['a directory', (path: string) => mkdir(path)],
  ['a device', (path: string) => symlink('/dev/zero', path)],
  ['a device', (path: string) => symlink('/dev/tty', path)],
  [
    'a pipe',
    async (path: string) => {
      execFileSync('mkfifo', [`${path}.pipe`]);
      await symlink(`${path}.pipe`, path);
    },
  ],
  [
    'a socket',
    async (path: string) => {
      const server = createServer();
      onTestFinished(() => void server.close());
      await new Promise<void>((resolve) => server.listen(path, resolve));
    },
  ],
] as const;

describe('what is no regular file', () => {
  test.each(OTHERS)('is refused: %s', async (kind, make) => {
    const path = join(await makePlace(), 'file');
    await make(path);
    await expect(readRegularFile(path)).rejects.toThrow(
      new FileError(`${path} is ${kind}, name a file`),
    );
  });

  test.each(OTHERS.slice(0, 2))(
    'is refused where it comes between look and opening: %s',
    async (_, make) => {
      const path = join(await makePlace(), 'file');
      await make(path);
      const options = { limitMs: () => LIMIT_MS, maxBytes: 10 };
      await expect(readOpen(path, options)).rejects.toThrow('name a file');
    },
  );
});

describe('a regular file', () => {
  test.each([0, 1, 4096, 4097, 600_000])('of %i bytes is read whole', async (size) => {
    const path = join(await makePlace(), 'file');
    const content = Buffer.alloc(size, 'idpmap ');
    await writeFile(path, content);
    expect((await readRegularFile(path)).equals(content)).toBe(true);
  });

  test('that says it is empty is read to its end', async () => {
    expect((await readRegularFile('/proc/self/status')).toString()).toMatch(/^Name:/);
  });

  test('without an end is refused, wherever its limit lies', async () => {
    const path = join(await makePlace(), 'file');
    await writeFile(path, 'x'.repeat(100));
    for (const maxBytes of [0, 1, 50, 99])
      await expect(readOpen(path, { limitMs: () => LIMIT_MS, maxBytes })).rejects.toThrow(
        `${path} has more than ${maxBytes} bytes`,
      );
    const whole = await readOpen(path, { limitMs: () => LIMIT_MS, maxBytes: 100 });
    expect(whole?.length).toBe(100);
  });

  test('asked for a hundred times at once is read a few times, each time after it was asked for', async () => {
    const place = await makePlace();
    const path = join(place, 'file');
    await writeFile(path, 'old');
    const first = readRegularFile(path);
    await writeFile(join(place, 'new'), 'new');
    await rename(join(place, 'new'), path);
    const later = Array.from({ length: 100 }, () => readRegularFile(path));
    expect(new Set(later).size).toBe(1);
    await first;
    expect((await Promise.all(later)).map(String)).toEqual(
      Array.from({ length: 100 }, () => 'new'),
    );
    await appendFile(path, 'er');
    expect(String(await readRegularFile(path))).toBe('newer');
  });

  test('that went is told as the system does', async () => {
    const path = join(await makePlace(), 'file');
    await expect(readRegularFile(path)).rejects.toThrow('ENOENT');
    await expect(lookAtFile(path)).rejects.toThrow('ENOENT');
    await writeFile(path, 'x');
    expect(String(await readRegularFile(path))).toBe('x');
    await rm(path);
    await expect(readRegularFile(path)).rejects.toThrow('ENOENT');
  });
});
