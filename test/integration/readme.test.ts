import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { runKcadm } from '../support/keycloak/kcadm.ts';
import { KEYCLOAK_START_MS, startKeycloak } from '../support/keycloak/keycloak.ts';
import { startSlapd } from '../support/ldap/slapd.ts';
import { packagesFolder } from '../support/packages.ts';
import { readBlock, readSteps, type Step } from '../support/readme.ts';
import { describeWith } from '../support/requirement.ts';
import {
  bootMachine,
  MACHINE_START_MS,
  type Machine,
  type MachineOptions,
} from '../support/systemd/machine.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const execute = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');
const LIMIT_MS = 60_000;
/** What somebody can do without losing heart. */
const MOST_STEPS = 10;

/** Ends what the test has started, the last first. */
let resources = new AsyncDisposableStack();
afterEach(async () => {
  await resources.disposeAsync();
  resources = new AsyncDisposableStack();
});

/** Somebody at a machine who does what the README says, and nothing else. */
interface Newcomer {
  readonly machine: Machine;
  /** How many commands were typed and files written. */
  readonly count: () => number;
  /** Types commands, one after the other, and gives what the last has printed. */
  readonly type: (steps: readonly Step[]) => Promise<string>;
  readonly write: (path: string, text: string) => Promise<void>;
}

/** `place` is where they are; `own` is what they put in the place of the README's examples. */
async function seat(
  mounts: readonly string[],
  place: string,
  own: Readonly<Record<string, string>> = {},
  options: MachineOptions = {},
): Promise<Newcomer> {
  const machine = await bootMachine(mounts, options);
  resources.defer(() => machine.stop());
  // As on a host that has Postfix.
  await machine.run('systemctl', 'start', 'postfix');
  let done = 0;
  const adapt = (text: string) =>
    Object.entries(own).reduce((all, [theirs, ours]) => all.replaceAll(theirs, ours), text);
  const environment = options.hasNode === true ? NPM_SETTINGS : [];
  return {
    machine,
    count: () => done,
    type: async (steps) => {
      let printed = '';
      for (const { command, stays } of steps) {
        done += 1;
        const line = stays ? `nohup ${command} >/var/log/typed 2>&1 &` : adapt(command);
        printed = await machine.run('env', '-C', place, ...environment, 'bash', '-c', line);
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

/** The machine has no network: its npm has fetched before what it will be asked for. */
const NPM_SETTINGS = ['npm_config_offline=true', 'npm_config_update_notifier=false'];

async function withPackage(own: Readonly<Record<string, string>> = {}): Promise<Newcomer> {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const name = `idpmap_${version}_amd64.deb`;
  return seat([`${join(await packagesFolder(), name)}:/root/${name}:ro`], '/root', own);
}

/** A copy of the sources, without what git does not know. */
async function withClone(): Promise<Newcomer> {
  const place = await makeTemporaryDirectory('idpmap-clone');
  resources.defer(() => place.remove());
  const copy =
    'git ls-files -z --cached --others --exclude-standard | tar -cf - --null -T - | tar -xf - -C "$0"';
  await execute('sh', ['-c', copy, place.path], { cwd: ROOT });
  return seat([`${place.path}:/root/idpmap`], '/root/idpmap', {}, { hasNode: true });
}

/** Starts and connects what is configured; the README's last command asks Postfix itself. */
async function expectMail(
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
    if (step.stays) expect(await until(isThere, LIMIT_MS)).toBe(true);
  }
  expect(await type([last])).toContain('250 2.1.5 Ok');
  expect(count()).toBeLessThanOrEqual(MOST_STEPS);
}

async function writePeople({ write }: Newcomer): Promise<void> {
  await write('/etc/idpmap/people.yaml', readBlock('`/etc/idpmap/people.yaml`:', 'yaml'));
  await write('/etc/idpmap/idpmap.yaml', readBlock('\n`/etc/idpmap/idpmap.yaml`:', 'yaml'));
}

describeWith(
  ['root', 'podman', 'nfpm'],
  'the README, word for word, leads to accepted mail',
  () => {
    test(
      'by the package, where there is no Node',
      async () => {
        const { install, run } = readSteps('package');
        const newcomer = await withPackage();
        await expect(newcomer.machine.run('node', '--version')).rejects.toThrow('node');
        await newcomer.type(install);
        await writePeople(newcomer);
        await expectMail(newcomer, run);
      },
      MACHINE_START_MS,
    );

    test(
      'by a clone, with Debian’s own Node, of whose age nobody warns',
      async () => {
        const { install, run } = readSteps('clone');
        const newcomer = await withClone();
        const [first, ...others] = install;
        expect(await newcomer.type(first === undefined ? [] : [first])).not.toMatch(/warn/i);
        await newcomer.type(others);
        await writePeople(newcomer);
        await expectMail(newcomer, run);
        const old = newcomer.machine.run('node', '/root/idpmap/deploy/bin/idpmap.cjs', 'serve');
        await expect(old).rejects.toThrow(
          /idpmap: it needs Node\.js 24\.6 or later, and this is v18\.\S+ \(\/usr\/bin\/node\)/,
        );
      },
      MACHINE_START_MS,
    );

    describeWith(['slapd'], 'with LDAP', () => {
      test(
        'by the package',
        async () => {
          const server = await startSlapd();
          resources.defer(() => server.remove());
          const { install, run } = readSteps('package');
          const newcomer = await withPackage({
            'ldaps://ldap1.example.org, ldaps://ldap2.example.org': `ldaps://127.0.0.1:${server.securePort}`,
            'cn=idpmap,ou=services,dc=example,dc=org': server.bindDn,
            'base: dc=example,dc=org': `base: ${server.base}\n    tls: { ca: ca.pem }`,
            'example.org': 'example.test',
          });
          await newcomer.machine.reach(server.securePort);
          await newcomer.type(install);
          await newcomer.machine.write('/etc/idpmap/ca.pem', await readFile(server.ca, 'utf8'));
          await newcomer.write('/etc/idpmap/ldap.secret', server.password);
          await newcomer.write('/etc/idpmap/idpmap.yaml', readBlock('**Or from LDAP.**', 'yaml'));
          await expectMail(newcomer, run);
        },
        MACHINE_START_MS,
      );
    });

    describeWith(['keycloak'], 'with Keycloak', () => {
      test(
        'by the package',
        async () => {
          const server = await startKeycloak();
          resources.defer(() => server.remove());
          // A realm as people have it before they hear of idpmap.
          await server.admin('DELETE', '/realms/mail');
          await server.admin('POST', '/realms', { realm: 'mail', enabled: true });
          const ann = { username: 'ann', email: 'ann@example.org', enabled: true };
          await server.admin('POST', '/realms/mail/users', ann);
          const { install, run } = readSteps('package');
          const newcomer = await withPackage({
            'url: https://sso.example.org ': `tls: { ca: ca.pem }\n    url: ${server.httpsUrl} `,
            'https://sso.example.org': server.httpsUrl,
          });
          await newcomer.machine.reach(server.httpsPort);
          await newcomer.type(install);
          await newcomer.machine.write('/etc/idpmap/ca.pem', await readFile(server.ca, 'utf8'));
          const init = readBlock('**From Keycloak.**', 'sh').trim();
          const printed = await newcomer.type([{ command: init, stays: false }]);
          const place = await makeTemporaryDirectory('idpmap-kcadm');
          resources.defer(() => place.remove());
          await runKcadm(server.home, place.path, commandsOf(printed, server));
          await newcomer.write(
            '/etc/idpmap/mail.secret',
            await readFile(join(place.path, 'mail.secret'), 'utf8'),
          );
          await newcomer.write(
            '/etc/idpmap/idpmap.yaml',
            readBlock('becomes `/etc/idpmap/idpmap.yaml`:', 'yaml'),
          );
          await expectMail(newcomer, run);
        },
        KEYCLOAK_START_MS + MACHINE_START_MS,
      );
    });
  },
);

/** The commands that are printed beside a configuration. Keycloak's own programs are told of no authority but over http. */
const commandsOf = (
  printed: string,
  server: { readonly httpsUrl: string; readonly url: string },
): string =>
  printed.slice(printed.indexOf('kcadm.sh config')).replaceAll(server.httpsUrl, server.url);
