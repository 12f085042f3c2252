import { link, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { reasonOf } from '../../../reason.ts';
import { CliError, EXIT } from '../../exit.ts';

/** A file that is to be written. */
export interface Written {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
  /** What is there may be overwritten. */
  readonly isReplaced: boolean;
}

/**
 * Writes all of them or none, the last one last: each aside, and then in its place at once. Over what is there only where
 * that was said, whoever made it meanwhile.
 * @throws {CliError} that names the file which can't be written
 */
export async function writeAll(files: readonly Written[]): Promise<void> {
  const asides: string[] = [];
  const made: string[] = [];
  let path = '';
  try {
    for (const file of files) {
      ({ path } = file);
      asides.push(await writeAside(file));
    }
    for (const [i, file] of files.entries()) {
      ({ path } = file);
      const aside = asides[i] ?? '';
      if (file.isReplaced) await rename(aside, path);
      else {
        await link(aside, path);
        made.push(path);
      }
    }
  } catch (error) {
    for (const each of made) await rm(each, { force: true });
    throw new CliError(EXIT.data, `${path} can't be written: ${reasonOf(error)}`, { cause: error });
  } finally {
    for (const each of asides) await rm(each, { force: true });
  }
}

async function writeAside({ path, text, mode }: Written): Promise<string> {
  const aside = join(dirname(path), `.${basename(path)}.${process.pid}`);
  const written = await open(aside, 'wx', mode);
  try {
    await written.writeFile(text);
    await written.sync();
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  } finally {
    await written.close();
  }
  return aside;
}
