import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packNpm } from '../../deploy/package/npm.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';

export const ROOT = join(import.meta.dirname, '../..');
export const TSC = join(ROOT, 'node_modules/.bin/tsc');
export const run = promisify(execFile);

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
  const shipped = join(installed, 'idpmap');
  await mkdir(join(installed, '@types'), { recursive: true });
  await mkdir(shipped);
  const tarball = await packNpm(place.path);
  await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', shipped]);
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
