import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A directory of one test's own. */
export interface TemporaryDirectory {
  readonly path: string;
  /** Removes it with all that lies in it. */
  remove(): Promise<void>;
}

/**
 * Makes a directory under the system's one for temporary files. Others may enter and read it: daemons that tests start
 * as root give up root's rights. Its path is short, for it may hold Unix sockets.
 */
export async function makeTemporaryDirectory(name: string): Promise<TemporaryDirectory> {
  const path = await mkdtemp(join(tmpdir(), `${name}-`));
  await chmod(path, 0o755);
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 3 }) };
}
