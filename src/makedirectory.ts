import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf } from './reason.ts';

/**
 * Makes a directory for this user alone, and those above it; one that is there is left as it is. Node's `recursive` tries for
 * ever, with a whole CPU, below a directory in which nobody can make one (`/proc`).
 */
export async function makeDirectory(path: string): Promise<void> {
  if (await isMade(path)) return;
  await makeDirectory(dirname(path));
  await mkdir(path, { mode: 0o700 }).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
}

/** Whether it is there now; not: what it is to lie in is not. */
async function isMade(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && dirname(path) !== path) return false;
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  return true;
}
