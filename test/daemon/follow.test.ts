import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createFollowing, type Following } from '../../src/daemon/follow.ts';
import { WATCH_TIMING, type WatchTiming } from '../../src/watch.ts';
import { makePlace } from '../support/instance.ts';

/** Nobody waits for the clock. */
const QUICK: WatchTiming = { ...WATCH_TIMING, settleMs: 50, lookMs: 50 };

interface Heard extends Following {
  /** Waits until so many changes have been heard since the beginning. */
  readonly hears: (count: number) => Promise<void>;
  readonly count: () => number;
}

function listen(): Heard {
  const heard: PromiseWithResolvers<void>[] = [];
  const at = (index: number): PromiseWithResolvers<void> =>
    (heard[index] ??= Promise.withResolvers());
  let count = 0;
  const following = createFollowing(() => at(++count).resolve(), QUICK);
  onTestFinished(() => following.end());
  return { ...following, count: () => count, hears: (index) => at(index).promise };
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
  heard.follow([file]);
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
  heard.follow([join(place, 'a.yaml')]);
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
  heard.follow([file]);
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
  heard.follow([file]);
  await writeFile(file, '2');
  heard.follow([file, other]);
  await heard.hears(1);
});

/** Edits a file twice and hears it each time: until then, whatever else changed has been heard too. */
async function editTwice(file: string): Promise<void> {
  const heard = listen();
  heard.follow([file]);
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
  heard.follow([file]);
  await editTwice(other);
  expect(heard.count()).toBe(0);
});

test('a file that is followed no more is not heard', async () => {
  const place = await makePlace();
  const [file, other] = [join(place, 'a.yaml'), join(place, 'b.yaml')];
  await writeFile(file, '1');
  const heard = listen();
  heard.follow([file]);
  heard.follow([]);
  await writeFile(file, '2');
  await editTwice(other);
  expect(heard.count()).toBe(0);
});
