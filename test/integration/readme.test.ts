import { chmod, mkdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { packNpm } from '../../deploy/package/npm.ts';
import { podman } from '../support/container/engine.ts';
import { productImage } from '../support/container/images.ts';
import { startSlapd } from '../support/ldap/slapd.ts';
import {
  bootHost,
  copySources,
  expectMail,
  type Host,
  packageMount,
  writePeople,
} from '../support/newcomer.ts';
import { readBlock, readSteps } from '../support/readme.ts';
import { describeWith } from '../support/requirement.ts';
import { MACHINE_START_MS } from '../support/systemd/machine.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';

/** The machine has no network: its npm has fetched before what it will be asked for. */
const OFFLINE = ['npm_config_offline=true', 'npm_config_update_notifier=false'];

/** Cold, the image, the machine and its packages are made. */
const COLD_MS = 15 * 60_000;

// One machine for all ways: it boots once, and is put back between them. That of Keycloak is beside the server that runs anyway.
describeWith(
  ['root', 'podman', 'nfpm'],
  'the README, word for word, leads to accepted mail',
  () => {
    const resources = new AsyncDisposableStack();
    let host: Host;
    let shared: string;

    beforeAll(async () => {
      const sources = await copySources();
      resources.defer(() => sources.remove());
      const place = await makeTemporaryDirectory('idpmap-readme');
      resources.defer(() => place.remove());
      const npm = join(place.path, 'npm');
      const tarball = await packNpm(npm);
      shared = join(place.path, 'shared');
      for (const name of ['etc', 'socket']) await mkdir(join(shared, name), { recursive: true });
      // It is entered by who is not root.
      for (const each of [place.path, shared]) await chmod(each, 0o755);
      host = await bootHost(
        [
          await packageMount(),
          `${sources.path}:/root/idpmap`,
          `${tarball}:/root/${tarball.replace(`${npm}/`, '')}:ro`,
          `${dirname(process.execPath)}:/opt/node:ro`,
          `${shared}:/srv/shared`,
        ],
        { hasNode: true },
      );
      resources.defer(() => host.stop());
    }, COLD_MS);
    afterAll(() => resources.disposeAsync());

    describe('by the package', () => {
      beforeEach(() => host.clear('stay'));

      test(
        'where there is no Node',
        async () => {
          const { machine } = host;
          // It is put back with the rest.
          await machine.run('mv', '/usr/bin/node', '/root/node.aside');
          const { install, run } = readSteps('package');
          const newcomer = host.seat({ place: '/root' });
          await expect(machine.run('node', '--version')).rejects.toThrow('node');
          await newcomer.type(install);
          await writePeople(newcomer);
          await expectMail(newcomer, run);
        },
        MACHINE_START_MS,
      );

      describeWith(['slapd'], 'with LDAP', () => {
        test(
          'people of a directory receive',
          async () => {
            const { machine } = host;
            const server = await startSlapd();
            resources.defer(() => server.remove());
            const { install, run } = readSteps('package');
            const newcomer = host.seat({
              place: '/root',
              own: {
                'ldaps://ldap1.example.org, ldaps://ldap2.example.org': `ldaps://127.0.0.1:${server.securePort}`,
                'cn=idpmap,ou=services,dc=example,dc=org': server.bindDn,
                'base: dc=example,dc=org': `base: ${server.base}\n    tls: { ca: ca.pem }`,
                'example.org': 'example.test',
              },
            });
            await machine.reach(server.securePort);
            await newcomer.type(install);
            await machine.write('/etc/idpmap/ca.pem', await readFile(server.ca, 'utf8'));
            await newcomer.write('/etc/idpmap/ldap.secret', server.password);
            await newcomer.write('/etc/idpmap/idpmap.yaml', readBlock('**Or from LDAP.**', 'yaml'));
            await expectMail(newcomer, run);
          },
          MACHINE_START_MS,
        );
      });
    });

    describe('without a package of Linux', () => {
      beforeEach(() => host.clear('gone'));

      test(
        'by npm’s package, with the Node that it wants',
        async () => {
          await host.machine.run('ln', '-s', '/opt/node/node', '/usr/local/bin/node');
          const { install, run } = readSteps('npm');
          const newcomer = host.seat({ place: '/root', environment: OFFLINE });
          await newcomer.type(install);
          await writePeople(newcomer);
          await expectMail(newcomer, run);
        },
        MACHINE_START_MS,
      );

      test(
        'by a clone, with Debian’s own Node, of whose age nobody warns',
        async () => {
          const { machine } = host;
          const { install, run } = readSteps('clone');
          const newcomer = host.seat({ place: '/root/idpmap', environment: OFFLINE });
          const [first, ...others] = install;
          expect(await newcomer.type(first === undefined ? [] : [first])).not.toMatch(/warn/i);
          await newcomer.type(others);
          await writePeople(newcomer);
          await expectMail(newcomer, run);
          const old = machine.run('node', '/root/idpmap/deploy/bin/idpmap.cjs', 'serve');
          await expect(old).rejects.toThrow(
            /idpmap: it needs Node\.js 24\.6 or later, and this is v18\.\S+ \(\/usr\/bin\/node\)/,
          );
        },
        MACHINE_START_MS,
      );

      test(
        'by the image, beside a Postfix of the host',
        async () => {
          const { machine } = host;
          const image = await productImage();
          resources.defer(async () => {
            await podman('rm', '--force', '--time', '0', '--ignore', 'idpmap');
          });
          // What a host's Docker mounts lies in the machine, and here.
          for (const [there, here] of [
            ['/etc/idpmap', 'etc'],
            ['/var/spool/postfix/idpmap', 'socket'],
          ] as const) {
            await machine.run('mkdir', '-p', there);
            await machine.run('mount', '--bind', `/srv/shared/${here}`, there);
          }
          const { install, run } = readSteps('image');
          const newcomer = host.seat({
            place: '/root/idpmap',
            docker: (words) => {
              // It is made of the same Dockerfile, on bases of this machine.
              if (words.startsWith('build ')) return podman('tag', image, 'idpmap');
              return podman(...dockerWords(words, shared, machine.name));
            },
          });
          await newcomer.type(install);
          await writePeople(newcomer);
          await expectMail(newcomer, run);
        },
        COLD_MS,
      );
    });
  },
);

/** The same for podman: the host's folders and network are the machine's. */
const dockerWords = (words: string, shared: string, machine: string): readonly string[] =>
  (words.match(/'[^']*'|[^\s']+(?:'[^']*')?/g) ?? []).map((word) =>
    word
      .replaceAll("'", '')
      .replace('=/etc/idpmap:', `=${shared}/etc:`)
      .replace('=/var/spool/postfix/idpmap:', `=${shared}/socket:`)
      .replace('--network=host', `--network=container:${machine}`)
      .replace('--restart=unless-stopped', '--restart=no'),
  );
