import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import * as library from '../../src/index.ts';
import { startProcess } from '../support/process.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);
const BUILD = ['--project', 'tsconfig.build.json', '--outDir'];
const CHECK = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'esnext'];

let place: TemporaryDirectory;

/** The package as npm would ship it, installed beside programs that use it. */
beforeAll(async () => {
  place = await makeTemporaryDirectory('idpmap-library');
  const installed = join(place.path, 'node_modules');
  const shipped = join(installed, 'idpmap');
  await mkdir(shipped, { recursive: true });
  await mkdir(join(installed, '@types'));
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  await run(process.execPath, [tsc, ...BUILD, join(shipped, 'dist')], { cwd: ROOT });
  const manifest = await readFile(join(ROOT, 'package.json'), 'utf8');
  await writeFile(join(shipped, 'package.json'), manifest);
  await symlink(join(ROOT, 'node_modules'), join(shipped, 'node_modules'));
  await symlink(join(ROOT, 'node_modules/@types/node'), join(installed, '@types/node'));
  await symlink(join(ROOT, 'node_modules/undici-types'), join(installed, 'undici-types'));
  const examples = await readExamples();
  await Promise.all(
    examples.map((example, i) => writeFile(join(place.path, `example${i}.mts`), example)),
  );
});

afterAll(() => place.remove());

/** The complete programs in the library's page. */
async function readExamples(): Promise<readonly string[]> {
  const page = await readFile(join(ROOT, 'docs/library.md'), 'utf8');
  return [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, example = '']) => example);
}

test('the package ships a command that knows its version', async () => {
  const { version }: { version: string } = JSON.parse(
    await readFile(join(ROOT, 'package.json'), 'utf8'),
  );
  const cli = join(place.path, 'node_modules/idpmap/dist/cli.js');
  const { stdout } = await run(process.execPath, [cli, '--version']);
  expect(stdout).toBe(`${version}\n`);
});

test('the shipped daemon reads a people file', async () => {
  await writeFile(join(place.path, 'people.yaml'), 'accounts: [{ address: ann@example.org }]');
  const environment = {
    IDPMAP_DOMAINS: '{ example.org: { directory: people } }',
    IDPMAP_DIRECTORIES: '{ people: { type: file, path: people.yaml } }',
  };
  const cli = join(place.path, 'node_modules/idpmap/dist/cli.js');
  const { stdout } = await run(
    process.execPath,
    [cli, 'lookup', '--direct', 'user-exists', 'ann@example.org'],
    { cwd: place.path, env: environment },
  );
  expect(stdout).toBe('OK ann@example.org\n');
});

test('the package gives what the source gives', async () => {
  const program = "import * as all from 'idpmap'; console.log(Object.keys(all).sort().join())";
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: place.path,
  });
  expect(stdout.trim().split(',')).toEqual(Object.keys(library).toSorted());
});

test('the examples of docs/library.md are right by their types', async () => {
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  const examples = (await readExamples()).map((_, i) => `example${i}.mts`);
  expect(examples).toHaveLength(2);
  const checking = run(process.execPath, [tsc, ...CHECK, ...examples], { cwd: place.path });
  expect((await checking).stdout).toBe('');
});

test('the server of docs/library.md runs, answers, and stops', async () => {
  const server = startProcess(process.execPath, ['example0.mts'], { cwd: place.path, env: {} });
  onTestFinished(() => server.stop());
  expect(await until(() => server.output().includes('port:'), 10_000)).toBe(true);
  const port = Number(/port: (\d+)/.exec(server.output())?.[1]);
  const client = library.createSocketmapClient({
    endpoint: { kind: 'tcp', host: '127.0.0.1', port },
    timeoutMs: 5000,
  });
  const ask = (map: string, key: string) => client.ask(map, key);
  expect(await ask('user-exists', 'Ann@example.org')).toEqual(library.ok('example.org/ann/'));
  expect(await ask('user-exists', 'bob@example.org')).toEqual(library.notFound());
  expect(await ask('virtual-domains', 'example.org')).toEqual(library.ok('example.org'));
  expect(await ask('virtual-aliases', 'info@example.org')).toEqual(
    library.ok('ann@example.org,bob@example.org'),
  );
  expect(await ask('virtual-aliases', 'x@example.org')).toEqual(library.temp('idpmap bug'));
  expect(await ask('x', 'y')).toEqual(library.perm('map x is not configured'));
  client.close();
  await server.stop();
  expect(server.ended()).toBe('ended with code 0');
  expect(server.output()).toContain('nobody could be asked about x@example.org');
});
