import { cp, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { DEMO_PEOPLE, startDaemonProcess } from '../support/daemon.ts';
import { makePlace } from '../support/instance.ts';
import { programFile } from '../support/program.ts';

beforeAll(programFile);

/** Starts the program that lies in a folder; says which of its files were compiled with code, and whether V8 took it. */
const startIn = async (folder: string) => {
  const place = await makePlace();
  const config = join(place, 'idpmap.yaml');
  await writeFile(config, `${DEMO_PEOPLE}state: off\n`);
  const file = join(place, 'compiled');
  const hook = join(place, 'hook.cjs');
  await writeFile(
    hook,
    `const vm = require('vm');
    const path = require('path');
    const made = {};
    vm.Script = class extends vm.Script {
      constructor(text, options) {
        super(text, options);
        made[path.basename(options.filename)] = this.cachedDataRejected ? 'read' : 'taken';
      }
    };
    process.on('exit', () => require('fs').writeFileSync('${file}', JSON.stringify(made)));`,
  );
  const daemon = await startDaemonProcess(
    ['serve', '--config', config],
    { NODE_OPTIONS: `--require="${hook}"` },
    [process.execPath, join(folder, 'idpmap.cjs')],
  );
  await daemon.stop();
  const made: Readonly<Record<string, string>> = JSON.parse(await readFile(file, 'utf8'));
  return made;
};

/** A copy, in which one file is not as it was. */
const change = async (name: string, edit: (bytes: Buffer) => void): Promise<string> => {
  const root = await makePlace();
  const shipped = dirname(await programFile());
  await cp(shipped, join(root, 'program'), { recursive: true });
  await cp(join(dirname(shipped), 'package.json'), join(root, 'package.json'));
  const file = join(root, 'program', name);
  const bytes = await readFile(file);
  edit(bytes);
  await writeFile(file, bytes);
  return join(root, 'program');
};

test('V8’s code is taken, for all that a start runs', async () => {
  const made = await startIn(dirname(await programFile()));
  expect(made).toMatchObject({ 'base.cjs': 'taken', 'daemon.cjs': 'taken' });
  expect(Object.values(made)).not.toContain('read');
});

test('V8’s code is not taken where its file is another by one letter', async () => {
  const folder = await change('daemon.cjs', (bytes) => {
    bytes.write('told to stay', bytes.indexOf('told to stop'));
  });
  const made = await startIn(folder);
  expect(Object.keys(made)).toContain('base.cjs');
  expect(Object.keys(made)).not.toContain('daemon.cjs');
});

test('V8’s code is not taken where it is damaged', async () => {
  const code = `daemon.${process.arch}.code`;
  const folder = await change(code, (bytes) => void bytes.fill(0, bytes.length / 2));
  expect(Object.keys(await startIn(folder))).not.toContain('daemon.cjs');
});

test('V8’s code is left where another V8 has made it', async () => {
  const code = `daemon.${process.arch}.code`;
  const folder = await change(code, (bytes) => {
    // V8's own sum of its version, behind the head and its magic number.
    bytes.writeUInt32LE(1, 12);
    bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4);
  });
  expect(await startIn(folder)).toMatchObject({ 'base.cjs': 'taken', 'daemon.cjs': 'read' });
});
