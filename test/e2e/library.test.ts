import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import * as directory from '../../src/directory.ts';
import * as library from '../../src/index.ts';
import * as testing from '../../src/testing.ts';
import { deadLinks } from '../docs/pages.ts';
import { startHrApi, TOKEN, WITNESS } from '../library/hr-api.ts';
import { type RunningProcess, startProcess } from '../support/process.ts';
import { describeWith } from '../support/requirement.ts';
import { until } from '../support/until.ts';
import {
  type Example,
  installPackage,
  type Project,
  ROOT,
  readExamples,
  run,
} from './library.fixture.ts';

let project: Project;
let examples: readonly Example[];

beforeAll(async () => {
  project = await installPackage();
  examples = await readExamples();
});
afterAll(() => project?.remove());

const textOf = (title: string): string => {
  const example = examples.find((each) => each.title === title);
  if (example === undefined) throw new Error(`docs/library.md has no example under ${title}`);
  return example.text;
};

/** Runs a program that listens, at a place of the test's own, until the test ends. */
async function serve(name: string, text: string) {
  const file = `${name}.mts`;
  const socket = join(project.path, name);
  const listening = text.replace(/await server\.listen\('(\w+):[^']*'\);/, (_, kind: string) => {
    const where = kind === 'tcp' ? 'tcp://127.0.0.1:0' : `unix:${socket}?mode=0660`;
    return `console.log('listening', library.formatEndpoint((await server.listen('${where}')).endpoint));`;
  });
  await writeFile(join(project.path, file), `import * as library from 'idpmap';\n${listening}`);
  const program = startProcess(process.execPath, [file], { cwd: project.path, env: {} });
  onTestFinished(() => program.stop());
  return { program, endpoint: await endpointOf(program) };
}

async function endpointOf(program: RunningProcess): Promise<string> {
  const isUp = () => program.output().includes('listening ') || program.ended() !== undefined;
  await until(isUp, 20_000);
  const endpoint = /listening (\S+)/.exec(program.output())?.[1];
  if (endpoint === undefined) throw new Error(program.output());
  return endpoint;
}

/** What a server says, as `map key` is answered. */
async function ask(endpoint: string, questions: readonly string[]): Promise<readonly string[]> {
  using client = library.createClient(endpoint, { timeoutMs: 10_000 });
  const replies: string[] = [];
  for (const question of questions) {
    const [map = '', key = ''] = question.split(' ');
    const seen = await client.lookup(map, key);
    const rest = seen.status === 'OK' ? seen.data : 'reason' in seen ? seen.reason : '';
    replies.push(`${seen.status} ${rest}`.trim());
  }
  return replies;
}

const command = (): string => join(project.shipped, 'program/idpmap.cjs');

test('the package ships a command that knows its version', async () => {
  const { version }: { version: string } = JSON.parse(
    await readFile(join(ROOT, 'package.json'), 'utf8'),
  );
  const { stdout } = await run(process.execPath, [command(), '--version']);
  expect(stdout).toBe(`${version}\n`);
});

test('the shipped daemon reads a people file', async () => {
  await writeFile(join(project.path, 'people.yaml'), 'accounts: [{ address: ann@example.org }]');
  const environment = {
    IDPMAP_DOMAINS: '{ example.org: { directory: people } }',
    IDPMAP_DIRECTORIES: '{ people: { type: file, path: people.yaml } }',
  };
  const asked = [command(), 'lookup', '--direct', 'user-exists', 'ann@example.org'];
  const { stdout } = await run(process.execPath, asked, { cwd: project.path, env: environment });
  expect(stdout).toBe('OK ann@example.org\n');
});

test.each([
  ['idpmap', library],
  ['idpmap/directory', directory],
  ['idpmap/testing', testing],
])('%s gives what the source gives', async (name, all) => {
  const program = `import * as all from '${name}'; console.log(Object.keys(all).sort().join())`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: project.path,
  });
  expect(stdout.trim().split(',')).toEqual(Object.keys(all).toSorted());
});

test('every link of a page that is in the package leads to something in it', () => {
  expect(deadLinks(project.shipped)).toEqual([]);
});

test('whatever the package exports is in it, with types and the text behind them', async () => {
  const { exports }: { exports: Readonly<Record<string, string | Record<string, string>>> } =
    JSON.parse(await readFile(join(project.shipped, 'package.json'), 'utf8'));
  for (const target of Object.values(exports).flatMap((each) =>
    typeof each === 'string' ? [each] : Object.values(each),
  ))
    expect((await readFile(join(project.shipped, target), 'utf8')).length).toBeGreaterThan(0);
  const files = await readdir(join(project.shipped, 'dist'), { recursive: true });
  const code = files.filter((file) => file.endsWith('.js') && !file.startsWith('http/page'));
  expect(code.filter((file) => !files.includes(`${file}.map`))).toEqual([]);
  expect(code.filter((file) => !files.includes(file.replace(/js$/, 'd.ts')))).toEqual([]);
  expect(files.filter((file) => /(?<!\.d)\.ts$|\.node$/.test(file))).toEqual([]);
  const map: { sourcesContent?: unknown[] } = JSON.parse(
    await readFile(join(project.shipped, 'dist/index.js.map'), 'utf8'),
  );
  expect(map.sourcesContent).toHaveLength(1);
});

test('who imports the server loads nothing of the daemon', async () => {
  const program = `import { registerHooks } from 'node:module';
    const loaded = new Set();
    registerHooks({ load: (url, context, next) => (loaded.add(/node_modules\\/((?:@[^/]+\\/)?[^/]+)\\/(?!.*node_modules)/.exec(url)?.[1] ?? url), next(url, context)) });
    await import('idpmap');
    console.log([...loaded].filter((name) => !name.startsWith('node:')).sort().join());`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: project.path,
  });
  expect(stdout.trim().split(',')).toEqual([
    '@opentelemetry/api',
    'idpmap',
    'lru-cache',
    'opossum',
  ]);
});

test('the examples of docs/library.md are right by their types', async () => {
  const names = examples.map((_, i) => `example${i}.mts`);
  expect(names).toHaveLength(9);
  await Promise.all(
    examples.map(({ text }, i) => writeFile(join(project.path, `example${i}.mts`), text)),
  );
  expect(await project.check(...names)).toBe('');
  // The directory is the one that is tested.
  const hr = await readFile(join(ROOT, 'docs/examples/hr.ts'), 'utf8');
  expect(textOf('A directory of your own')).toBe(hr);
  // And the server is the README's.
  expect(await readFile(join(ROOT, 'README.md'), 'utf8')).toContain(textOf('A server'));
});

test('a handler that returns nonsense does not compile', async () => {
  const wrong = textOf('A server').replace('ok(key)', "'OK ' + key");
  await writeFile(join(project.path, 'wrong.mts'), wrong);
  expect(await project.check('wrong.mts')).toMatch(/^wrong\.mts\(4,.*error TS2/);
});

test.each([
  [
    'A server',
    ['virtual_domains example.com', 'virtual_domains x', 'x y'],
    ['OK example.com', 'NOTFOUND', 'PERM map x is not configured'],
  ],
  [
    'Several maps',
    [
      'virtual_domains example.com',
      'virtual_mailboxes Ann@example.com',
      'virtual_aliases info@example.com',
      'virtual_aliases x',
    ],
    ['OK example.com', 'OK example.com/ann/', 'OK ann@example.com', 'NOTFOUND'],
  ],
  ['Default map', ['known k', 'other k'], ['OK k', 'TEMP no such map: other']],
  ['Unix socket', ['echo k'], ['OK k']],
  [
    'Database',
    ['virtual_aliases info@example.com', 'virtual_aliases x'],
    ['OK ann@example.com', 'NOTFOUND'],
  ],
] as const)('the example under "%s" runs, and answers', async (title, questions, replies) => {
  const { endpoint } = await serve(title.replaceAll(' ', '-'), textOf(title));
  expect(await ask(endpoint, questions)).toEqual(replies);
});

test('it is plain JavaScript, too, and ends with SIGTERM where its scope does', async () => {
  const { program, endpoint } = await serve('javascript', textOf('Unix socket'));
  expect(await ask(endpoint, ['echo k'])).toEqual(['OK k']);
  process.kill(program.pid, 'SIGTERM');
  expect(await until(() => program.ended() !== undefined, 10_000)).toBe(true);
  expect(program.ended()).toBe('ended with code 0');
});

test('the client of docs/library.md runs', async () => {
  const { endpoint } = await serve('asked', textOf('Unix socket'));
  const text = textOf('A client')
    .replace(/'unix:[^']*'/, `'${endpoint}'`)
    .replace('user-exists', 'echo');
  await writeFile(join(project.path, 'client.mts'), text);
  const { stdout } = await run(process.execPath, ['client.mts'], { cwd: project.path });
  expect(stdout).toBe('ann@example.org\n');
});

test('the tests of a directory in docs/library.md run, and so does the daemon round it', async () => {
  const api = await startHrApi();
  onTestFinished(() => api.stop());
  await writeFile(join(project.path, 'checks.mts'), textOf('Its tests'));
  const env = { ...process.env, HR_PORT: String(api.port) };
  await run(process.execPath, ['checks.mts'], { cwd: project.path, env });
  const text = textOf('In your program').replace(':9100', ':0').replace(':8080', `:${api.port}`);
  await writeFile(
    join(project.path, 'daemon.mts'),
    text.replace(
      '...daemon.endpoints()',
      '`tcp://127.0.0.1:${Reflect.get(daemon.endpoints()[0] ?? {}, "port")}`',
    ),
  );
  const program = startProcess(process.execPath, ['daemon.mts'], { cwd: project.path, env: {} });
  onTestFinished(() => program.stop());
  const endpoint = await endpointOf(program);
  expect(
    await ask(endpoint, ['virtual-aliases a.smith@example.org', 'user-exists nobody@example.org']),
  ).toEqual(['OK ann@example.org', 'NOTFOUND']);
});

test('the shipped daemon loads the directory as a module, from TypeScript, and tells a typo', async () => {
  const api = await startHrApi();
  onTestFinished(() => api.stop());
  const settings = { url: `http://127.0.0.1:${api.port}`, token: TOKEN, witness: WITNESS };
  const configured = (its: object) => ({
    IDPMAP_DOMAINS: '{ example.org: { directory: staff } }',
    IDPMAP_DIRECTORIES: JSON.stringify({
      staff: { type: 'custom', module: './hr.ts', settings: its },
    }),
  });
  const lookup = (its: object) =>
    run(
      process.execPath,
      [
        join(project.shipped, 'program/idpmap.cjs'),
        'lookup',
        '--direct',
        'user-exists',
        'ann@example.org',
      ],
      {
        cwd: project.path,
        env: configured(its),
      },
    );
  expect((await lookup(settings)).stdout).toBe('OK ann@example.org\n');
  await expect(lookup({ ...settings, witnes: 'x' })).rejects.toMatchObject({
    stderr: expect.stringContaining('settings.witnes'),
  });
});

describeWith(['postfix'], 'postmap', () => {
  test('gets its answer of the five lines', async () => {
    const { endpoint } = await serve('postmap', textOf('A server'));
    const map = `socketmap:inet:${endpoint.replace('tcp://', '')}:virtual_domains`;
    const { stdout } = await run('postmap', ['-q', 'example.com', map]);
    expect(stdout).toBe('example.com\n');
    await expect(run('postmap', ['-q', 'example.net', map])).rejects.toMatchObject({
      code: 1,
      stderr: '',
    });
  });
});
