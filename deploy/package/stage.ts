import { cp, glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { buildProgram } from '../bundle/build.ts';
import { addCode } from '../bundle/code.ts';
import { publicAddress } from '../generate/address.ts';
import { run } from './command.ts';
import { ROOT } from './lock.ts';
import { type Arch, layNode } from './node.ts';
import { holding, shipPage } from './pages.ts';

/**
 * Lays out `/usr/lib/idpmap`: the program, in which are the packages that it runs with, the command, and Node; and V8's code, which
 * that Node alone can make: for another processor than this machine's there is none, and a start takes longer.
 */
export async function layProgram(arch: Arch, folder: string): Promise<void> {
  await buildProgram(join(folder, 'program'));
  for (const each of ['package.json', 'LICENSE', 'deploy/bin'])
    await copy(each, join(folder, each));
  await layNode(arch, folder);
  if (ARCHES[arch] === process.arch)
    await addCode(join(folder, 'program'), join(folder, 'bin/node'));
}

/** As Node calls them. */
const ARCHES: Readonly<Record<Arch, NodeJS.Architecture>> = { amd64: 'x64', arm64: 'arm64' };

/** Builds the sources into `folder`, with types and all. */
export async function layBuilt(folder: string): Promise<void> {
  await run('tsc', ['--project', 'tsconfig.build.json', '--outDir', folder], NO_TSC);
  await cp(join(ROOT, 'src/http/page'), join(folder, 'http/page'), { recursive: true });
}

const NO_TSC = 'start this with `npm run package`';

/** Lays out `/usr/share/doc/idpmap`: the pages, and what Prometheus and Grafana are given. */
export async function layPages(folder: string): Promise<void> {
  const pages = ['README.md', 'CHANGELOG.md', 'SECURITY.md', '.env.example', 'docs'];
  const examples = ['deploy/prometheus/rules.yaml', 'deploy/grafana', 'deploy/systemd'];
  for (const each of [...pages, ...examples])
    await cp(join(ROOT, each), join(folder, each), { recursive: true });
  await cp(join(ROOT, 'LICENSE'), join(folder, 'copyright'));
  await rewritePages(folder);
}

/** Rewrites the pages in a folder, which lie there by their paths in the repository, so that each link leads to what is there. */
export async function rewritePages(folder: string): Promise<void> {
  const entries = await Array.fromAsync(glob('**/*', { cwd: folder, withFileTypes: true }));
  const paths = entries.map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
  const shipment = { has: holding(paths), ...publicAddress() };
  for (const page of paths.filter((path) => path.endsWith('.md'))) {
    const file = join(folder, page);
    await writeFile(file, shipPage(await readFile(file, 'utf8'), page, shipment));
  }
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(join(ROOT, from), to, { recursive: true });
}
