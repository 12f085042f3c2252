import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMPANY, configure } from '../support/command.ts';
import { runCommand, startDaemonProcess } from '../support/daemon.ts';
import type { RunningProcess } from '../support/process.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';

let place: TemporaryDirectory;
let daemon: RunningProcess;
let environment: Record<string, string>;

beforeAll(async () => {
  place = await makeTemporaryDirectory('idpmap-commands');
  environment = { IDPMAP_CONFIG: join(place.path, 'idpmap.yaml') };
  await writeFile(join(place.path, 'idpmap.yaml'), COMPANY['idpmap.yaml']);
  daemon = await startDaemonProcess(['serve'], environment);
});

afterAll(async () => {
  await daemon.stop();
  await place.remove();
});

/** Runs a command beside the daemon. */
const run = (...parameters: readonly string[]) => runCommand(parameters, environment);

describe('beside the running daemon', () => {
  test.each([
    ['lookup user-exists user@example.com', 0, 'OK user@example.com\n'],
    ['lookup user-exists nobody@example.com', 1, 'NOTFOUND\n'],
    ['lookup no-map x', 78, 'PERM map no-map is not configured\n'],
    ['accept people', 0, 'people holds nothing back\n'],
    ['cache purge --domain full.example', 0, '0 forgotten\n'],
  ])('%s exits %i', async (line, code, stdout) => {
    expect(await run(...line.split(' '))).toEqual({ code, stdout, stderr: '' });
  });

  test('lookup exits 75 where the directory fails', async () => {
    const { config } = await configure({
      'idpmap.yaml': COMPANY['idpmap.yaml'].replace('type: demo', 'type: file, path: absent.yaml'),
    });
    const failing = await startDaemonProcess(['serve', '--config', config]);
    const parameters = ['lookup', 'user-exists', 'user@example.com', '--config', config];
    const { code, stdout } = await runCommand(parameters);
    await failing.stop();
    expect(stdout).toMatch(/^TEMP idpmap directory people [0-9a-f]{6}\n$/);
    expect(code).toBe(75);
  });

  test('lookup --endpoint asks its socket', async () => {
    const endpoint = `unix:${join(place.path, 'socketmap')}`;
    const { code, stdout } = await runCommand([
      'lookup',
      'user-exists',
      'user@example.com',
      '--endpoint',
      endpoint,
    ]);
    expect([code, stdout]).toEqual([0, 'OK user@example.com\n']);
  });

  test('lookup --json prints the answer', async () => {
    const { stdout } = await run('lookup', 'user-exists', 'user@example.com', '--json');
    expect(JSON.parse(stdout)).toEqual({ status: 'OK', data: 'user@example.com' });
  });

  test('explain begins with what Postfix will say', async () => {
    const { code, stdout } = await run('explain', 'team@example.com');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Postfix will say 250: virtual-aliases has it\n/);
  });
});

test('without a daemon, its commands exit 69 and say so', async () => {
  const { config } = await configure(COMPANY);
  const { code, stdout, stderr } = await runCommand([
    'cache',
    'purge',
    '--all',
    '--config',
    config,
  ]);
  expect([code, stdout]).toEqual([69, '']);
  expect(stderr).toMatch(/^idpmap: no daemon answers at .*: is it running, and as this user\?\n$/);
});

test.each([
  ['lookup', '--direct', 'user-exists', 'user@example.com'],
  ['explain', '--direct', 'user@example.com'],
  ['check', '--queue-directory', '/tmp'],
  ['drill', '--for', '1ms', 'user@example.com'],
  ['config', 'print'],
  ['config', 'validate'],
  ['config', 'schema'],
  ['config', 'env'],
  ['postfix'],
])('%s %s … needs no daemon, and ends with 0', async (...parameters) => {
  const { config } = await configure(COMPANY);
  const { code, stderr } = await runCommand(parameters, { IDPMAP_CONFIG: config });
  expect([code, stderr]).toEqual([0, '']);
});

test('the printed configuration loads again', async () => {
  const { stdout } = await run('config', 'print');
  const { config } = await configure({ 'idpmap.yaml': stdout });
  expect((await runCommand(['config', 'validate', '--config', config])).code).toBe(0);
});

test('a command takes the demo’s configuration with --demo', async () => {
  const parameters = ['lookup', '--demo', '--direct', 'user-exists', 'any@test.com'];
  expect((await runCommand(parameters)).stdout).toBe('OK any@test.com\n');
});

describe.concurrent('--help', () => {
  test.each([
    [[], /^Usage: idpmap \[options\] \[command\]/],
    [['serve'], /--takeover/],
    [['lookup'], /--direct[\s\S]*--endpoint/],
    [['explain'], /--direct/],
    [['check'], /--queue-directory/],
    [['accept'], /<directory>/],
    [['postfix'], /--relay/],
    [['drill'], /--from[\s\S]*--for[\s\S]*--hang/],
    [['cache'], /purge/],
    [['cache', 'purge'], /--address[\s\S]*--domain[\s\S]*--directory[\s\S]*--all/],
    [['config'], /print[\s\S]*validate[\s\S]*schema[\s\S]*env/],
    [['config', 'print'], /--json/],
    [['config', 'validate'], /--config <file>/],
    [['config', 'schema'], /JSON Schema/],
    [['config', 'env'], /variable/],
  ])('of %j exits 0', async (command, text) => {
    const { code, stdout, stderr } = await runCommand([...command, '--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(text);
  });
});

describe.concurrent('a mistake of the caller exits 64:', () => {
  test.each([
    [[], /Usage: idpmap/],
    [['srve'], /unknown command 'srve'\n\(Did you mean serve\?\)/],
    [['serve', '--takover'], /unknown option '--takover'\n\(Did you mean --takeover\?\)/],
    [['lookup', 'user-exists'], /missing required argument 'key'/],
    [['cache'], /Usage: idpmap cache/],
    [['cache', 'purge', '--demo'], /say one of --address, --domain, --directory and --all/],
    [['config', 'prnt'], /unknown command 'prnt'/],
    [['drill', '--demo', '--for', 'long', 'a@example.com'], /--for /],
    [['lookup', 'a', 'b', '--endpoint', 'c'], /"c" is no endpoint/],
  ])('%j', async (parameters, text) => {
    const { code, stdout, stderr } = await runCommand(parameters);
    expect([code, stdout]).toEqual([64, '']);
    expect(stderr).toMatch(text);
  });
});
