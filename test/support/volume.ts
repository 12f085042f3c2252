import { mkdir, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What files hold, by name. */
export type VolumeFiles = Readonly<Record<string, string>>;

/** A directory that holds a ConfigMap or a Secret as the kubelet lays it out: each file a link through `..data`. */
export interface Volume {
  readonly path: string;
  /** Where a file of it lies. */
  fileOf(name: string): string;
  /** Puts other content in place, all files at one moment. */
  swap(files: VolumeFiles): Promise<void>;
}

/** Makes one in the directory `path`, which is made too. */
export async function makeVolume(path: string, files: VolumeFiles): Promise<Volume> {
  await mkdir(path, { recursive: true });
  await project(path, files);
  return { path, fileOf: (name) => join(path, name), swap: (next) => project(path, next) };
}

/**
 * Shows files in the directory `path` as the kubelet's AtomicWriter does: `NAME -> ..data/NAME`, `..data -> ..TIME`.
 * Replacing `..data` changes all of them at once. `prepare` gets the directory of the new ones before they are shown.
 */
export async function project(
  path: string,
  files: VolumeFiles,
  prepare: (version: string) => Promise<void> = async () => {},
): Promise<void> {
  const former = await readlink(join(path, '..data')).catch(() => undefined);
  const version = `..${process.hrtime.bigint()}`;
  await mkdir(join(path, version), { mode: 0o755 });
  for (const [name, text] of Object.entries(files))
    await writeFile(join(path, version, name), text);
  await prepare(join(path, version));
  await symlink(version, join(path, '..data_tmp'));
  await rename(join(path, '..data_tmp'), join(path, '..data'));
  await linkFiles(path, Object.keys(files));
  if (former !== undefined) await rm(join(path, former), { recursive: true });
}

/** Links new files and removes the links of those that are gone, after the swap as the kubelet does. */
async function linkFiles(path: string, names: readonly string[]): Promise<void> {
  const links = (await readdir(path)).filter((name) => !name.startsWith('..'));
  for (const name of names.filter((each) => !links.includes(each)))
    await symlink(join('..data', name), join(path, name));
  for (const name of links.filter((each) => !names.includes(each))) await rm(join(path, name));
}
