import { access, constants, lstat } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { DEFAULT_FILE } from '../../../config/load.ts';
import { CliError, EXIT } from '../../exit.ts';
import type { Asker } from './asker.ts';
import type { Plan } from './plan.ts';
import type { Options } from './question.ts';

/** A place where nothing is, or what is there may go. */
export interface Place {
  readonly path: string;
  readonly isReplaced: boolean;
}

/** Where the configuration is written, absolute; absent: it is printed. */
export async function chooseOutput(
  { output, force }: Options,
  asker: Asker | undefined,
  isPiped: boolean,
): Promise<Place | undefined> {
  if (typeof output === 'string') return placeOf(output, force === true, asker);
  if (asker === undefined || isPiped) return undefined;
  const place = await access(dirname(DEFAULT_FILE), constants.W_OK).then(
    () => DEFAULT_FILE,
    () => resolve('idpmap.yaml'),
  );
  const line = await asker.ask(`Write the configuration to [${place}]: `);
  return placeOf(line === '' ? place : line, force === true, asker);
}

/** Where each file beside the configuration is written, by its name. */
export async function placeAll(
  files: Plan['files'],
  output: Place | undefined,
  { force }: Options,
  asker: Asker | undefined,
): Promise<ReadonlyMap<string, Place>> {
  const places = new Map<string, Place>();
  for (const { name } of files) {
    const beside = isAbsolute(name)
      ? name
      : join(dirname(output?.path ?? resolve('idpmap.yaml')), name);
    places.set(name, await placeOf(beside, force === true, asker));
  }
  return places;
}

async function placeOf(
  wanted: string,
  isForced: boolean,
  asker: Asker | undefined,
): Promise<Place> {
  for (let path = resolve(wanted); ; ) {
    if (!(await isThere(path))) return { path, isReplaced: false };
    if (isForced) return { path, isReplaced: true };
    if (asker === undefined)
      throw new CliError(EXIT.data, `${path} is there already: move it away, or add --force`);
    const line = await asker.ask(
      `${path} is there already: overwrite it (yes), or write which file (yes or a name): `,
    );
    if (/^y(?:es)?$/i.test(line)) return { path, isReplaced: true };
    if (line !== '') path = resolve(line);
  }
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
