import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What files hold, by name. */
export type VolumeFiles = Readonly<Record<string, string>>;

/** A directory that holds a ConfigMap or a Secret as the kubelet lays it out: each file a link through `..data`. */
export interface Volume {
  readonly path: string;
  /** Where a file of it lies. */
  fileOf(name: string): string;
  /** Puts other content in place, all files at one moment, as the kubelet's AtomicWriter does. */
  swap(files: VolumeFiles): Promise<void>;
}

/** Makes one in the directory `path`, which is made too. */
export async function makeVolume(path: string, files: VolumeFiles): Promise<Volume> {
  await mkdir(path, { recursive: true });
  let version = 0;
  const write = async (next: VolumeFiles): Promise<void> => {
    const former = `..version-${version}`;
    version += 1;
    const name = `..version-${version}`;
    for (const [file, text] of Object.entries(next)) {
      const whole = join(path, name, file);
      await mkdir(dirname(whole), { recursive: true });
      await writeFile(whole, text, { mode: 0o640 });
    }
    await symlink(name, join(path, '..data_tmp'));
    await rename(join(path, '..data_tmp'), join(path, '..data'));
    await linkFiles(path, Object.keys(next));
    await rm(join(path, former), { recursive: true, force: true });
  };
  await write(files);
  return { path, fileOf: (name) => join(path, name), swap: write };
}

/** Links new files and removes the links of those that are gone, after the swap as the kubelet does. */
async function linkFiles(path: string, names: readonly string[]): Promise<void> {
  const links = (await readdir(path)).filter((name) => !name.startsWith('..'));
  for (const name of names.filter((each) => !links.includes(each)))
    await symlink(join('..data', name), join(path, name));
  for (const name of links.filter((each) => !names.includes(each))) await rm(join(path, name));
}
