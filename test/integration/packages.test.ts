import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { buildah } from '../support/container/engine.ts';
import { packagesFolder } from '../support/packages.ts';
import { describeWith } from '../support/requirement.ts';
import { MACHINE_START_MS, machineImage } from '../support/systemd/machine.ts';

const execute = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');

/** Where ELF files say for which processor they are, and what they say. */
const MACHINES = { amd64: 0x3e, arm64: 0xb7 } as const;
const MACHINE_OFFSET = 18;

/** What rpm calls these processors. */
const RPM_ARCHES = { amd64: 'x86_64', arm64: 'aarch64' } as const;

const FILES = [
  '/etc/idpmap/idpmap.yaml',
  '/usr/bin/idpmap',
  '/usr/lib/idpmap/bin/LICENSE',
  '/usr/lib/idpmap/bin/node',
  '/usr/lib/idpmap/deploy/bin/idpmap.cjs',
  '/usr/lib/idpmap/program/LICENSES.txt',
  '/usr/lib/idpmap/program/daemon.cjs',
  '/usr/lib/idpmap/program/idpmap.cjs',
  '/usr/lib/idpmap/program/page/index.html',
  '/usr/lib/idpmap/program/page/uplot.js',
  '/usr/lib/systemd/system/idpmap-places.service',
  '/usr/lib/systemd/system/idpmap-relief.service',
  '/usr/lib/systemd/system/idpmap-relief.service.d/relief.conf',
  '/usr/lib/systemd/system/idpmap.service',
  '/usr/lib/sysusers.d/idpmap.conf',
  '/usr/lib/tmpfiles.d/idpmap.conf',
  '/usr/share/bash-completion/completions/idpmap',
  '/usr/share/doc/idpmap/copyright',
  '/usr/share/doc/idpmap/deploy/grafana/overview.json',
  '/usr/share/doc/idpmap/deploy/prometheus/rules.yaml',
  '/usr/share/doc/idpmap/docs/operations.md',
  '/usr/share/fish/vendor_completions.d/idpmap.fish',
  '/usr/share/man/man1/idpmap.1',
  '/usr/share/man/man5/idpmap.yaml.5',
];

/** What has no place in a package: tools, types, tests. */
const FOREIGN = /node_modules\/|\.d\.ts$|\/lib\/.*\.ts$|\/lib\/(?!.*licen).*\.md$/i;

describeWith(['nfpm', 'rpm'], 'packages', () => {
  let folder: string;
  let version: string;

  const named = (arch: string, format: string) =>
    join(folder, `idpmap_${version}_${arch}.${format}`);
  const print = async (command: string, ...parameters: readonly string[]) =>
    (await execute(command, parameters, { maxBuffer: 1 << 26 })).stdout;
  const rpm = (arch: string, ...options: readonly string[]) =>
    print('rpm', '--query', '--package', ...options, named(arch, 'rpm'));

  /** One file of a package, as it is on the disk. */
  const readOf = async (arch: string, format: string, path: string): Promise<Buffer> => {
    const unpack = format === 'deb' ? `dpkg-deb --fsys-tarfile "$0"` : `rpm2archive -n - <"$0"`;
    const script = `${unpack} | tar -xO ".${path}"`;
    const options = { encoding: 'buffer', maxBuffer: 1 << 28 } as const;
    return (await execute('sh', ['-c', script, named(arch, format)], options)).stdout;
  };

  beforeAll(async () => {
    version = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')).version;
    folder = await packagesFolder();
  }, 600_000);

  describe.each(['amd64', 'arm64'] as const)('for %s', (arch) => {
    test('hold what runs, what starts it and what explains it, and no tool', async () => {
      const listed = (
        await print('sh', '-c', 'dpkg-deb --fsys-tarfile "$0" | tar -t', named(arch, 'deb'))
      )
        .split('\n')
        .map((path) => path.replace(/^\./, ''));
      for (const files of [listed, (await rpm(arch, '--list')).split('\n')]) {
        expect(files).toEqual(expect.arrayContaining(FILES));
        expect(files.filter((file) => FOREIGN.test(file))).toEqual([]);
      }
    });

    test.each(['deb', 'rpm'])('bring its Node in the %s', async (format) => {
      const node = await readOf(arch, format, '/usr/lib/idpmap/bin/node');
      expect(node.readUInt16LE(MACHINE_OFFSET)).toBe(MACHINES[arch]);
      expect(node.includes(process.version)).toBe(true);
    });

    test('hold the code of what a start runs, where this machine can make it', async () => {
      const files = (await rpm(arch, '--list'))
        .split('\n')
        .filter((file) => file.endsWith('.code'));
      const own = process.arch === { amd64: 'x64', arm64: 'arm64' }[arch];
      expect(files.includes(`/usr/lib/idpmap/program/daemon.${process.arch}.code`)).toBe(own);
    });

    test('are for it', async () => {
      expect((await print('dpkg-deb', '--field', named(arch, 'deb'), 'Architecture')).trim()).toBe(
        arch,
      );
      expect(await rpm(arch, '--queryformat', '%{ARCH} %{VERSION}')).toBe(
        `${RPM_ARCHES[arch]} ${version}`,
      );
    });
  });

  test('keep an edited configuration', async () => {
    expect((await rpm('amd64', '--configfiles')).trim()).toBe('/etc/idpmap/idpmap.yaml');
    expect(await print('dpkg-deb', '--info', named('amd64', 'deb'), 'conffiles')).toBe(
      '/etc/idpmap/idpmap.yaml\n',
    );
  });

  test.each([
    ['postinstall', 'postinst'],
    ['preuninstall', 'prerm'],
    ['postuninstall', 'postrm'],
  ])('run the same script as %s and %s', async (atRpm, atDeb) => {
    const script = (await print('dpkg-deb', '--info', named('amd64', 'deb'), atDeb)).trim();
    expect(await rpm('amd64', '--scripts')).toContain(
      `${atRpm} scriptlet (using /bin/sh):\n${script}`,
    );
    await expect(execute('sh', ['-n', '-c', script])).resolves.toBeDefined();
  });

  test('ask for no newer C library than their Node does', async () => {
    const needed = /GLIBC_(\d+\.\d+)/g;
    const node = (await readOf('amd64', 'deb', '/usr/lib/idpmap/bin/node')).toString('latin1');
    const minors = [...node.matchAll(needed)].map(([, number = '']) =>
      Number(number.split('.')[1]),
    );
    expect(await rpm('amd64', '--requires')).toContain(`glibc >= 2.${Math.max(...minors)}\n`);
  });

  test('have a configuration that is right once its lines are taken up', async () => {
    const text = (await readOf('amd64', 'rpm', '/etc/idpmap/idpmap.yaml')).toString();
    expect(parse(text)).toBeNull();
    expect(Object.keys(parse(text.replaceAll(/^#(?!#| yaml-language-server)/gm, '')))).toEqual([
      'listen',
      'domains',
      'directories',
    ]);
  });

  describeWith(
    ['root', 'podman'],
    'the rpm, by rpm, in the root of a Debian with systemd and Postfix',
    () => {
      test(
        'is installed with its scripts and runs, is upgraded, and goes without leaving a file',
        async () => {
          const container = await buildah('from', await machineImage());
          onTestFinished(async () => {
            await buildah('rm', container);
          });
          const root = await buildah('mount', container);
          const inside = (line: string) => print('chroot', root, 'sh', '-c', line);
          // Debian's packages are unknown to rpm, and have what it asks for.
          const rpmThere = (...words: readonly string[]) =>
            print('rpm', '--root', root, '--nodeps', ...words);
          const before = await inside(LEFT);
          await rpmThere('--install', named('amd64', 'rpm'));
          expect(await rpmThere('--verify', '--nogroup', '--nomode', 'idpmap')).toBe('');
          expect(await inside('id -nG idpmap && idpmap --version')).toBe(`idpmap\n${version}\n`);
          await rpmThere('--upgrade', '--force', named('amd64', 'rpm'));
          expect(await inside('idpmap --version')).toBe(`${version}\n`);
          await rpmThere('--erase', 'idpmap');
          expect(await inside(LEFT)).toBe(before);
        },
        MACHINE_START_MS,
      );
    },
  );
});

/** Files and folders of idpmap; its user stays, as those of other packages do. */
const LEFT = "find / -xdev -name '*idpmap*' -not -path '/proc/*' -not -path '/sys/*' | sort";
