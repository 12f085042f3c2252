import { execFile } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { DebianName } from './debian.ts';
import { build } from './engine.ts';

/** An image with Node: `build` stands for the Dockerfile's `node:24…-slim`, `runtime` for its `distroless/nodejs24…`. */
export type NodeName = 'build' | 'runtime';

interface Layer {
  readonly on: DebianName;
  /** Lays out the files that come over the base's. */
  readonly lay: (root: string) => Promise<void>;
  /** Instructions of a Dockerfile. */
  readonly settings: readonly string[];
}

const NPM_VERSION = '11.21.2';
/** npm's package of Node for this machine: it holds the official program, in the version that the lock file has. */
const NODE = join(
  dirname(realpathSync(join(import.meta.dirname, '../../../node_modules/.bin/node'))),
  '..',
);
/** The authorities that this machine trusts. */
const BUNDLE = 'etc/ssl/certs/ca-certificates.crt';

const PASSWD = `root:x:0:0:root:/root:/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin
nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin
`;
const GROUP = 'root:x:0:\nnobody:x:65534:\nnonroot:x:65532:\n';

const LAYERS: Readonly<Record<NodeName, Layer>> = {
  build: {
    on: 'slim',
    lay: async (root) => {
      await layNode(join(root, 'usr/local/bin/node'));
      await layNpm(join(root, 'usr/local'));
    },
    // Packages may come through a proxy with a certificate of its own, and Node trusts only its own list.
    settings: [`ENV NODE_EXTRA_CA_CERTS=/${BUNDLE}`],
  },
  runtime: {
    on: 'libraries',
    lay: async (root) => {
      await layNode(join(root, 'nodejs/bin/node'));
      await writeFile(join(root, 'etc/passwd'), PASSWD);
      await writeFile(join(root, 'etc/group'), GROUP);
    },
    settings: ['USER 65532', 'WORKDIR /home/nonroot', 'ENTRYPOINT ["/nodejs/bin/node"]'],
  },
};

/** The files that these images are made of: where one changes, they are to be made anew. */
export const NODE_INPUTS: readonly string[] = [join(NODE, 'package.json'), `/${BUNDLE}`];

/** Which image of Debian's packages an image with Node begins with. */
export const baseOf = (name: NodeName): DebianName => LAYERS[name].on;

/** Makes an image with Node on `base`. */
export async function makeNode(name: NodeName, base: string, tag: string): Promise<void> {
  const { lay, settings } = LAYERS[name];
  const place = await mkdtemp(join(tmpdir(), 'idpmap-node-'));
  try {
    const root = join(place, 'root');
    await mkdir(join(root, dirname(BUNDLE)), { recursive: true });
    await copyFile(`/${BUNDLE}`, join(root, BUNDLE));
    await lay(root);
    const file = join(place, 'Dockerfile');
    await writeFile(file, [`FROM ${base}`, 'COPY root /', ...settings].join('\n'));
    await build({ file, context: place, tag });
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function layNode(place: string): Promise<void> {
  await mkdir(dirname(place), { recursive: true });
  await copyFile(join(NODE, 'bin/node'), place);
  await chmod(place, 0o755);
}

async function layNpm(prefix: string): Promise<void> {
  const modules = join(prefix, 'lib/node_modules');
  await mkdir(join(modules, 'npm'), { recursive: true });
  await run('npm', ['pack', '--silent', `npm@${NPM_VERSION}`, '--pack-destination', modules]);
  const archive = join(modules, `npm-${NPM_VERSION}.tgz`);
  const unpack = ['--extract', '--gzip', '--no-same-owner', '--strip-components=1'];
  await run('tar', [...unpack, '--file', archive, '--directory', join(modules, 'npm')]);
  await rm(archive);
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(prefix, 'bin/npm'));
}

const run = promisify(execFile);
