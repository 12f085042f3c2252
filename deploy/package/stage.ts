import { cp, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buildProgram } from '../bundle/build.ts';
import { ROOT } from './lock.ts';
import { type Arch, layNode } from './node.ts';

/** Lays out `/usr/lib/idpmap`: the program, in which are the packages that it runs with, the command, and Node. */
export async function layProgram(arch: Arch, folder: string): Promise<void> {
  await buildProgram(join(folder, 'program'));
  for (const each of ['package.json', 'LICENSE', 'deploy/bin'])
    await copy(each, join(folder, each));
  await layNode(arch, folder);
}

/** Lays out `/usr/share/doc/idpmap`: the pages, and what Prometheus and Grafana are given. */
export async function layPages(folder: string): Promise<void> {
  const pages = ['README.md', 'CHANGELOG.md', 'SECURITY.md', '.env.example', 'docs'];
  const examples = ['deploy/prometheus/rules.yaml', 'deploy/grafana', 'deploy/systemd'];
  for (const each of [...pages, ...examples])
    await cp(join(ROOT, each), join(folder, each), { recursive: true });
  await cp(join(ROOT, 'LICENSE'), join(folder, 'copyright'));
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(join(ROOT, from), to, { recursive: true });
}
