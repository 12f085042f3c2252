import { constants, type Stats, statSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeDirectory } from '../../makedirectory.ts';

/** SQLite lays these beside the file. */
const BESIDE = ['-wal', '-shm'];

/** Others' right to write. */
const OTHERS = 0o022;

/** Others may write, and only to what is theirs, as in /tmp. */
const STICKY = 0o1000;

/**
 * Sees to it that the file at `path` is ours alone, and is there: somebody else's could say anything. Its mode is 0600, and
 * SQLite gives it to what it lays beside.
 * @throws {Error} that says why it can't be used, and how to mend it
 */
export async function ensureOwn(path: string): Promise<void> {
  await makeDirectory(dirname(path));
  await checkFolder(dirname(path));
  const how = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, how, 0o600);
  try {
    checkFile(path, await file.stat());
  } finally {
    await file.close();
  }
}

/** Whether a file that is ours alone is there. */
export async function isOwn(path: string): Promise<boolean> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      checkFile(path, await file.stat());
    } finally {
      await file.close();
    }
    await checkFolder(dirname(path));
    return true;
  } catch {
    // Why not is told by whoever makes it.
    return false;
  }
}

/** Keeps a file that can't be read for whoever wants to look at it, out of the way. */
export async function setAside(path: string): Promise<void> {
  await rename(path, `${path}.damaged`);
  for (const end of BESIDE) await rm(path + end, { force: true });
}

/** Of the file and what lies beside it, in bytes; 0 where there is none. */
export const sizeOf = (path: string): number =>
  ['', ...BESIDE].reduce(
    (sum, end) => sum + (statSync(path + end, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );

async function checkFolder(folder: string): Promise<void> {
  const { mode, uid } = await stat(folder);
  const user = process.getuid?.() ?? uid;
  // Who owns it may lay another one in its place.
  if (uid !== user && uid !== 0)
    throw new Error(`${folder}, where it lies, belongs to user ${uid}, not to ${user}`);
  if ((mode & OTHERS) === 0 || (mode & STICKY) !== 0) return;
  throw new Error(
    `others may write to ${folder}, where it lies: take that right away (chmod go-w), or name a folder in it that is not there yet: idpmap makes it for itself`,
  );
}

function checkFile(path: string, stats: Stats): void {
  const user = process.getuid?.() ?? stats.uid;
  if (!stats.isFile()) throw new Error(`${path} is no regular file`);
  if (stats.uid !== user) throw new Error(`${path} belongs to user ${stats.uid}, not to ${user}`);
  if ((stats.mode & 0o077) !== 0)
    throw new Error(`others may read or write ${path} (mode 0600 is right)`);
}
