import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { run } from './command.ts';
import type { Arch } from './node.ts';
import { packNpm } from './npm.ts';
import { type Format, readManifest, recipe } from './recipe.ts';
import { layPages, layProgram } from './stage.ts';

/** What is asked for; each package is one of `formats` for one of `arches`. */
export interface Order {
  readonly formats: readonly Format[];
  readonly arches: readonly Arch[];
  /** Absent: what package.json has. */
  readonly version?: string;
  /** Where the packages go. */
  readonly out: string;
  /** Packages for a test: larger, and made sooner. */
  readonly isQuick?: boolean;
  /** The program that makes them. */
  readonly nfpm?: string;
}

/**
 * Makes packages for Linux: idpmap, built from these sources, the Node that they are tested with, and what a host needs to run it.
 * @returns the packages' paths
 */
export async function buildPackages(order: Order): Promise<readonly string[]> {
  const {
    formats,
    arches,
    version = readManifest().version,
    out,
    nfpm = 'nfpm',
    isQuick = false,
  } = order;
  await mkdir(out, { recursive: true });
  const place = await mkdtemp(join(tmpdir(), 'idpmap-package-'));
  try {
    const made: string[] = [];
    const changed = await lastChange();
    for (const arch of arches) {
      const stage = join(place, arch);
      await layProgram(arch, join(stage, 'lib'));
      await layPages(join(stage, 'doc'));
      const config = join(place, `${arch}.yaml`);
      await writeFile(config, stringify(recipe({ arch, version, changed, stage, isQuick })));
      for (const format of formats) {
        const target = join(out, `idpmap_${version}_${arch}.${format}`);
        await run(
          nfpm,
          ['package', '--config', config, '--packager', format, '--target', target],
          INSTALL,
        );
        made.push(target);
      }
    }
    return made;
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

const INSTALL = 'go install github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.45.2';

/** Of the sources, where git knows it. */
const lastChange = (): Promise<string> =>
  run('git', ['log', '-1', '--format=%cI']).then(
    (text) => text.trim(),
    () => '2020-01-01T00:00:00Z',
  );

const HELP = `usage: npm run package -- [deb|rpm|npm …] [--arch amd64|arm64 …] [--out DIRECTORY]

Makes Linux packages of idpmap, deb and rpm unless you name one, with the Node that it is tested with inside, for this machine's
processor, unless you name others, into this directory. That takes nfpm: ${INSTALL}
Or the package for npm, for any machine that has Node.`;

const KINDS = { deb: 'deb', rpm: 'rpm', npm: 'npm' } as const;
const ARCHES = { amd64: 'amd64', arm64: 'arm64' } as const;

/** Those of the words that are known. @throws {Error} for others */
function choose<T extends string>(known: Readonly<Record<string, T>>, words: readonly string[]) {
  return words.map((word) => {
    const choice = known[word];
    if (choice !== undefined) return choice;
    throw new Error(`"${word}" is none of ${Object.keys(known).join(', ')}`);
  });
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      arch: {
        type: 'string',
        multiple: true,
        default: [process.arch === 'arm64' ? 'arm64' : 'amd64'],
      },
      out: { type: 'string', default: '.' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) return console.log(HELP);
  const kinds = choose(KINDS, positionals.length === 0 ? ['deb', 'rpm'] : positionals);
  const formats = kinds.filter((kind) => kind !== 'npm');
  const order = { formats, arches: choose(ARCHES, values.arch), out: resolve(values.out) };
  if (kinds.includes('npm')) console.log(await packNpm(order.out));
  if (formats.length === 0) return;
  for (const path of await buildPackages(order)) console.log(path);
}

if (import.meta.main)
  await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  });
