import { chown, constants, copyFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { wallClock } from '../../clock.ts';
import { reasonOf } from '../../reason.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Change } from './changes.ts';
import type { Run } from './postconf.ts';

/** A file, and where it was copied to. */
export interface Backup {
  readonly from: string;
  readonly to: string;
}

/**
 * Copies what is changed, and has `postconf` change it.
 * @throws {CliError} where one can't be copied, when nothing has changed, or where postconf refuses, when it says how to undo
 */
export async function applyChanges(
  changes: readonly Change[],
  directory: string,
  postconf: Run,
): Promise<readonly Backup[]> {
  const files = [...new Set(changes.map(({ file }) => file))];
  const stamp = new Date(wallClock.now()).toISOString().replaceAll(/[-:]|\.\d+Z$/g, '');
  const backups = files.map((file) => ({
    from: join(directory, file),
    to: join(directory, `${file}.before-idpmap-${stamp}`),
  }));
  try {
    for (const backup of backups) await copy(backup);
  } catch (error) {
    throw new CliError(EXIT.unavailable, `nothing was changed: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  const assignments = (file: Change['file']): readonly string[] =>
    changes.filter((each) => each.file === file).map(({ name, to }) => `${name}=${to}`);
  try {
    if (files.includes('main.cf')) await postconf(['-e', ...assignments('main.cf')]);
    if (files.includes('master.cf')) await postconf(['-P', ...assignments('master.cf')]);
  } catch (error) {
    const undo = backups.map(({ from, to }) => `cp -p ${to} ${from}`).join(' && ');
    throw new CliError(EXIT.unavailable, `postconf refused: ${reasonOf(error)}; undo it: ${undo}`, {
      cause: error,
    });
  }
  return backups;
}

/** With its owner and its time, as `cp -p` does. `COPYFILE_EXCL`: an earlier copy is not written over. */
async function copy({ from, to }: Backup): Promise<void> {
  const { uid, gid, atime, mtime } = await stat(from);
  await copyFile(from, to, constants.COPYFILE_EXCL);
  await chown(to, uid, gid);
  await utimes(to, atime, mtime);
}

/**
 * Asks whoever sits at the terminal.
 * @throws {CliError} where nobody does
 */
export async function isAgreed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new CliError(EXIT.usage, 'nobody can be asked here: look at --diff, then say --yes');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(?:es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}
