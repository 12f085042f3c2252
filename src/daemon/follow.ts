import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { WATCH_TIMING, type WatchTiming, watchFile } from '../watch.ts';

/** Files whose changes somebody hears of. */
export interface Following {
  /** Follows these files from now on; those that were followed before are not lost sight of meanwhile. */
  follow(paths: readonly string[]): void;
  /** Ends it. */
  end(): void;
}

/**
 * Calls `onChange` each time one of the followed files has other content than it had, replaced files and swapped
 * ConfigMaps included. It follows none yet.
 */
export function createFollowing(
  onChange: () => void,
  timing: WatchTiming = WATCH_TIMING,
): Following {
  const ends = new Map<string, () => void>();
  const leave = (path: string): void => {
    ends.get(path)?.();
    ends.delete(path);
  };
  return {
    follow: (paths) => {
      for (const path of ends.keys()) if (!paths.includes(path)) leave(path);
      for (const path of paths)
        if (!ends.has(path)) ends.set(path, followFile(path, timing, onChange));
    },
    end: () => {
      for (const path of ends.keys()) leave(path);
    },
  };
}

function followFile(path: string, timing: WatchTiming, onChange: () => void): () => void {
  let known = hashNow(path);
  return watchFile(path, timing, async (reading) => {
    const hash = 'bytes' in reading ? hashOf(reading.bytes) : undefined;
    if (hash !== known) {
      known = hash;
      onChange();
    }
    return 'changed';
  });
}

/** Read at once, and not by the watcher, which waits for the file to settle: an edit meanwhile would be lost. */
function hashNow(path: string): string | undefined {
  try {
    return hashOf(readFileSync(path));
  } catch {
    return undefined;
  }
}

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('base64');
