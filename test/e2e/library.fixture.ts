import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildProgram } from '../../deploy/bundle/build.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';

export const ROOT = join(import.meta.dirname, '../..');
export const TSC = join(ROOT, 'node_modules/.bin/tsc');
export const run = promisify(execFile);

const BUILD = ['--project', 'tsconfig.build.json', '--outDir'];
const CHECK =
  '--noEmit --strict --exactOptionalPropertyTypes --module nodenext --target esnext --allowImportingTsExtensions';

/** An empty project in which the package is installed as npm would ship it. */
export interface Project extends TemporaryDirectory {
  /** Where the package lies in it. */
  readonly shipped: string;
  /** Checks programs of it as a strict project would; gives what the compiler says, nothing where they are right. */
  check(...files: readonly string[]): Promise<string>;
}

/** Packs what is in the repository, and unpacks it where a program finds it. */
export async function installPackage(): Promise<Project> {
  const place = await makeTemporaryDirectory('idpmap-library');
  const installed = join(place.path, 'node_modules');
  const staged = join(place.path, 'staged');
  const shipped = join(installed, 'idpmap');
  await mkdir(staged);
  await mkdir(join(installed, '@types'), { recursive: true });
  await mkdir(shipped);
  const manifest = await readFile(join(ROOT, 'package.json'), 'utf8');
  const { files }: { files: readonly string[] } = JSON.parse(manifest);
  for (const file of ['package.json', 'LICENSE', 'README.md', ...files])
    if (file !== 'dist' && file !== 'program')
      await cp(join(ROOT, file), join(staged, file), { recursive: true });
  await run(process.execPath, [TSC, ...BUILD, join(staged, 'dist')], { cwd: ROOT });
  await cp(join(ROOT, 'src/http/page'), join(staged, 'dist/http/page'), { recursive: true });
  await buildProgram(join(staged, 'program'));
  await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', place.path], {
    cwd: staged,
  });
  const tarball = (await readdir(place.path)).find((name) => name.endsWith('.tgz')) ?? '';
  await run('tar', ['-xzf', join(place.path, tarball), '--strip-components=1', '-C', shipped]);
  await rm(staged, { recursive: true });
  // What it depends on, and what a project in TypeScript has.
  await symlink(join(ROOT, 'node_modules'), join(shipped, 'node_modules'));
  await symlink(join(ROOT, 'node_modules/@types/node'), join(installed, '@types/node'));
  await symlink(join(ROOT, 'node_modules/undici-types'), join(installed, 'undici-types'));
  await writeFile(join(place.path, 'package.json'), '{ "type": "module" }');
  await cp(join(ROOT, 'docs/examples/hr.ts'), join(place.path, 'hr.ts'));
  return {
    ...place,
    shipped,
    check: async (...names) => {
      const checking = run(process.execPath, [TSC, ...CHECK.split(' '), ...names], {
        cwd: place.path,
      });
      const { stdout } = await checking.catch((error: { readonly stdout: string }) => error);
      return stdout;
    },
  };
}

/** One program in the library's page. */
export interface Example {
  /** The heading that it stands under. */
  readonly title: string;
  readonly text: string;
}

/** The complete programs in the library's page. */
export async function readExamples(): Promise<readonly Example[]> {
  const page = await readFile(join(ROOT, 'docs/library.md'), 'utf8');
  const sections = page.split(/^#{2,3} /gm).slice(1);
  return sections.flatMap((section) =>
    [...section.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, text = '']) => ({
      title: section.slice(0, section.indexOf('\n')),
      text,
    })),
  );
}
