import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
  readonly bin?: Readonly<Record<string, string>>;
}

const read = (name: string): string => readFileSync(join(import.meta.dirname, '..', name), 'utf8');
const { packages }: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(
  read('package-lock.json'),
);
const installed = Object.entries(packages).filter(([name]) => name.startsWith('node_modules/'));

test('no package runs a script when it is installed, which could fetch what no lock file holds', () => {
  expect(installed.filter(([, each]) => each.hasInstallScript).map(([name]) => name)).toEqual([]);
  expect(Object.keys(JSON.parse(read('package.json')))).not.toContain('allowScripts');
});

test('every package is held by its SHA-512, or lies in the repository', () => {
  const loose = installed.filter(([, { link, resolved, integrity }]) =>
    link === true ? !resolved?.startsWith('.ci/') : !(integrity ?? '').startsWith('sha512-'),
  );
  expect(loose.map(([name]) => name)).toEqual([]);
});

test('the Node that tests run on is a package of the lock file, for each platform, in one version', () => {
  const { optionalDependencies }: { optionalDependencies: Readonly<Record<string, string>> } =
    JSON.parse(read('.ci/node/package.json'));
  for (const [name, version] of Object.entries(optionalDependencies)) {
    expect(packages[`node_modules/${name}`]).toMatchObject({
      version,
      dev: true,
      bin: { node: 'bin/node' },
    });
  }
  expect(new Set(Object.values(optionalDependencies))).toEqual(new Set([process.versions.node]));
});

test.each([
  ['alerts', 'deploy/prometheus/rules.yaml'],
  ['dashboards', 'deploy/grafana/overview.json'],
  ['a unit', 'deploy/systemd/idpmap.service'],
  ['man pages', 'deploy/man/idpmap.1'],
])('npm’s package brings %s', (_, file) => {
  const { files }: { readonly files: readonly string[] } = JSON.parse(read('package.json'));
  expect(files.some((each) => `${file}/`.startsWith(`${each}/`))).toBe(true);
  expect(read(file)).not.toBe('');
});
