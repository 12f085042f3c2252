import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The folder of the package that a module belongs to. */
const PACKAGE = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

/**
 * Writes the licences of all packages that `modules` belong to into one file.
 * @throws {Error} where one has neither a file of its licence nor a name of it
 */
export async function writeLicences(modules: readonly string[], file: string): Promise<void> {
  const folders = new Set(modules.flatMap((id) => PACKAGE.exec(id)?.[0] ?? []));
  const texts = await Promise.all([...folders].toSorted().map(describe));
  await writeFile(file, texts.join(`\n${'-'.repeat(72)}\n\n`));
}

async function describe(folder: string): Promise<string> {
  const manifest = await readFile(join(folder, 'package.json'), 'utf8');
  const { name, version, license }: Readonly<Record<string, string>> = JSON.parse(manifest);
  const files = (await readdir(folder)).filter((each) =>
    /^(?:licen[cs]e|copying|notice)/i.test(each),
  );
  const texts = await Promise.all(files.map((each) => readFile(join(folder, each), 'utf8')));
  if (texts.length === 0 && license === undefined) throw new Error(`${folder} has no licence`);
  return (
    [`${name} ${version} (${license ?? 'see below'})\n`, ...texts.map((text) => text.trim())].join(
      '\n',
    ) + '\n'
  );
}
