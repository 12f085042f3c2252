import { lstat, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { findUnsafe } from '../../net/place.ts';

const OTHERS_WRITE = 0o022;

/**
 * Says who beside root and the user that runs this may change what is executed of `path`; absent: nobody. The file itself is
 * looked at, where a link leads, and every directory above it. What it imports in turn is its author's to keep.
 */
export async function findWriter(path: string): Promise<string | undefined> {
  const real = await realpath(path);
  const file = await lstat(real);
  if (!file.isFile()) return `${path} is no file`;
  const own = process.geteuid?.() ?? 0;
  const isTrusted = (uid: number): boolean => uid === 0 || uid === own;
  if (!isTrusted(file.uid))
    return `${real} belongs to uid ${file.uid}, who could make idpmap do anything: give it to root`;
  if ((file.mode & OTHERS_WRITE) !== 0)
    return `${real} has mode ${(file.mode & 0o777).toString(8)}, others could make idpmap do anything: chmod go-w ${real}`;
  for (let place = dirname(real); ; place = dirname(place)) {
    const { uid } = await lstat(place);
    if (!isTrusted(uid))
      return `the directory ${place} belongs to uid ${uid}, who could put another file there: keep the module in one of root's`;
    if (place === dirname(place)) break;
  }
  const unsafe = await findUnsafe(dirname(real));
  return unsafe === undefined
    ? undefined
    : `anybody may put another file into ${unsafe}: keep the module elsewhere, or chmod o-w ${unsafe}`;
}
