import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { makePlace } from '../support/instance.ts';
import { describeWith } from '../support/requirement.ts';

const execute = promisify(execFile);
const FOLDER = join(import.meta.dirname, '../../deploy/systemd');

const read = (name: string): Promise<string> => readFile(join(FOLDER, name), 'utf8');

/** Runs `systemd-analyze`; rejects where it finds fault. */
const analyze = (...parameters: readonly string[]) => execute('systemd-analyze', parameters);

/** Both units and their drop-ins. */
const UNITS = {
  'idpmap.service': ['credentials.conf'],
  'idpmap-relief.service': ['credentials.conf', 'idpmap-relief.conf'],
};

/** The units as they are installed, with a program in place of idpmap's, which is not on this machine's path. */
async function install(unit: string): Promise<readonly string[]> {
  const place = await makePlace();
  for (const [name, dropIns] of Object.entries(UNITS)) {
    const path = join(place, name);
    await writeFile(path, unit.replace('ExecStart=idpmap ', 'ExecStart=sleep '));
    await mkdir(`${path}.d`);
    for (const each of dropIns) await copyFile(join(FOLDER, each), join(`${path}.d`, each));
  }
  return Object.keys(UNITS).map((name) => join(place, name));
}

describeWith(['systemd'], 'the unit', () => {
  test('exposes no more than 1.5 by systemd’s own measure', async () => {
    const unit = join(FOLDER, 'idpmap.service');
    await expect(
      analyze('security', '--offline=true', '--threshold=15', '--no-pager', unit),
    ).resolves.toBeDefined();
  });

  test('has no mistake that systemd knows, nor have its drop-ins', async () => {
    const { stdout, stderr } = await analyze(
      'verify',
      '--man=no',
      ...(await install(await read('idpmap.service'))),
    );
    expect(stdout + stderr).toBe('');
  });

  test('is installed from files that are there', async () => {
    const commands = (await read('idpmap.service')).matchAll(/^#\s+(?:cp|install .*) (\S+) \//gm);
    const names = [...commands].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(4);
    await expect(Promise.all(names.map(read))).resolves.toBeDefined();
  });

  test('lies in the package that npm installs', async () => {
    const manifest: { readonly files: readonly string[] } = JSON.parse(
      await readFile(join(FOLDER, '../../package.json'), 'utf8'),
    );
    expect(manifest.files).toContain('deploy/systemd');
  });
});
