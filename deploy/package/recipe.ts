import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './lock.ts';
import type { Arch } from './node.ts';

/** Kinds of packages: Debian's and Ubuntu's, Fedora's and its relatives'. */
export type Format = 'deb' | 'rpm';

/** What a package is made of. */
export interface Ingredients {
  readonly arch: Arch;
  readonly version: string;
  /** When what it holds was last changed, as ISO 8601 has it: the same commit gives the same bytes, but for what V8 makes of it. */
  readonly changed: string;
  /** The folder with `lib` and `doc`, as `stage.ts` lays them out. */
  readonly stage: string;
  /** Larger, and made sooner. */
  readonly isQuick: boolean;
}

interface Content {
  /** A folder has none. */
  readonly src?: string;
  readonly dst: string;
  readonly type?: 'tree' | 'symlink' | 'dir' | 'config|noreplace';
  readonly packager?: Format;
  readonly file_info?: { readonly mode: number };
}

const FILES = join(ROOT, 'deploy/package/files');
const SYSTEMD = join(ROOT, 'deploy/systemd');
const UNITS = '/usr/lib/systemd/system';

/** What nfpm makes a package from. @see https://nfpm.goreleaser.com/docs/configuration/ */
export function recipe({ arch, version, changed, stage, isQuick }: Ingredients): object {
  const { description, license, homepage } = readManifest();
  return {
    name: 'idpmap',
    arch,
    platform: 'linux',
    version,
    section: 'mail',
    priority: 'optional',
    maintainer: 'The idpmap authors',
    description,
    license,
    ...(homepage === undefined ? {} : { homepage }),
    mtime: changed,
    contents: [...programs(stage), ...units(), ...pages(stage), ...completions()],
    scripts: {
      postinstall: join(FILES, 'postinstall.sh'),
      preremove: join(FILES, 'preremove.sh'),
      postremove: join(FILES, 'postremove.sh'),
    },
    deb: { compression: isQuick ? 'none' : 'gzip' },
    rpm: { summary: description, compression: isQuick ? 'gzip:1' : 'gzip:6' },
    // What Node's own program asks for, and whoever makes the user and the directories.
    overrides: {
      deb: {
        depends: ['libc6 (>= 2.28)', 'libgcc-s1', 'libstdc++6', 'systemd'],
        recommends: ['postfix'],
      },
      rpm: {
        depends: ['glibc >= 2.28', 'libgcc', 'libstdc++', 'systemd'],
        recommends: ['postfix'],
      },
    },
  };
}

const programs = (stage: string): readonly Content[] => [
  { src: join(stage, 'lib'), dst: '/usr/lib/idpmap', type: 'tree' },
  { src: '/usr/lib/idpmap/deploy/bin/idpmap', dst: '/usr/bin/idpmap', type: 'symlink' },
  {
    src: join(FILES, 'idpmap.yaml'),
    dst: '/etc/idpmap/idpmap.yaml',
    type: 'config|noreplace',
    file_info: { mode: 0o640 },
  },
];

const units = (): readonly Content[] =>
  Object.entries({
    'idpmap.service': `${UNITS}/idpmap.service`,
    'idpmap-places.service': `${UNITS}/idpmap-places.service`,
    'idpmap-relief.conf': `${UNITS}/idpmap-relief.service.d/relief.conf`,
    'idpmap.sysusers': '/usr/lib/sysusers.d/idpmap.conf',
    'idpmap.tmpfiles': '/usr/lib/tmpfiles.d/idpmap.conf',
  })
    .map(([name, dst]) => plain(join(SYSTEMD, name), dst))
    .concat(plain(join(SYSTEMD, 'idpmap.service'), `${UNITS}/idpmap-relief.service`))
    // dpkg knows folders by their files.
    .concat({ dst: `${UNITS}/idpmap-relief.service.d`, type: 'dir', packager: 'rpm' });

const pages = (stage: string): readonly Content[] => [
  { src: join(stage, 'doc'), dst: '/usr/share/doc/idpmap', type: 'tree' },
  ...list('deploy/man').map((name) =>
    plain(join(ROOT, 'deploy/man', name), `/usr/share/man/man${name.at(-1)}/${name}`),
  ),
];

/** Where each shell looks for what completes a command. */
const COMPLETIONS: readonly (readonly [shell: string, dst: string, packager?: Format])[] = [
  ['bash', '/usr/share/bash-completion/completions/idpmap'],
  ['fish', '/usr/share/fish/vendor_completions.d/idpmap.fish'],
  ['zsh', '/usr/share/zsh/vendor-completions/_idpmap', 'deb'],
  ['zsh', '/usr/share/zsh/site-functions/_idpmap', 'rpm'],
];

const completions = (): readonly Content[] => {
  const there = list('deploy/completion');
  return COMPLETIONS.filter(([shell]) => there.includes(shell)).map(([shell, dst, packager]) => ({
    ...plain(join(ROOT, 'deploy/completion', shell), dst),
    ...(packager === undefined ? {} : { packager }),
  }));
};

const plain = (src: string, dst: string): Content => ({ src, dst, file_info: { mode: 0o644 } });

const list = (folder: string): readonly string[] =>
  existsSync(join(ROOT, folder)) ? readdirSync(join(ROOT, folder)).toSorted() : [];

interface Manifest {
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly homepage?: string;
}

/** What `package.json` says of the project. */
export const readManifest = (): Manifest =>
  JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
