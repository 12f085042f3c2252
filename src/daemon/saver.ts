import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { reasonOf } from '../reason.ts';
import type { Settings } from '../settings.ts';
import { readMemory, saveMemory } from './memoryfile.ts';
import type { Served } from './served.ts';

export interface SaverOptions {
  /** Who serves at the time. */
  readonly served: () => ReadonlyMap<string, Served>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Keeps what is remembered in a file. */
export interface Saver {
  /** Restores what the file holds; a file that can't be believed is told and left out. Never rejects. */
  readonly load: () => Promise<void>;
  /** Writes it now, after a write under way; nothing before it was loaded. Never rejects. */
  readonly save: () => Promise<void>;
  /** Why it could not be written the last time; absent: it was, or nothing is to be. */
  readonly fault: () => string | undefined;
  readonly stop: () => void;
}

/** Keeps nothing. */
const NO_SAVER: Saver = {
  load: async () => {},
  save: async () => {},
  fault: () => undefined,
  stop: () => {},
};

/** Creates what writes `cache.file` every `cache.saveEvery`; it does nothing where no file is configured. */
export function createSaver({ cache }: Settings, options: SaverOptions): Saver {
  const { log, served, clock } = options;
  const { file: path } = cache;
  if (path === undefined) return NO_SAVER;
  let last: Promise<void> = Promise.resolve();
  let isLoaded = false;
  let fault: string | undefined;

  const write = async (): Promise<void> => {
    // A start that takes its time must not write nothing over what it has yet to read.
    if (!isLoaded) return;
    try {
      await saveMemory(path, served().values(), clock);
      fault = undefined;
    } catch (error) {
      fault = reasonOf(error);
      log.error(
        { err: error, path },
        'memory could not be saved: a restart in an outage would forget it',
      );
    }
  };
  const save = (): Promise<void> => {
    last = last.then(write);
    return last;
  };
  const timer = setInterval(() => void save(), cache.saveEvery);
  timer.unref();

  return {
    load: async () => {
      try {
        const saved = await readMemory(path);
        const count = await saved?.restore(served(), cache.stale, clock);
        if (count !== undefined) log.info({ path, restored: count }, 'memory restored');
      } catch (error) {
        log.warn({ err: error, path }, 'the saved memory is not believed and left out');
      } finally {
        isLoaded = true;
      }
    },
    save,
    fault: () => fault,
    stop: () => clearInterval(timer),
  };
}
