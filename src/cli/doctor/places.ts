import type { Stats } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { lookAtFile } from '../../files.ts';
import { findUnsafe } from '../../net/place.ts';
import type { FileFact, Place } from './facts.ts';

/** Looks at a file and all that leads to it. What may not be seen is as if it were absent. */
export async function readPlace(path: string): Promise<Place> {
  const file = await factOf(path);
  const holding = await factOf(dirname(path));
  const above: FileFact[] = [];
  for (let place = await nearestReal(dirname(path)); ; place = dirname(place)) {
    const fact = await factOf(place);
    if (fact?.kind === 'directory') above.push(fact);
    if (place === dirname(place)) break;
  }
  const unsafe =
    holding?.kind === 'directory'
      ? await findUnsafe(holding.path).catch(() => undefined)
      : undefined;
  return {
    path,
    ...(file === undefined ? {} : { file }),
    above,
    holder: holding === undefined ? 'absent' : holding.kind === 'directory' ? 'directory' : 'other',
    ...(unsafe === undefined ? {} : { unsafe }),
  };
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
