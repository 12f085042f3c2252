import type { Account, FileFact } from './facts.ts';

/** What is wanted of a file: to read it, to write to it, or to reach what a directory holds. */
export type Right = 'read' | 'write' | 'search';

const BITS: Readonly<Record<Right, number>> = { read: 4, write: 2, search: 1 };

/** Somebody who has nothing to do with a file. */
export const STRANGER: Account = { name: 'anybody', uid: -1, gid: -1, groups: [] };

/** Whether a user has a right, by the file's mode; access control lists are not looked at. */
export function has({ uid, gid, groups }: Account, right: Right, file: Ownership): boolean {
  if (uid === 0) return true;
  const bit = BITS[right];
  if (uid === file.uid) return (file.mode & (bit << 6)) !== 0;
  const isOfGroup = gid === file.gid || groups.includes(file.gid);
  return (file.mode & (isOfGroup ? bit << 3 : bit)) !== 0;
}

/** What decides about a right. */
export type Ownership = Pick<FileFact, 'mode' | 'uid' | 'gid'>;

/** The directory on the way to a file that keeps a user out; absent: there is none. */
export const findBarrier = (user: Account, above: readonly FileFact[]): FileFact | undefined =>
  above.find((directory) => !has(user, 'search', directory));

/** A mode as `chmod` takes it. */
export const formatMode = (mode: number): string => (mode & 0o7777).toString(8).padStart(4, '0');
