import { execFileSync } from 'node:child_process';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createFollowing } from '../../src/daemon/follow.ts';
import { readRegularFile } from '../../src/files.ts';
import { WATCH_TIMING, type WatchTiming } from '../../src/watch.ts';
import { makePlace } from '../support/instance.ts';

/** Nobody waits for the clock. */
const QUICK: WatchTiming = { ...WATCH_TIMING, settleMs: 50, lookMs: 50 };

interface Heard {
  /** Reads files that were not followed until now, and follows all of these. */
  readonly follow: (paths: readonly string[]) => Promise<void>;
  /** Waits until so many changes have been heard since the beginning. */
  readonly hears: (count: number) => Promise<void>;
  readonly count: () => number;
}

const take = (path: string): Promise<unknown> => readRegularFile(path).catch(() => {});

/** Follows files, and reads them at each change, as a daemon does; `reads`: unless they come not so far. */
function listen(reads: 'all' | 'none' = 'all'): Heard {
  const heard: PromiseWithResolvers<void>[] = [];
  const at = (index: number): PromiseWithResolvers<void> =>
    (heard[index] ??= Promise.withResolvers());
  let count = 0;
  let followed: readonly string[] = [];
  const onChange = async (): Promise<void> => {
    if (reads === 'all') await Promise.all(followed.map(take));
    at(++count).resolve();
  };
  const following = createFollowing(() => void onChange(), QUICK);
  onTestFinished(() => following.end());
  return {
    follow: async (paths) => {
      await Promise.all(paths.filter((path) => !followed.includes(path)).map(take));
      followed = paths;
      following.follow(paths);
    },
    count: () => count,
    hears: (index) => at(index).promise,
  };
}

/** Whole at once: nobody sees it half-written. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

test('hears an edit in place, and a file renamed into place', async () => {
  const file = join(await makePlace(), 'a.yaml');
  await writeFile(file, '1');
  const heard = listen();
  await heard.follow([file]);
  await writeFile(file, '2');
  await heard.hears(1);
  await replace(file, '3');
  await heard.hears(2);
});

test('hears a ConfigMap that is swapped, and swapped again', async () => {
  const place = await makePlace();
  for (const version of ['1', '2', '3']) {
    await mkdir(join(place, `..${version}`));
    await writeFile(join(place, `..${version}`, 'a.yaml'), version);
  }
  await symlink('..1', join(place, '..data'));
  await symlink('..data/a.yaml', join(place, 'a.yaml'));
  const heard = listen();
  await heard.follow([join(place, 'a.yaml')]);
  for (const swap of [1, 2]) {
    await symlink(`..${swap + 1}`, join(place, '..data_tmp'));
    await rename(join(place, '..data_tmp'), join(place, '..data'));
    await heard.hears(swap);
  }
});

test('an edit right after it began to follow is heard', async () => {
  const file = join(await makePlace(), 'a.yaml');
  await writeFile(file, '1');
  const heard = listen();
  await heard.follow([file]);
  await replace(file, '2');
  await heard.hears(1);
  expect(heard.count()).toBe(1);
});

test('an edit just before it is told to follow other files too is heard', async () => {
  const place = await makePlace();
  const [file, other] = [join(place, 'a.yaml'), join(place, 'b.yaml')];
  await writeFile(file, '1');
  await writeFile(other, '1');
  const heard = listen();
  await heard.follow([file]);
  await writeFile(file, '2');
  await heard.follow([file, other]);
  await heard.hears(1);
});

/** Edits a file twice and hears it each time: until then, whatever else changed has been heard too. */
async function editTwice(file: string): Promise<void> {
  const heard = listen();
  await heard.follow([file]);
  for (const edit of [1, 2]) {
    await replace(file, `edit ${edit}`);
    await heard.hears(edit);
  }
}

test('a file that nobody edits is not heard', async () => {
  const place = await makePlace();
  const [file, other] = [join(place, 'a.yaml'), join(place, 'b.yaml')];
  await writeFile(file, '1');
  const heard = listen();
  await heard.follow([file]);
  await editTwice(other);
  expect(heard.count()).toBe(0);
});

test('a file that is followed no more is not heard', async () => {
  const place = await makePlace();
  const [file, other] = [join(place, 'a.yaml'), join(place, 'b.yaml')];
  await writeFile(file, '1');
  const heard = listen();
  await heard.follow([file]);
  await heard.follow([]);
  await writeFile(file, '2');
  await editTwice(other);
  expect(heard.count()).toBe(0);
});

test('an edit between its reading and its being followed is heard', async () => {
  const file = join(await makePlace(), 'a.yaml');
  await writeFile(file, '1');
  await readRegularFile(file);
  await writeFile(file, '2');
  const { promise, resolve } = Promise.withResolvers<void>();
  const following = createFollowing(resolve);
  onTestFinished(() => following.end());
  following.follow([file]);
  await promise;
});

test('a change that nobody took is heard once, and heard again when there is another', async () => {
  const place = await makePlace();
  const [file, other] = [join(place, 'a.yaml'), join(place, 'b.yaml')];
  await writeFile(file, '1');
  const heard = listen('none');
  await heard.follow([file]);
  await writeFile(file, '2');
  await heard.hears(1);
  await editTwice(other);
  expect(heard.count()).toBe(1);
  await writeFile(file, '3');
  await heard.hears(2);
});

test('a pipe in its place is heard, and stops nothing', async () => {
  const file = join(await makePlace(), 'a.yaml');
  await writeFile(file, '1');
  const heard = listen();
  await heard.follow([file]);
  await rm(file);
  execFileSync('mkfifo', [file]);
  await heard.hears(1);
  await rm(file);
  await writeFile(file, '1');
  await heard.hears(2);
});
