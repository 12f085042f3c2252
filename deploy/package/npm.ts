import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProgram } from '../bundle/build.ts';
import { run } from './command.ts';
import { ROOT } from './lock.ts';
import { readManifest } from './recipe.ts';
import { layBuilt, rewritePages } from './stage.ts';

/** What npm packs whether it is named or not. */
const ALWAYS = ['package.json', 'LICENSE', 'README.md'];

/**
 * Makes the package for npm in the folder `out`: what `package.json` names, built from these sources, with pages whose links lead
 * somewhere. `npm pack` alone can't change what it packs.
 * @returns its path
 */
export async function packNpm(out: string): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), 'idpmap-npm-'));
  try {
    const { files }: { readonly files: readonly string[] } = JSON.parse(
      await readFile(join(ROOT, 'package.json'), 'utf8'),
    );
    for (const each of [...ALWAYS, ...files])
      if (each !== 'dist' && each !== 'program')
        await cp(join(ROOT, each), join(place, each), { recursive: true });
    await layBuilt(join(place, 'dist'));
    await buildProgram(join(place, 'program'));
    await rewritePages(place);
    await mkdir(out, { recursive: true });
    await run('npm', ['pack', place, '--silent', '--ignore-scripts', '--pack-destination', out]);
    return join(out, `idpmap-${readManifest().version}.tgz`);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}
