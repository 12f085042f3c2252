import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { programFile } from '../program.ts';

/** What stands in the program, and a version that makes other entries of the same rows has instead. */
const VERSION = /(\/\/ src\/fleet\/fingerprint\.ts\nconst VERSION\S* = )1;/;

/**
 * Makes the program of another version, in `place`: what it lays down for a fleet is no other daemon's that is here now.
 * @returns the command that runs it
 */
export async function nextVersion(place: string): Promise<readonly [string, string]> {
  const root = dirname(dirname(await programFile()));
  const copy = join(place, 'next');
  await cp(join(root, 'program'), join(copy, 'program'), { recursive: true });
  await cp(join(root, 'package.json'), join(copy, 'package.json'));
  await symlink(join(root, 'docs'), join(copy, 'docs'));
  const file = join(copy, 'program/daemon.cjs');
  const text = await readFile(file, 'utf8');
  if (!VERSION.test(text)) throw new Error(`${file} does not say of which version it is`);
  await writeFile(
    file,
    text.replace(VERSION, (_, before: string) => `${before}2;`),
  );
  return [process.execPath, join(copy, 'program/idpmap.cjs')];
}
