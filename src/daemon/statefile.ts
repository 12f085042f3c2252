import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Kept } from '../directory/hooks.ts';
import type { Log } from '../log.ts';
import { makeDirectory } from '../makedirectory.ts';
import { reasonOf } from '../reason.ts';
import { DamagedError, readSealed, writeSealed } from './sealed.ts';

/** One value that a directory keeps. */
export interface KeptValue {
  readonly directory: string;
  readonly name: string;
  readonly value: unknown;
}

/**
 * What directories have to know again after a restart: what was accepted, learnt and held. A small file, written as soon
 * as something changes, and this process' own memory where there is none.
 */
export interface StateFile {
  readonly keptOf: (directory: string) => Kept;
  /** Reads the file; one that is not believed is told, and set aside where it is damaged. Never rejects. */
  readonly load: () => Promise<void>;
  /** Takes what a former daemon hands over: newer than what the file says. */
  readonly adopt: (values: Iterable<KeptValue>) => void;
  readonly list: () => Iterable<KeptValue>;
  /** Writes what is not written yet. Never rejects. */
  readonly flush: () => Promise<void>;
  /** Why it could not be written the last time; absent: it was, or nothing is to be. */
  readonly fault: () => string | undefined;
  /** Ends it; nothing is written any more. */
  readonly stop: () => void;
}

/** The format: a head, and a line a value. */
const VERSION = 1;
type Line =
  | { readonly is: 'head'; readonly idpmapState: number }
  | ({ readonly is: 'kept' } & KeptValue);

/** Changes come in swarms: one file for all of them. */
const DELAY_MS = 200;

/** How soon a file that could not be written is tried again. */
const RETRY_MS = 60_000;

/** What it means that nothing is kept, for the log. */
export const LOSS =
  'after a restart, what was held or accepted, and which domains were listed, is not known: a directory that has lost people meanwhile is believed';

export interface StateFileOptions {
  /** Absent: nothing outlives this process. */
  readonly path?: string;
  readonly log: Log;
}

/** Creates it; nothing is kept yet. */
export function createStateFile({ path, log }: StateFileOptions): StateFile {
  const directories = new Map<string, Map<string, unknown>>();
  let isDirty = false;
  let fault: string | undefined;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let last: Promise<void> = Promise.resolve();

  const valuesOf = (directory: string): Map<string, unknown> => {
    const values = directories.get(directory) ?? new Map<string, unknown>();
    directories.set(directory, values);
    return values;
  };

  const schedule = (ms: number): void => {
    isDirty = true;
    if (path === undefined || isStopped || timer !== undefined) return;
    timer = setTimeout(() => void flush(), ms);
    timer.unref();
  };

  function* list(): Generator<KeptValue> {
    for (const [directory, values] of directories)
      for (const [name, value] of values) yield { directory, name, value };
  }

  function* listLines(): Generator<Line> {
    yield { is: 'head', idpmapState: VERSION };
    for (const kept of list()) yield { is: 'kept', ...kept };
  }

  const write = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    if (path === undefined || isStopped || !isDirty) return;
    isDirty = false;
    try {
      await makeDirectory(dirname(path));
      await writeSealed(path, [...listLines()]);
      if (fault !== undefined) log.info({ path }, 'the state can be written again');
      fault = undefined;
    } catch (error) {
      if (fault === undefined)
        log.error({ err: error, path }, `the state can't be written: ${LOSS}`);
      fault = reasonOf(error);
      schedule(RETRY_MS);
    }
  };

  const flush = (): Promise<void> => {
    last = last.then(write);
    return last;
  };

  const read = async (file: string): Promise<void> => {
    const lines = await readSealed(file);
    if (lines === undefined) return;
    for (const text of lines) {
      const line: Line = JSON.parse(text);
      if (line.is === 'head' && line.idpmapState !== VERSION)
        throw new DamagedError(`it is of another version than ${VERSION}`);
      if (line.is === 'kept') valuesOf(line.directory).set(line.name, line.value);
    }
  };

  return {
    keptOf: (directory) => ({
      read: (name) => directories.get(directory)?.get(name),
      write: (name, value) => {
        const values = valuesOf(directory);
        if (value === undefined) values.delete(name);
        else values.set(name, value);
        schedule(DELAY_MS);
      },
    }),
    load: async () => {
      if (path === undefined) return;
      try {
        await read(path);
      } catch (error) {
        directories.clear();
        if (error instanceof DamagedError) await rename(path, `${path}.damaged`).catch(() => {});
        log.error({ err: error, path }, `the state is not believed and left out: ${LOSS}`);
      }
      // So that it is known at once where it can't be written.
      isDirty = true;
      await flush();
    },
    adopt: (values) => {
      for (const { directory, name, value } of values) valuesOf(directory).set(name, value);
      schedule(DELAY_MS);
    },
    list,
    flush,
    fault: () => fault,
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
