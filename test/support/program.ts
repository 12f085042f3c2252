import { createHash } from 'node:crypto';
import {
  copyFile,
  glob,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { join } from 'node:path';
import { buildProgram } from '../../deploy/bundle/build.ts';
import { addCode } from '../../deploy/bundle/code.ts';
import { cacheDirectory } from './cache.ts';

const ROOT = join(import.meta.dirname, '../..');
const CACHE = cacheDirectory('program');

/** What the program is made of. */
const INPUTS = '{package{,-lock}.json,src/**,deploy/bundle/**}';

/** Those of other sources are not kept for longer. */
const OLD_MS = 2 * 24 * 60 * 60 * 1000;

let built: Promise<string> | undefined;

/** The program as it is shipped, made of the repository's sources where they have changed: `…/program/idpmap.cjs`. */
export function programFile(): Promise<string> {
  built ??= build();
  return built;
}

async function build(): Promise<string> {
  const folder = join(CACHE, await fingerprint());
  const file = join(folder, 'program/idpmap.cjs');
  if (await isThere(file)) return file;
  await mkdir(CACHE, { recursive: true });
  await forgetOld();
  const unfinished = await mkdtemp(join(CACHE, '.unfinished-'));
  await buildProgram(join(unfinished, 'program'));
  await copyFile(join(ROOT, 'package.json'), join(unfinished, 'package.json'));
  await addCode(join(unfinished, 'program'));
  await symlink(join(ROOT, 'docs'), join(unfinished, 'docs'));
  // Another process may have been first.
  await rename(unfinished, folder).catch(() => rm(unfinished, { recursive: true }));
  return file;
}

const isThere = (file: string): Promise<boolean> =>
  stat(file).then(
    () => true,
    () => false,
  );

async function forgetOld(): Promise<void> {
  for (const name of await readdir(CACHE)) {
    const path = join(CACHE, name);
    // Another process may forget it, too.
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > OLD_MS) await rm(path, { recursive: true, force: true });
  }
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  const entries = await Array.fromAsync(glob(INPUTS, { cwd: ROOT, withFileTypes: true }));
  const files = entries.filter((entry) => entry.isFile());
  for (const path of files.map(({ parentPath, name }) => join(parentPath, name)).toSorted())
    hash.update(path.replace(ROOT, '')).update(await readFile(path));
  return hash.digest('hex').slice(0, 16);
}
