import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import {
  createFileDirectory,
  type FileDirectory,
  type FileDirectorySettings,
} from '../../../src/directory/file/file.ts';
import { createKept } from '../../../src/directory/trust/kept.ts';
import type { WatchTiming } from '../../../src/watch.ts';
import { plain } from '../../support/plain.ts';
import { makeTemporaryDirectory } from '../../support/temporary.ts';

/** Something that a file directory told: a line of its log, or `changed`. */
export interface Told {
  readonly level: 'info' | 'warn' | 'error' | 'changed';
  readonly message: string;
  readonly fields: object;
}

/** What a directory tells, in order. */
export interface Telling {
  readonly all: readonly Told[];
  /** The next thing of this level that was not taken yet; it is waited for. */
  next(level: Told['level']): Promise<Told>;
  /** Waits until one more content counts. */
  loaded(): Promise<void>;
}

/** Nobody waits for the clock: what these tests change is heard, or polled for within a few milliseconds. */
const QUICK: WatchTiming = { settleMs: 5, restMs: 0, pollMs: 60_000, lookMs: 5 };

/** Makes a directory for a test's files, which goes when the test does. */
export async function makePlace(): Promise<string> {
  const place = await makeTemporaryDirectory('idpmap-file');
  onTestFinished(() => place.remove());
  return place.path;
}

/** A people file of `names` at example.org. */
export const people = (...names: string[]): string =>
  `accounts:\n${names.map((name) => `  - { address: ${name}@example.org }\n`).join('')}`;

/** Puts the people file in `place`, whole at once: nobody sees it half-written. */
export async function write(place: string, text: string): Promise<void> {
  await writeFile(join(place, '.people.new'), text);
  await rename(join(place, '.people.new'), join(place, 'people.yaml'));
}

/** Opens a people file of this `text` and waits until it is loaded. */
export async function openWith(text: string, settings: Partial<FileDirectorySettings> = {}) {
  const place = await makePlace();
  await write(place, text);
  const opened = openPlace(place, settings);
  await opened.told.loaded();
  return { place, ...opened };
}

/** A file directory whose findings are plain lists. */
export type PlainFile = ReturnType<typeof plain<FileDirectory>>;

/** Opens the people file `people.yaml` in `place`, until the test ends. */
export function openPlace(
  place: string,
  settings: Partial<FileDirectorySettings> = {},
  timing: Partial<WatchTiming> = {},
  kept = createKept(),
): { directory: PlainFile; told: Telling } {
  const { tell, telling } = createTelling();
  const directory: FileDirectory = createFileDirectory(
    {
      path: join(place, 'people.yaml'),
      guard: 0.5,
      listDomains: false,
      sharedAliases: false,
      groups: { depth: 3, members: 5 },
      ...settings,
    },
    {
      name: 'staff',
      log: {
        debug: () => {},
        info: (fields, message) => tell({ level: 'info', message, fields }),
        warn: (fields, message) => tell({ level: 'warn', message, fields }),
        error: (fields, message) => tell({ level: 'error', message, fields }),
        isLevelEnabled: () => false,
      },
      kept,
      delimiters: '+',
      domainsChanged: () => {},
      changed: () =>
        tell({ level: 'changed', message: '', fields: { loads: directory.figures.loads } }),
    },
    { ...QUICK, ...timing },
  );
  onTestFinished(() => directory.close());
  return { directory: plain(directory), told: telling };
}

function createTelling(): { tell: (told: Told) => void; telling: Telling } {
  const all: Told[] = [];
  const untaken: Told[] = [];
  let wake = Promise.withResolvers<void>();
  let loads = 0;
  const telling: Telling = {
    all,
    async next(level) {
      for (;;) {
        const at = untaken.findIndex((told) => told.level === level);
        const [told] = at === -1 ? [] : untaken.splice(at, 1);
        if (told !== undefined) return told;
        await wake.promise;
      }
    },
    async loaded() {
      for (;;) {
        const { fields } = await telling.next('changed');
        const now = 'loads' in fields ? Number(fields.loads) : 0;
        if (now === loads) continue;
        loads = now;
        return;
      }
    },
  };
  return {
    tell(told) {
      all.push(told);
      untaken.push(told);
      wake.resolve();
      wake = Promise.withResolvers();
    },
    telling,
  };
}
