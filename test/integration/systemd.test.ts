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

/** The units as they are installed, with a program in place of idpmap's, which is not on this machine's path. */
async function install(unit: string): Promise<readonly string[]> {
  const place = await makePlace();
  const paths = ['idpmap.service', 'idpmap-relief.service'].map((name) => join(place, name));
  for (const path of paths) {
    await writeFile(path, unit.replace('ExecStart=idpmap ', 'ExecStart=sleep '));
    await mkdir(`${path}.d`);
    await copyFile(join(FOLDER, 'credentials.conf'), join(`${path}.d`, 'credentials.conf'));
  }
  return paths;
}

describeWith(['systemd'], 'the unit', () => {
  test('exposes no more than 1.5 by systemd’s own measure', async () => {
    const unit = join(FOLDER, 'idpmap.service');
    await expect(
      analyze('security', '--offline=true', '--threshold=15', '--no-pager', unit),
    ).resolves.toBeDefined();
  });

  test('has no mistake that systemd knows, nor has its drop-in', async () => {
    const { stdout, stderr } = await analyze(
      'verify',
      '--man=no',
      ...(await install(await read('idpmap.service'))),
    );
    expect(stdout + stderr).toBe('');
  });

  test('is installed from files that are there', async () => {
    const sources = [...(await read('idpmap.service')).matchAll(/^#\s+cp (\S+) /gm)];
    const names = sources.map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(3);
    await expect(Promise.all(names.map(read))).resolves.toBeDefined();
  });
});
