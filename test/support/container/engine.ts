import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '../cache.ts';

/** Images take some hundred megabytes of it. */
const ROOT = cacheDirectory('containers');

/** What lives no longer than the machine runs. Short, for it holds sockets; one for each `ROOT`. */
const RUN = `/run/idpmap-test-${createHash('sha256').update(ROOT).digest('hex').slice(0, 8)}`;

/**
 * For root that may raise no limits, and for a machine that mounts the old and the new cgroups at once, which crun
 * refuses. Locks lie in files, since those in shared memory would be shared with the machine's own containers.
 */
const CONFIGURATION = `
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
init_path = "/usr/bin/catatonit"
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
runtime = "runc"
tmp_dir = "${RUN}/libpod"
`;

const STORAGE = ['--root', ROOT, '--runroot', join(RUN, 'storage'), '--storage-driver', 'overlay'];
const MAX_OUTPUT = 64 * 1024 * 1024;

/**
 * Runs podman as root, with images and containers apart from the machine's own, and gives what it prints on standard
 * output. Rejects with its words where it fails.
 */
export const podman = async (...args: readonly string[]): Promise<string> =>
  (await run('podman', args)).stdout;

/** As {@link podman}, with the same images. A build needs `--runtime runc` of its own: see {@link build}. */
export const buildah = async (...args: readonly string[]): Promise<string> =>
  (await run('buildah', args)).stdout;

/** What a container has written to its standard output, then what it has written to standard error. */
export async function logsOf(container: string): Promise<string> {
  const { stdout, stderr } = await run('podman', ['logs', container]);
  return [stdout, stderr].filter((text) => text !== '').join('\n');
}

/** What makes an image of a Dockerfile. */
export interface Build {
  /** The Dockerfile's path. */
  readonly file: string;
  /** The directory that is copied from. */
  readonly context: string;
  readonly tag: string;
  readonly args?: Readonly<Record<string, string>>;
}

/** Builds an image, on the host's network; layers that did not change are kept from the build before. */
export async function build({ file, context, tag, args = {} }: Build): Promise<void> {
  const given = Object.entries(args).map(([name, value]) => `--build-arg=${name}=${value}`);
  const options = ['--layers', '--runtime=runc', '--network=host', '--format=docker'];
  await buildah('bud', ...options, ...given, `--file=${file}`, `--tag=${tag}`, context);
}

/** Says whether an image is there. */
export async function hasImage(tag: string): Promise<boolean> {
  return (await podman('images', '--quiet', '--filter', `reference=${tag}`)) !== '';
}

interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

async function run(command: 'podman' | 'buildah', args: readonly string[]): Promise<Output> {
  const env = { ...process.env, CONTAINERS_CONF: await configure() };
  return new Promise((resolve, reject) => {
    const options = { env, maxBuffer: MAX_OUTPUT };
    execFile(command, [...STORAGE, ...args], options, (error, stdout, stderr) => {
      const words = withoutNoise(`${stdout}\n${stderr || (error?.message ?? '')}`);
      if (error === null) resolve({ stdout: stdout.trimEnd(), stderr: withoutNoise(stderr) });
      else reject(new Error(`${command} ${args.join(' ')}: ${words}`));
    });
  });
}

/** Each run complains that the plugins for a network are absent, which nobody needs here. */
const withoutNoise = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !line.includes('CNI config'))
    .join('\n')
    .trim();

let configured: Promise<string> | undefined;

/** Writes the configuration, once a process; gives its path. */
function configure(): Promise<string> {
  configured ??= (async () => {
    const file = join(ROOT, 'containers.conf');
    if ((await readFile(file, 'utf8').catch(() => '')) === CONFIGURATION) return file;
    await mkdir(ROOT, { recursive: true });
    // Another process may just read it.
    const unfinished = `${file}.${process.pid}`;
    await writeFile(unfinished, CONFIGURATION);
    await rename(unfinished, file);
    return file;
  })();
  return configured;
}
