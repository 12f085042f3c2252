import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makePlace } from '../instance.ts';

/** Installs into an empty cache on a machine that has neither Go nor Python. */
async function install(...names: readonly string[]) {
  const place = await makePlace();
  const env = { PATH: place, XDG_CACHE_HOME: place, TMPDIR: place };
  const script = join(import.meta.dirname, 'install.ts');
  const { status, stderr } = spawnSync(process.execPath, [script, ...names], {
    encoding: 'utf8',
    env,
  });
  return { place, status, stderr };
}

test('a tool that there is not is told from those that there are', async () => {
  const { status, stderr } = await install('helm', 'helmet');
  expect(stderr).toMatch(
    /^no such tool: helmet; there are helm, helm-unittest, .*kube-apiserver$/m,
  );
  expect(status).toBe(64);
});

test.each([
  ['actionlint', 'go is missing: install Go 1.26 or later'],
  ['hadolint', 'python3 is missing: apt-get install python3-venv'],
  ['opensmtpd', 'apt-get is missing: this takes a Debian'],
])('what is missing to build %s is named', async (name, words) => {
  const { status, stderr } = await install(name);
  expect(stderr).toContain(`cannot build ${name} `);
  expect(stderr).toContain(words);
  expect(status).toBe(1);
});

test('a tool that cannot be built keeps no other from being built, and leaves nothing behind', async () => {
  const { place, stderr } = await install('actionlint', 'kubeconform');
  expect(stderr).toMatch(/cannot build kubeconform.*\ncannot build actionlint/);
  expect(readdirSync(place)).toEqual(['idpmap']);
  expect(readdirSync(join(place, 'idpmap/tools'))).toEqual([]);
});
