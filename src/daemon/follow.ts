import { compareTaken } from '../files.ts';
import { type Reading, WATCH_TIMING, type WatchTiming, watchFile } from '../watch.ts';

/** Files whose changes somebody hears of. */
export interface Following {
  /** Follows these files from now on; those that were followed before are not lost sight of meanwhile. */
  follow(paths: readonly string[]): void;
  /** Ends it. */
  end(): void;
}

/**
 * Calls `onChange` each time one of the followed files has other content than `readRegularFile` found in it last, replaced
 * files and swapped ConfigMaps included. It follows none yet.
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

/** Compares with what was read of the file last, by whoever uses it: no edit since then is lost. */
function followFile(path: string, timing: WatchTiming, onChange: () => void): () => void {
  let told: Reading | undefined;
  return watchFile(path, timing, async (reading) => {
    const bytes = bytesOf(reading);
    switch (compareTaken(path, bytes)) {
      case 'unread':
        return 'retry';
      case 'same':
        told = undefined;
        return 'changed';
      case 'other':
        // Who was told of it may have failed before it came to this file.
        if (told !== undefined && isSame(bytesOf(told), bytes)) return 'changed';
        told = reading;
        onChange();
        return 'changed';
    }
  });
}

const bytesOf = (reading: Reading): Buffer | undefined =>
  'bytes' in reading ? reading.bytes : undefined;

const isSame = (one: Buffer | undefined, other: Buffer | undefined): boolean =>
  one === undefined || other === undefined ? one === other : one.equals(other);
