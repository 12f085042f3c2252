import { appendFile, copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunningProcess, startProcess } from '../process.ts';
import { type ToolName, toolPath, unpackedRoot } from '../tools/tools.ts';

/** A program of a package that is unpacked and not installed, and what it must find on its machine. */
export interface Unpacked {
  readonly tool: ToolName;
  readonly parameters: readonly string[];
  /** Where its files lie, and those of its users. */
  readonly directory: string;
  /** What it finds as `/run/idpmap`. */
  readonly sockets: string;
  /** Users and groups that its package makes. */
  readonly users?: readonly string[];
  /** Further commands of a shell, as root in its namespace: `$ROOT` is where the package is unpacked. */
  readonly prepare?: readonly string[];
}

/** Users get numbers of their own from here on. */
const FIRST_ID = 64_120;

/**
 * Starts such a program in namespaces for mounts and the host's name: nothing that it finds is seen by others, and nothing
 * is left when it has ended. Needs root.
 */
export async function startUnpacked(options: Unpacked): Promise<RunningProcess> {
  const { tool, parameters, directory, sockets, users = [], prepare = [] } = options;
  const etc = join(directory, 'etc');
  await mkdir(etc, { recursive: true });
  for (const name of ['passwd', 'group']) await copyFile(`/etc/${name}`, join(etc, name));
  for (const [i, user] of users.entries()) {
    const id = FIRST_ID + i;
    await appendFile(
      join(etc, 'passwd'),
      `${user}:x:${id}:${id}::${directory}:/usr/sbin/nologin\n`,
    );
    await appendFile(join(etc, 'group'), `${user}:x:${id}:\n`);
  }
  const script = join(directory, 'start.sh');
  await writeFile(script, scriptOf(etc, sockets, prepare));
  const namespaces = ['--mount', '--uts', '--propagation', 'private'];
  const root = unpackedRoot(tool);
  return startProcess('unshare', [...namespaces, 'sh', script, toolPath(tool), ...parameters], {
    cwd: directory,
    env: {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      LANG: 'C',
      TZ: 'UTC',
      ROOT: root,
      LIBRARIES: `${join(root, 'usr/lib', TRIPLET)}:${join(root, 'lib', TRIPLET)}`,
    },
  });
}

/** Debian's name of this machine. */
const TRIPLET = `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;

const scriptOf = (etc: string, sockets: string, prepare: readonly string[]): string =>
  [
    'set -e',
    'hostname mx.test',
    `mount --bind ${join(etc, 'passwd')} /etc/passwd`,
    `mount --bind ${join(etc, 'group')} /etc/group`,
    'mount -t tmpfs -o mode=755 tmpfs /run',
    'mkdir /run/idpmap',
    `mount --bind ${sockets} /run/idpmap`,
    ...prepare,
    // Only now: mount and sh are Debian's own.
    'export LD_LIBRARY_PATH="$LIBRARIES"',
    'exec "$@"',
    '',
  ].join('\n');
