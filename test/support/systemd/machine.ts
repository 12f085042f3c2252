import { randomUUID } from 'node:crypto';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { build, podman } from '../container/engine.ts';
import { baseImage } from '../container/images.ts';
import { reachOutside } from '../container/outside.ts';
import { enterNetwork } from '../container/pod-network.ts';
import { makeTemporaryDirectory } from '../temporary.ts';
import { until } from '../until.ts';

/** A Debian with a systemd of its own, and Postfix, which is not configured. */
export interface Machine {
  /** Of its container. */
  readonly name: string;
  /** Runs a command as root; gives what it prints, rejects where it fails. */
  run(...command: readonly string[]): Promise<string>;
  /** A port of this machine's loopback that leads to `port` of that one's. */
  forward(port: number): Promise<number>;
  /** Lets a port of that one's loopback lead to the same one of this machine's. */
  reach(port: number): Promise<void>;
  /** Writes a file in it. */
  write(path: string, text: string): Promise<void>;
  /** Ends it and all that runs in it. */
  stop(): Promise<void>;
}

const REPOSITORY = join(import.meta.dirname, '../../..');
const PLACE = '/opt/idpmap';
const START_LIMIT_MS = 30_000;

/** Ends a machine whose test process was killed. */
const LIFETIME_S = 900;

/** How long a test's hook should allow for a start: an image may have to be made. */
export const MACHINE_START_MS = 300_000;

/** Boots a machine with the unit of `deploy/systemd` installed but not started, and Postfix that asks it. Needs root and podman. */
export async function startMachine(): Promise<Machine> {
  const machine = await bootMachine([`${REPOSITORY}:${PLACE}:ro`]);
  try {
    await machine.run('sh', join(PLACE, 'test/support/systemd/install.sh'));
    return machine;
  } catch (error) {
    await machine.stop();
    throw error;
  }
}

/** What a machine has beside systemd and Postfix. */
export interface MachineOptions {
  /** Debian's own Node and npm. */
  readonly hasNode?: boolean;
}

/** Boots a machine that knows nothing of idpmap. `mounts` are podman's: `HERE:THERE:ro`. Needs root and podman. */
export async function bootMachine(
  mounts: readonly string[],
  { hasNode = false }: MachineOptions = {},
): Promise<Machine> {
  const tag = hasNode ? await nodeImage() : await machineImage();
  const name = `idpmap-machine-${randomUUID()}`;
  await using resources = new AsyncDisposableStack();
  resources.defer(async () => {
    await podman('rm', '--force', '--time', '0', '--ignore', name);
  });
  // Privileged: systemd makes namespaces of its own for the unit's sandbox.
  const life = ['--detach', '--name', name, '--timeout', String(LIFETIME_S), '--network', 'none'];
  const rights = ['--systemd', 'always', '--privileged'];
  const volumes = mounts.flatMap((mount) => ['--volume', mount]);
  await podman('run', ...life, ...rights, ...volumes, tag);
  const run = (...command: readonly string[]) => podman('exec', name, ...command);
  await waitForSystemd(run);
  // As on a machine that was booted; in a container units would have no credentials.
  await run('mount', '--make-rshared', '/');
  const pid = await podman('inspect', '--format', '{{.State.Pid}}', name);
  const network = enterNetwork(Number(pid));
  resources.defer(() => network.close());
  const owned = resources.move();
  return {
    name,
    run,
    forward: (port) => network.forward(port),
    reach: async (port) => {
      const outside = await reachOutside(Number(pid), port);
      owned.defer(() => outside.close());
    },
    write: async (path, text) => {
      await run('sh', '-euc', 'printf %s "$1" >"$0"', path, text);
    },
    stop: () => owned.disposeAsync(),
  };
}

/** Gives the image of a machine that knows nothing of idpmap. */
export async function machineImage(): Promise<string> {
  const tag = 'localhost/idpmap/systemd';
  const file = join(import.meta.dirname, 'Dockerfile');
  const args = { POSTFIX_BASE: await baseImage('postfix') };
  await build({ file, context: import.meta.dirname, tag, args });
  return tag;
}

/** What `npm ci` reads; where one of them changes, the image is made anew. */
const NPM_INPUTS = ['package.json', 'package-lock.json', '.npmrc', '.ci/node'];

async function nodeImage(): Promise<string> {
  const tag = 'localhost/idpmap/systemd-node';
  const context = await makeTemporaryDirectory('idpmap-machine');
  try {
    for (const name of NPM_INPUTS)
      await cp(join(REPOSITORY, name), join(context.path, name), { recursive: true });
    await cp('/etc/ssl/certs/ca-certificates.crt', join(context.path, 'authorities.crt'));
    const file = join(import.meta.dirname, 'Dockerfile.node');
    await build({ file, context: context.path, tag, args: { MACHINE: await machineImage() } });
  } finally {
    await context.remove();
  }
  return tag;
}

/** It says `running`, or `degraded` where a unit failed that has no part in this. */
async function waitForSystemd(run: Machine['run']): Promise<void> {
  const state = () =>
    run('sh', '-c', 'systemctl is-system-running || true').catch((error: unknown) => String(error));
  const isUp = await until(async () => /^(running|degraded)$/.test(await state()), START_LIMIT_MS);
  if (!isUp) throw new Error(`systemd does not come up: ${await state()}`);
}
