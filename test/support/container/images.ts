import { createHash } from 'node:crypto';
import { glob, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { type DebianName, makeDebian } from './debian.ts';
import { build, hasImage, podman } from './engine.ts';
import { baseOf, makeNode, NODE_INPUTS, type NodeName } from './node.ts';

/** An image to build on, for a machine that reaches no registry of images. */
export type BaseName = DebianName | NodeName;

const REPOSITORY = join(import.meta.dirname, '../../..');

/** What the Dockerfile copies, and itself. */
const PRODUCT_INPUTS =
  '{Dockerfile,.dockerignore,LICENSE,package{,-lock}.json,src/**,deploy/bundle/**}';

/** Two weeks: bases are made anew then, with what Debian has mended meanwhile. */
const OLD = 'until=336h';

/** Gives the image of a base; it is made where its recipe, Node or the machine's authorities have changed. */
export async function baseImage(name: BaseName): Promise<string> {
  const own = ['debian.ts', 'node.ts'].map((file) => join(import.meta.dirname, file));
  const tag = `localhost/idpmap/base-${name}:${await fingerprint([...own, ...NODE_INPUTS])}`;
  return keep(tag, async () => {
    if (name === 'build' || name === 'runtime')
      return makeNode(name, await baseImage(baseOf(name)), tag);
    return makeDebian(name, tag);
  });
}

/** Gives the image that the Dockerfile makes, on bases of this machine; it is built where what it is made of has changed. */
export async function productImage(): Promise<string> {
  const args = {
    BUILD_IMAGE: await baseImage('build'),
    RUNTIME_IMAGE: await baseImage('runtime'),
    PROBE_IMAGE: await baseImage('probe'),
    VERSION: await readVersion(),
  };
  const tag = `localhost/idpmap/idpmap:${await fingerprint(await productFiles(), JSON.stringify(args))}`;
  return keep(tag, () =>
    build({ file: join(REPOSITORY, 'Dockerfile'), context: REPOSITORY, tag, args }),
  );
}

async function readVersion(): Promise<string> {
  const { version }: { readonly version: string } = JSON.parse(
    await readFile(join(REPOSITORY, 'package.json'), 'utf8'),
  );
  return version;
}

async function productFiles(): Promise<readonly string[]> {
  const options = { cwd: REPOSITORY, withFileTypes: true } as const;
  const entries = await Array.fromAsync(glob(PRODUCT_INPUTS, options));
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .toSorted();
}

async function fingerprint(files: readonly string[], more = ''): Promise<string> {
  const hash = createHash('sha256').update(more);
  for (const file of files) hash.update(relative(REPOSITORY, file)).update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}

/** Images that have become old and that no container uses make room for a new one. */
async function keep(tag: string, make: () => Promise<void>): Promise<string> {
  if (await hasImage(tag)) return tag;
  await make();
  await podman('image', 'prune', '--all', '--force', '--filter', OLD);
  return tag;
}
