import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { codeOf } from '../reason.ts';

/**
 * Files of this daemon's own: a line of JSON each, and a tail with the SHA-256 of all before it, so that a damaged one is
 * not believed. Written atomically, for their owner only.
 */

/** The file is cut, changed, or was never written by us. */
export class DamagedError extends Error {
  override readonly name = 'DamagedError';
}

/** Characters between which others are served: a line may be a group of ten thousand members, or one address. */
export const SLICE_CHARS = 1 << 18;

/**
 * Writes `lines` to `path`, in place of what lies there.
 * @throws {Error} where it can't; what lies there stays
 */
export async function writeSealed(path: string, lines: Iterable<object>): Promise<void> {
  const aside = `${path}.${process.pid}`;
  // Left behind by a process of the same number; its mode, or where a link leads, is not ours to trust.
  await rm(aside, { force: true });
  const file = await open(aside, 'wx', 0o600);
  try {
    await writeLines(file, lines);
    await file.sync();
    await file.close();
    await rename(aside, path);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(aside, { force: true });
    throw error;
  }
}

async function writeLines(file: FileHandle, lines: Iterable<object>): Promise<void> {
  const hash = createHash('sha256');
  let text = '';
  for (const line of lines) {
    text += `${JSON.stringify(line)}\n`;
    if (text.length < SLICE_CHARS) continue;
    hash.update(text);
    await file.writeFile(text);
    text = '';
  }
  hash.update(text);
  const tail = { is: 'tail', sha256: hash.digest('hex') };
  // `write` may write a part of it.
  await file.writeFile(`${text}${JSON.stringify(tail)}\n`);
}

/**
 * Reads the lines of a file that `writeSealed` wrote; absent: there is no such file.
 * @throws {Error} that says why the file is not believed, a `DamagedError` where its content is to blame
 */
export async function readSealed(path: string): Promise<readonly string[] | undefined> {
  const text = await readOwn(path);
  return text === undefined ? undefined : checkWhole(text);
}

/** Somebody else's file, or one that others may write, could say anything. */
async function readOwn(path: string): Promise<string | undefined> {
  // A pipe without a writer would never be open.
  const how = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, how).catch((error) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const stats = await file.stat();
    const { uid, mode } = stats;
    const user = process.getuid?.() ?? uid;
    if (uid !== user) throw new Error(`it belongs to user ${uid}, not to ${user}`);
    if ((mode & 0o022) !== 0) throw new Error('others may write it (mode 0600 is right)');
    if (!stats.isFile() && !stats.isDirectory()) throw new Error('it is no regular file');
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** Gives the lines before the tail. */
function checkWhole(text: string): readonly string[] {
  const end = text.lastIndexOf('\n', text.length - 2) + 1;
  const body = text.slice(0, end);
  const sum = createHash('sha256').update(body).digest('hex');
  if (text.slice(end) !== `${JSON.stringify({ is: 'tail', sha256: sum })}\n`)
    throw new DamagedError('it is damaged, or none of ours');
  return body.split('\n').slice(0, -1);
}
