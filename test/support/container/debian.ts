import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { podman } from './engine.ts';

/**
 * An image of Debian's packages alone: `slim` is Debian, `postfix` has Postfix in it, `libraries` is what Node needs and
 * no program beside, `probe` has the one program busybox.
 */
export type DebianName = 'slim' | 'postfix' | 'libraries' | 'probe';

interface Selection {
  /** As mmdebstrap has them: `extract` runs no script of a package, and brings neither shell nor package manager. */
  readonly variant: 'minbase' | 'extract';
  readonly packages: readonly string[];
}

/** The release whose Postfix the project is tested against. */
const SUITE = 'bookworm';

const SELECTIONS: Readonly<Record<DebianName, Selection>> = {
  slim: { variant: 'minbase', packages: ['ca-certificates'] },
  postfix: { variant: 'minbase', packages: ['ca-certificates', 'postfix'] },
  libraries: { variant: 'extract', packages: ['libc6', 'libgcc-s1', 'libstdc++6', 'netbase'] },
  probe: { variant: 'extract', packages: ['busybox-static'] },
};

/** What nobody reads in a container, licences aside. */
const THINNING = [
  ...['man', 'locale', 'info', 'doc'].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
  '--dpkgopt=path-include=/usr/share/doc/*/copyright',
];

/** Makes an image out of Debian's packages, as its mirror has them now. */
export async function makeDebian(name: DebianName, tag: string): Promise<void> {
  const { variant, packages } = SELECTIONS[name];
  const place = await mkdtemp(join(tmpdir(), 'idpmap-debian-'));
  try {
    const archive = join(place, 'root.tar');
    const selection = [`--variant=${variant}`, `--include=${packages.join(',')}`];
    await run('mmdebstrap', ['--quiet', ...selection, ...THINNING, SUITE, archive]);
    await podman('import', '--quiet', archive, tag);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

const run = promisify(execFile);
