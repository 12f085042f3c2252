import { WATCH_TIMING, type WatchTiming, watchFile } from '../../watch.ts';
import { type Directory, Fault } from '../directory.ts';
import type { DirectoryHooks } from '../hooks.ts';
import { answerFrom, type Known, type ListingSettings } from '../people/answers.ts';
import { waitFor } from '../waiting.ts';
import { createStore, type FileFigures, type StoreSettings } from './store.ts';

/** Settings of a directory `{ type: file }`. */
export interface FileDirectorySettings extends StoreSettings, ListingSettings {}

/** A directory that is one YAML or JSON file. */
export interface FileDirectory extends Directory {
  /** Kept up to date. */
  readonly figures: Readonly<FileFigures>;
  accept(): string | undefined;
  pending(): readonly string[];
}

/**
 * Serves the people of one file and follows its edits. The first reading runs in the background: until it is done,
 * questions wait for it, as long as their signal lets them.
 */
export function createFileDirectory(
  settings: FileDirectorySettings,
  hooks: DirectoryHooks,
  timing: WatchTiming = WATCH_TIMING,
): FileDirectory {
  const store = createStore(settings, hooks);
  const ending = new AbortController();
  const first = Promise.withResolvers<void>();
  const endWatch = watchFile(settings.path, timing, async (reading, signal) => {
    const next = await store.take(reading, signal);
    first.resolve();
    return next;
  });
  let isRead = false;
  const waitUntilRead = async (signal: AbortSignal): Promise<void> => {
    await waitFor(
      first.promise,
      signal,
      () => new Fault('starting', 'the file has not been read yet'),
    );
    isRead = true;
  };
  const recall = (): Known => {
    if (ending.signal.aborted) throw new Fault('shutdown', 'the directory is closed');
    return store.known();
  };
  const answers = answerFrom(
    (signal) => (isRead ? recall() : waitUntilRead(signal).then(recall)),
    settings,
  );

  return {
    ...answers,
    figures: store.figures,
    accept: () => store.accept(),
    pending: () => store.pending(),
    async close() {
      ending.abort();
      endWatch();
      first.resolve();
    },
  };
}
