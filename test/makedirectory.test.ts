import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeDirectory } from '../src/makedirectory.ts';
import { makePlace } from './support/instance.ts';

test('makes a directory and those above it, for this user alone, and leaves one that is there', async () => {
  const place = await makePlace();
  const path = join(place, 'a', 'b', 'c');
  await makeDirectory(path);
  await makeDirectory(path);
  for (const each of [path, join(place, 'a')]) expect((await stat(each)).mode & 0o777).toBe(0o700);
});

test.each(['/proc/nowhere', '/proc/nowhere/further/down'])(
  'ends where nobody can make one: %s',
  async (path) => {
    await expect(makeDirectory(path)).rejects.toThrow(/ENOENT/);
  },
);

test('rejects below what is no directory', async () => {
  const file = join(await makePlace(), 'file');
  await writeFile(file, '');
  await expect(makeDirectory(join(file, 'below'))).rejects.toThrow(/ENOTDIR/);
});
