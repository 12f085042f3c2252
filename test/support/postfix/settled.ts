import { utimes, writeFile } from 'node:fs/promises';

const LONG_AGO = new Date('2000-01-01');

/** Writes a file that Postfix reads as if long ago: it waits up to two seconds for a fresh one "to cool down" (`dict_load_file_xt`). */
export async function writeSettled(file: string, text: string): Promise<void> {
  await writeFile(file, text);
  await utimes(file, LONG_AGO, LONG_AGO);
}
