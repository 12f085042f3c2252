import type { Stats } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { lookAtFile } from '../../files.ts';
import { findUnsafe } from '../../net/place.ts';
import type { FileFact, Place } from './facts.ts';

/** Looks at a file and all that leads to it. What may not be seen is as if it were absent. */
export async function readPlace(path: string): Promise<Place> {
  const [file, holding] = [await factOf(path), await factOf(dirname(path))];
  const above = await factsAbove(await nearestReal(dirname(path)));
  const place = { path, above, ...(file === undefined ? {} : { file }) };
  if (holding?.kind !== 'directory')
    return { ...place, holder: holding === undefined ? 'absent' : 'other' };
  const unsafe = await findUnsafe(holding.path).catch(() => undefined);
  return { ...place, holder: 'directory', ...(unsafe === undefined ? {} : { unsafe }) };
}

/** A directory and all above it. */
async function factsAbove(directory: string): Promise<readonly FileFact[]> {
  const fact = await factOf(directory);
  const own = fact?.kind === 'directory' ? [fact] : [];
  const parent = dirname(directory);
  return parent === directory ? own : [...own, ...(await factsAbove(parent))];
}

/** The path itself without links, or of what is there of it. */
async function nearestReal(path: string): Promise<string> {
  const found = await realpath(path).catch(() => undefined);
  if (found !== undefined) return found;
  return path === dirname(path) ? path : nearestReal(dirname(path));
}

async function factOf(path: string): Promise<FileFact | undefined> {
  const stats = await lookAtFile(path).catch(() => undefined);
  if (stats === undefined) return undefined;
  return {
    path,
    kind: kindOf(stats),
    mode: stats.mode & 0o7777,
    uid: stats.uid,
    gid: stats.gid,
    changedAt: stats.mtimeMs,
  };
}

function kindOf(stats: Stats): FileFact['kind'] {
  if (stats.isDirectory()) return 'directory';
  if (stats.isSocket()) return 'socket';
  return stats.isFile() ? 'file' : 'other';
}
