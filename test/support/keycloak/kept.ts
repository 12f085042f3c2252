import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '../cache.ts';

const UNUSED_DAYS = 14;
const DAY_MS = 86_400_000;

/**
 * Gives a directory of `$XDG_CACHE_HOME/idpmap/keycloak` that is kept between runs, and lets `build` make it where it is
 * not there. It appears whole or not at all. Nobody changes it afterwards.
 */
export async function keep(
  name: string,
  build: (directory: string) => Promise<void>,
): Promise<string> {
  const parent = cacheDirectory('keycloak');
  const kept = join(parent, name);
  if (await isPresent(kept)) {
    const now = new Date();
    await utimes(kept, now, now);
    return kept;
  }
  await mkdir(parent, { recursive: true });
  await removeUnused(parent);
  const unfinished = await mkdtemp(join(parent, `.${name}-`));
  try {
    await build(unfinished);
    await rename(unfinished, kept);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Somebody else may have been first.
    if (!(await isPresent(kept))) throw error;
  }
  return kept;
}

async function isPresent(directory: string): Promise<boolean> {
  try {
    return (await stat(directory)).isDirectory();
  } catch {
    return false;
  }
}

/** Versions, variants and seeds that no test has used for long, and what was left unfinished. */
async function removeUnused(parent: string): Promise<void> {
  const end = new Date().getTime() - UNUSED_DAYS * DAY_MS;
  for (const name of await readdir(parent)) {
    const directory = join(parent, name);
    if ((await stat(directory)).mtimeMs < end)
      await rm(directory, { recursive: true, force: true });
  }
}
