import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EndpointError } from '../net/errors.ts';
import { temporaryDirectory } from './path.ts';

const ROOT = 0;
const OTHERS_WRITE = 0o022;

const userNow = (): number => process.getuid?.() ?? ROOT;
const statOf = (path: string): Promise<Stats | undefined> => lstat(path).catch(() => undefined);

/**
 * Refuses a directory of our name among everybody's temporary files that somebody else made, or may write to: he could
 * put a socket of his own in the daemon's place. Any other directory is the administrator's choice, unless everybody may write
 * there, which no socket is opened in.
 * @throws {EndpointError} that says what to do
 */
export async function checkDirectory(path: string): Promise<void> {
  const directory = dirname(path);
  const user = userNow();
  if (directory !== temporaryDirectory(user)) return;
  const found = await statOf(directory);
  const fault = found === undefined ? undefined : faultOf(found, user);
  if (found === undefined || fault === undefined) return;
  const isOwn = found.isDirectory() && found.uid === user;
  const remedy = isOwn ? `chmod 700 ${directory}` : 'have root remove it';
  throw new EndpointError(
    { kind: 'unix', path },
    `is not safe: ${directory} ${fault}, who could answer in the daemon's place: ${remedy}, or set XDG_RUNTIME_DIR or "control" to a place of your own`,
  );
}

function faultOf(found: Stats, user: number): string | undefined {
  if (!found.isDirectory()) return `is no directory, user ${found.uid} made it`;
  if (found.uid !== user) return `belongs to user ${found.uid}`;
  if ((found.mode & OTHERS_WRITE) === 0) return undefined;
  return `has mode ${(found.mode & 0o777).toString(8)} and may be written by others`;
}

/**
 * Refuses a socket of somebody else, wherever it lies: a daemon's takes connections of its own user and root's only, so
 * what lets us in under another name is none. Root commands the daemons of others.
 * @throws {EndpointError} that says what to do
 */
export async function checkSocket(path: string): Promise<void> {
  await checkDirectory(path);
  const user = userNow();
  const found = await statOf(path);
  if (found === undefined || user === ROOT || [user, ROOT].includes(found.uid)) return;
  throw new EndpointError(
    { kind: 'unix', path },
    `belongs to user ${found.uid}: it is no daemon of user ${user}; run as that user, or set "control" to where your daemon listens`,
  );
}
