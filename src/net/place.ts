import { lstat, readFile, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';

const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

/**
 * Finds a directory, this one or one above, in which anybody may put something else in the place of what lies there;
 * absent: there is none. Where a volume is mounted is left out: a Pod's are for everybody in it, and for nobody else.
 */
export async function findUnsafe(directory: string): Promise<string | undefined> {
  let volumes: ReadonlySet<string> | undefined;
  for (let place = await realpath(directory); place !== dirname(place); place = dirname(place)) {
    const { mode } = await lstat(place);
    if ((mode & OTHERS_WRITE) === 0 || (mode & STICKY) !== 0) continue;
    volumes ??= await listVolumes();
    if (!volumes.has(place)) return place;
  }
  return undefined;
}

/** Where something is mounted, as far as the system tells. */
async function listVolumes(): Promise<ReadonlySet<string>> {
  const text = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const points = text.split('\n').map((line) => line.split(' ')[4] ?? '');
  // Spaces and the like are written in octal.
  return new Set(
    points.map((point) =>
      point.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
        String.fromCharCode(Number.parseInt(octal, 8)),
      ),
    ),
  );
}
