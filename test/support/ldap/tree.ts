import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cacheDirectory } from '../cache.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../temporary.ts';

/** What a server starts from: its data, without anything that depends on where it lies. */
export interface Tree {
  readonly name: string;
  /** The server's program; another version has other trees. */
  readonly program: string;
  /** Makes it in an empty directory. */
  readonly build: (directory: string) => Promise<void>;
}

/**
 * Gives a copy of a tree in a temporary directory. Trees are kept between runs in `$XDG_CACHE_HOME/idpmap`, and built anew
 * where the server's program or a file of this folder has changed.
 */
export async function copyTree(tree: Tree): Promise<TemporaryDirectory> {
  const kept = join(cacheDirectory(), `${tree.name}-${await fingerprint(tree.program)}`);
  if (!(await isPresent(kept))) await keep(tree, kept);
  const directory = await makeTemporaryDirectory(`idpmap-${tree.name}`);
  await cp(kept, directory.path, { recursive: true, mode: constants.COPYFILE_FICLONE });
  return directory;
}

async function fingerprint(program: string): Promise<string> {
  const hash = createHash('sha256');
  const { size, mtimeMs } = await stat(program);
  hash.update(`${size} ${mtimeMs}`);
  for (const name of (await readdir(import.meta.dirname)).toSorted())
    hash.update(await readFile(join(import.meta.dirname, name)));
  return hash.digest('hex').slice(0, 16);
}

async function isPresent(directory: string): Promise<boolean> {
  try {
    return (await stat(directory)).isDirectory();
  } catch {
    return false;
  }
}

/** A tree appears whole or not at all, and takes the place of its predecessors. */
async function keep({ name, build }: Tree, kept: string): Promise<void> {
  const parent = dirname(kept);
  await mkdir(parent, { recursive: true });
  const unfinished = await mkdtemp(join(parent, `.${name}-`));
  try {
    await build(unfinished);
    for (const other of await readdir(parent))
      if (other.startsWith(`${name}-`) && other !== basename(kept))
        await rm(join(parent, other), { recursive: true, force: true });
    await rename(unfinished, kept);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Somebody else may have been first.
    if (!(await isPresent(kept))) throw error;
  }
}
