import { chmod, chown, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { project } from '../volume.ts';
import type { Files, Manifest, VolumeSpec } from './pod-spec.ts';

/** A Pod's volumes as directories of this machine, made and changed as a kubelet does. */
export interface Volumes {
  /** Where a volume lies, with the `subPath` of a mount made in it. */
  path(name: string, subPath?: string): Promise<string>;
  /** Gives a ConfigMap new content in every volume of it: a new directory, then one symlink that is replaced. */
  swapConfigMap(name: string, files: Files): Promise<void>;
  /** The same with a Secret. */
  swapSecret(name: string, files: Files): Promise<void>;
}

/** Makes every volume of the Pod below `directory`. */
export async function makeVolumes(directory: string, manifest: Manifest): Promise<Volumes> {
  const { volumes, securityContext } = manifest.pod;
  const fsGroup = securityContext?.fsGroup;
  const pathOf = (name: string): string => join(directory, name);
  const show = (volume: VolumeSpec, files: Files): Promise<void> =>
    project(pathOf(volume.name), select(volume, files), async (version) => {
      if (fsGroup !== undefined) await giveToGroup(version, fsGroup);
    });
  for (const volume of volumes) {
    await mkdir(pathOf(volume.name), { recursive: true });
    const files = contentOf(volume, manifest);
    if (files === undefined) await own(pathOf(volume.name), volume, fsGroup);
    else await show(volume, files);
  }
  const swap = async (isMeant: (volume: VolumeSpec) => boolean, files: Files): Promise<void> => {
    for (const volume of volumes.filter(isMeant)) await show(volume, files);
  };
  return {
    path: async (name, subPath) =>
      subPath === undefined ? pathOf(name) : makeSubPath(pathOf(name), subPath),
    swapConfigMap: (name, files) => swap(({ configMap }) => configMap?.name === name, files),
    swapSecret: (name, files) => swap(({ secret }) => secret?.secretName === name, files),
  };
}

/** The files of the ConfigMap or Secret that a volume shows; absent where it shows none. */
function contentOf({ configMap, secret }: VolumeSpec, manifest: Manifest): Files | undefined {
  const name = configMap?.name ?? secret?.secretName;
  if (name === undefined) return undefined;
  const files = configMap === undefined ? manifest.secrets[name] : manifest.configMaps[name];
  if (files === undefined) throw new Error(`a volume shows ${name}, which the manifest lacks`);
  return files;
}

function select({ configMap, secret }: VolumeSpec, files: Files): Files {
  const items = (configMap ?? secret)?.items;
  if (items === undefined) return files;
  return Object.fromEntries(items.map(({ key, path }) => [path, files[key] ?? '']));
}

/** An empty directory is everybody's, a fresh file system root's; of either `fsGroup` makes a setgid directory of the group's. */
async function own(path: string, volume: VolumeSpec, fsGroup: number | undefined): Promise<void> {
  const mode = volume.emptyDir === undefined ? 0o755 : 0o777;
  if (fsGroup === undefined) return chmod(path, mode);
  await chown(path, 0, fsGroup);
  await chmod(path, 0o2770 | mode);
}

/** A kubelet makes it in the volume's own mode; the group comes from the setgid bit. */
async function makeSubPath(volume: string, subPath: string): Promise<string> {
  const path = join(volume, subPath);
  await mkdir(path, { recursive: true });
  const { mode, gid } = await stat(volume);
  await chown(path, 0, gid);
  await chmod(path, mode & 0o7777);
  return path;
}

async function giveToGroup(path: string, fsGroup: number): Promise<void> {
  await chown(path, 0, fsGroup);
  await chmod(path, 0o2775);
  for (const name of await readdir(path)) {
    await chown(join(path, name), 0, fsGroup);
    await chmod(join(path, name), 0o644);
  }
}
