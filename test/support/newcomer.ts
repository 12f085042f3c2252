import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { packagesFolder } from './packages.ts';
import { readBlock, type Step } from './readme.ts';
import { bootMachine, type Machine, type MachineOptions } from './systemd/machine.ts';
import { makeTemporaryDirectory } from './temporary.ts';
import { until } from './until.ts';

const execute = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const LIMIT_MS = 60_000;

/** What somebody can do without losing heart. */
const MOST_STEPS = 10;

/** Somebody at a machine who does what the README says, and nothing else. */
export interface Newcomer {
  readonly machine: Machine;
  /** How many commands were typed and files written. */
  readonly count: () => number;
  /** Types commands, one after the other, and gives what the last has printed. */
  readonly type: (steps: readonly Step[]) => Promise<string>;
  readonly write: (path: string, text: string) => Promise<void>;
}

/** Where somebody sits, and what they put in the place of the README's examples. */
export interface Seat {
  readonly place: string;
  readonly own?: Readonly<Record<string, string>>;
  /** Variables that each command sees, `NAME=value`. */
  readonly environment?: readonly string[];
  /** Runs what this machine's containers are asked for: words behind `docker`, and what goes in. */
  readonly docker?: (words: string) => Promise<string>;
}

/** A machine with a Postfix that is as Debian left it, for one newcomer after the other. */
export interface Host {
  readonly machine: Machine;
  /** The next one comes: nothing is left of who sat there before. */
  readonly seat: (seat: Seat) => Newcomer;
  /** Ends what was begun, and puts everything back. `packages` may stay. */
  readonly clear: (packages: 'gone' | 'stay') => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Boots it; `mounts` are podman's. Needs root and podman. */
export async function bootHost(
  mounts: readonly string[],
  options: MachineOptions = {},
): Promise<Host> {
  const machine = await bootMachine(mounts, options);
  // As on a host that has Postfix.
  await machine.run('systemctl', 'start', 'postfix');
  await machine.run('cp', '-a', '/etc/postfix', '/root/postfix.before');
  const staying: string[] = [];
  return {
    machine,
    seat: (seat) => createNewcomer(machine, seat, staying),
    clear: async (packages) => {
      // Without procps, which no small Debian has, only a shell knows it.
      for (const group of staying.splice(0)) await machine.run('bash', '-c', `kill -- -${group}`);
      await machine.run('sh', '-c', CLEAR, packages);
    },
    stop: () => machine.stop(),
  };
}

const CLEAR = `
systemctl disable --now idpmap 2>/dev/null
[ "$0" = stay ] || apt-get purge --yes idpmap >/dev/null 2>&1
for place in /etc/idpmap /var/spool/postfix/idpmap; do
  mountpoint -q $place && umount $place
  [ ! -d $place ] || find $place -mindepth 1 -delete
done
[ ! -e /root/node.aside ] || mv /root/node.aside /usr/bin/node
rm -rf /usr/local/lib/node_modules/idpmap /usr/local/bin/idpmap /usr/local/bin/node
cp -a /root/postfix.before/. /etc/postfix/ && postfix reload >/dev/null 2>&1
`;

function createNewcomer(machine: Machine, seat: Seat, staying: string[]): Newcomer {
  const { place, own = {}, environment = [], docker } = seat;
  let done = 0;
  const adapt = (text: string) =>
    Object.entries(own).reduce((all, [theirs, ours]) => all.replaceAll(theirs, ours), text);
  const shell = (line: string, ...more: readonly string[]) =>
    machine.run('env', '-C', place, ...environment, 'bash', '-o', 'pipefail', '-c', line, ...more);
  const typeOne = async ({ command, stays }: Step): Promise<string> => {
    if (stays) {
      const line = `setsid nohup ${command} >/var/log/typed 2>&1 & echo $!`;
      staying.push((await shell(line)).trim());
      return '';
    }
    const [words = '', ...rest] = adapt(command)
      .replace(/^docker /, '')
      .split(' | ');
    if (docker === undefined || !command.startsWith('docker ')) return shell(adapt(command));
    const printed = await docker(words);
    if (rest.length === 0) return printed;
    return shell(`printf %s "$0" | ${rest.join(' | ')}`, printed);
  };
  return {
    machine,
    count: () => done,
    type: async (steps) => {
      let printed = '';
      for (const step of steps) {
        done += 1;
        printed = await typeOne(step);
      }
      return printed;
    },
    write: async (path, text) => {
      done += 1;
      await machine.run('mkdir', '-p', '/etc/idpmap');
      await machine.write(path, adapt(text));
    },
  };
}

/** The mount of the package for Debian that these sources make. Needs nfpm. */
export async function packageMount(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const name = `idpmap_${version}_amd64.deb`;
  return `${join(await packagesFolder(), name)}:/root/${name}:ro`;
}

/** A copy of the sources, without what git does not know; its owner removes it. */
export async function copySources() {
  const place = await makeTemporaryDirectory('idpmap-clone');
  const copy =
    'git ls-files -z --cached --others --exclude-standard | tar -cf - --null -T - | tar -xf - -C "$0"';
  await execute('sh', ['-c', copy, place.path], { cwd: ROOT });
  return place;
}

/** Writes the README's file of people, and the configuration that names it. */
export async function writePeople({ write }: Newcomer): Promise<void> {
  await write('/etc/idpmap/people.yaml', readBlock('`/etc/idpmap/people.yaml`:', 'yaml'));
  await write('/etc/idpmap/idpmap.yaml', readBlock('\n`/etc/idpmap/idpmap.yaml`:', 'yaml'));
}

/** Starts and connects what is configured; the README's last command asks Postfix itself. */
export async function expectMail(
  { machine, count, type }: Newcomer,
  steps: readonly Step[],
): Promise<void> {
  const [last, ...others] = steps.toReversed();
  if (last === undefined) throw new Error('the README does not ask Postfix');
  for (const step of others.toReversed()) {
    await type([step]);
    const socket = '/var/spool/postfix/idpmap/socketmap';
    const isThere = () =>
      machine.run('test', '-S', socket).then(
        () => true,
        () => false,
      );
    if (step.stays || step.command.startsWith('docker run'))
      expect(await until(isThere, LIMIT_MS)).toBe(true);
  }
  expect(await type([last])).toContain('250 2.1.5 Ok');
  expect(count()).toBeLessThanOrEqual(MOST_STEPS);
}
