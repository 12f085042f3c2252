import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { WATCH_TIMING, watchFile } from '../watch.ts';

/**
 * Calls `onChange` each time one of the files has other content than it has now, replaced files and swapped ConfigMaps
 * included.
 * @returns a function that ends it
 */
export function followFiles(paths: readonly string[], onChange: () => void): () => void {
  const ends = paths.map((path) => {
    let known = hashNow(path);
    return watchFile(path, WATCH_TIMING, async (reading) => {
      const hash = 'bytes' in reading ? hashOf(reading.bytes) : undefined;
      if (hash !== known) {
        known = hash;
        onChange();
      }
      return 'poll';
    });
  });
  return () => ends.forEach((end) => end());
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
