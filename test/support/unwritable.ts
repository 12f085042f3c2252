import { chmod, chown } from 'node:fs/promises';

const NOBODY = 65_534;

/**
 * Runs `work` while this process may write `directory` no more. Root may write anything, so it is somebody else
 * meanwhile, to whom `own` is given.
 */
export async function whileUnwritable<T>(
  directory: string,
  own: readonly string[],
  work: () => Promise<T>,
): Promise<T> {
  const isRoot = process.getuid?.() === 0;
  await chmod(directory, 0o555);
  if (isRoot) {
    for (const each of own) await chown(each, NOBODY, NOBODY);
    process.seteuid?.(NOBODY);
  }
  try {
    return await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
    await chmod(directory, 0o700);
  }
}
