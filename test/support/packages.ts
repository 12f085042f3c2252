import { createHash } from 'node:crypto';
import { glob, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { buildPackages } from '../../deploy/package/build.ts';
import { cacheDirectory } from './cache.ts';
import { toolPath } from './tools/tools.ts';

const ROOT = join(import.meta.dirname, '../..');
const CACHE = cacheDirectory('packages');

/** What packages are made of. */
const INPUTS =
  '{package{,-lock}.json,LICENSE,*.md,.env.example,src/**,docs/**,deploy/{bin,bundle,package,systemd,man,completion,prometheus,grafana}/**}';

/** Those of other sources are not kept for longer. */
const OLD_MS = 2 * 24 * 60 * 60 * 1000;

/**
 * The folder with idpmap's packages for both processors, named `idpmap_VERSION_ARCH.FORMAT`. They are made where their sources have
 * changed. Needs nfpm.
 */
export async function packagesFolder(): Promise<string> {
  const folder = join(CACHE, await fingerprint());
  if ((await readdir(folder).catch(() => [])).length > 0) return folder;
  await mkdir(CACHE, { recursive: true });
  await forgetOld();
  const unfinished = await mkdtemp(join(CACHE, '.unfinished-'));
  await buildPackages({
    formats: ['deb', 'rpm'],
    arches: ['amd64', 'arm64'],
    out: unfinished,
    nfpm: toolPath('nfpm'),
    isQuick: true,
  });
  // Another process may have been first.
  await rename(unfinished, folder).catch(() => rm(unfinished, { recursive: true }));
  return folder;
}

async function forgetOld(): Promise<void> {
  for (const name of await readdir(CACHE)) {
    const path = join(CACHE, name);
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > OLD_MS) await rm(path, { recursive: true, force: true });
  }
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  const entries = await Array.fromAsync(glob(INPUTS, { cwd: ROOT, withFileTypes: true }));
  const files = entries.filter((entry) => entry.isFile());
  for (const path of files.map(({ parentPath, name }) => join(parentPath, name)).toSorted())
    hash.update(path.replace(ROOT, '')).update(await readFile(path));
  return hash.digest('hex').slice(0, 16);
}
