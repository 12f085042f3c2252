import { spawnSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { RARE_FILES } from '../../deploy/bundle/groups.ts';
import { escapeText } from '../../deploy/bundle/plain.ts';
import { narrowMap } from '../../deploy/bundle/positions.ts';
import { DEMO_PEOPLE, runCommand, startDaemonProcess } from '../support/daemon.ts';
import { makePlace } from '../support/instance.ts';
import { programFile } from '../support/program.ts';
import { until } from '../support/until.ts';

const ROOT = join(import.meta.dirname, '../..');

/** No version of idpmap throws so by itself: what it uses of Node's is broken from outside. */
const BREAKS = {
  version: `const { readFileSync } = fs;
    let count = 0;
    fs.readFileSync = (file, ...rest) => {
      if (file === PACKAGE && ++count === 2) throw new TypeError('planted');
      return readFileSync(file, ...rest);
    };`,
  clock: `process.on('SIGUSR2', () => {
    performance.now = () => { delete performance.now; throw new TypeError('planted'); };
  });`,
};

/** The frames of a stack that stand in a source of ours, with the text of their lines. */
async function readFrames(text: string): Promise<readonly string[]> {
  const frames = [...text.matchAll(/at (?:async )?(?:\w+\.)?(\w+) \((src\/[\w/]+\.ts):(\d+)\)/g)];
  return Promise.all(
    frames.map(async ([, name, file = '', line]) => {
      const lines = (await readFile(join(ROOT, file), 'utf8')).split('\n');
      return `${name} ${file} ${lines[Number(line) - 1]?.trim()}`;
    }),
  );
}

let place: string;
let config: string;

beforeAll(programFile);

async function configure(http: string): Promise<void> {
  place = await makePlace();
  config = join(place, 'idpmap.yaml');
  await writeFile(config, `${DEMO_PEOPLE}state: off\nhttp: ${http}\n`);
}

async function hook(text: string): Promise<string> {
  const file = join(place, 'hook.cjs');
  const root = dirname(dirname(await programFile()));
  const head = `const fs = require('fs'); const PACKAGE = ${JSON.stringify(join(root, 'package.json'))};`;
  await writeFile(file, `${head}\n${text}`);
  return `--require="${file}"`;
}

describe('a stack of the program names sources and their lines', () => {
  test('where a command ends by a bug', async () => {
    await configure('off');
    const options = await hook(BREAKS.version);
    const { code, stderr } = await runCommand(['serve', '--config', config], {
      NODE_OPTIONS: options,
    });
    expect(code).toBe(70);
    expect(stderr).toContain('TypeError: planted');
    const frames = await readFrames(stderr);
    expect(frames.at(-1)).toBe('main src/cli.ts await program.parseAsync();');
    expect(frames.join('\n')).toContain(
      'startDaemon src/daemon/daemon.ts const version = readVersion();',
    );
  });

  test('in the log', async () => {
    await configure('off');
    const options = await hook(BREAKS.clock);
    const daemon = await startDaemonProcess(['serve', '--config', config], {
      NODE_OPTIONS: options,
    });
    onTestFinished(() => daemon.stop());
    process.kill(daemon.pid, 'SIGUSR2');
    expect(await until(() => daemon.output().includes('planted'), 20_000)).toBe(true);
    const frames = await readFrames(daemon.output());
    expect(frames.join('\n')).toContain('now src/clock.ts export const preciseClock');
  });
});

describe('of Node the program loads', () => {
  const UNDICI = 'NativeModule internal/deps/undici/undici';
  const WEBCRYPTO = 'NativeModule internal/crypto/webcrypto';
  const HTTP = 'NativeModule _http_server';

  /** What of Node's a daemon has loaded once it listens. */
  const readLoaded = async (http: string): Promise<readonly string[]> => {
    await configure(http);
    const file = join(place, 'loaded');
    const options = await hook(
      `process.on('SIGUSR2', () => fs.writeFileSync(${JSON.stringify(file)}, JSON.stringify(process.moduleLoadList)));`,
    );
    const daemon = await startDaemonProcess(['serve', '--config', config], {
      NODE_OPTIONS: options,
      IDPMAP_HTTP__ENDPOINT: http,
    });
    onTestFinished(() => daemon.stop());
    process.kill(daemon.pid, 'SIGUSR2');
    let loaded: readonly string[] = [];
    await until(async () => {
      loaded = await readFile(file, 'utf8').then(JSON.parse, () => []);
      return loaded.length > 0;
    }, 20_000);
    expect(loaded).toContain('NativeModule net');
    return loaded;
  };

  test('no HTTP where that is off', async () => {
    const loaded = await readLoaded('off');
    expect([HTTP, UNDICI, WEBCRYPTO].filter((name) => loaded.includes(name))).toEqual([]);
  });

  test('no HTTP client of its own and no web cryptography where HTTP is on', async () => {
    const loaded = await readLoaded('tcp://127.0.0.1:0');
    expect([HTTP, UNDICI, WEBCRYPTO].filter((name) => loaded.includes(name))).toEqual([HTTP]);
  });
});

describe('of its own files the program reads', () => {
  /** Starts a daemon, and another before it where there is a former one; `read` tells what it had read when it bound its last socket, or has now. */
  const start = async (former: 'no former' | 'a former') => {
    await configure('unix:http');
    const parameters = ['serve', '--takeover', '--config', config];
    if (former === 'a former') {
      const one = await startDaemonProcess(parameters, { IDPMAP_HTTP: 'off' });
      onTestFinished(() => one.stop());
    }
    const file = join(place, 'read');
    const options = await hook(`const { Server } = require('net');
      const path = require('path');
      const tell = () => {
        fs.writeFileSync('${file}.new', JSON.stringify(Object.keys(require.cache).map((each) => path.basename(each))));
        fs.renameSync('${file}.new', '${file}');
      };
      const { listen } = Server.prototype;
      Server.prototype.listen = function (...all) { tell(); return listen.apply(this, all); };
      process.on('SIGUSR2', tell);`);
    const daemon = await startDaemonProcess(parameters, {
      NODE_OPTIONS: options,
      IDPMAP_HTTP__ENDPOINT: `unix:${join(place, 'http')}`,
    });
    onTestFinished(() => daemon.stop());
    return { read: async () => JSON.parse(await readFile(file, 'utf8')), pid: daemon.pid };
  };

  test('what answers over HTTP after the socketmap has begun to answer', async () => {
    const { read } = await start('no former');
    const files = await read();
    expect(files).toContain('daemon.cjs');
    expect(files).not.toContain('http.cjs');
  });

  test('what answers over HTTP before it takes over from a daemon that still answers', async () => {
    const { read } = await start('a former');
    expect(await read()).toEqual(expect.arrayContaining(['http.cjs', 'metrics.cjs']));
  });

  test('what answers over HTTP without being asked, and no compilers of schemas and no mirror for it', async () => {
    const { read, pid } = await start('no former');
    const isRead = async () => {
      process.kill(pid, 'SIGUSR2');
      return (await read()).includes('metrics.cjs');
    };
    expect(await until(isRead, 20_000)).toBe(true);
    const files = await read();
    expect(RARE_FILES.filter((name) => files.includes(`${name}.cjs`))).toEqual([]);
    const shipped = await readdir(dirname(await programFile()));
    expect(shipped).toEqual(expect.arrayContaining(RARE_FILES.map((name) => `${name}.cjs`)));
  });
});

test('the program is of ASCII, for V8 keeps anything else at two bytes a letter', async () => {
  const folder = dirname(await programFile());
  const files = (await readdir(folder)).filter((name) => name.endsWith('.cjs'));
  expect(files).toEqual(expect.arrayContaining(['daemon.cjs', 'http.cjs', 'idpmap.cjs']));
  for (const file of files)
    expect((await readFile(join(folder, file), 'latin1')).match(/[^\0-\x7f]/)).toBeNull();
});

test.each([
  ["const a = 'Postfix’s'", String.raw`const a = 'Postfix\u2019s'`],
  ['/[à-ÿ]😀/u', String.raw`/[\u00e0-\u00ff]\ud83d\ude00/u`],
])('%s is escaped', (text, escaped) => {
  expect(escapeText(text).text).toBe(escaped);
});

test('what reads its letters as they are written is refused', () => {
  expect(() => escapeText('String.raw`’`')).toThrow("can't be escaped: String.raw`’`");
});

test('a map leads to lines over letters that were escaped', () => {
  // Columns 0 and 6 of the first line, from lines 1 and 3 of the only source; column 2 of the second, from its line 3.
  const map = { version: 3, sources: ['../src/a.ts'], mappings: 'AAAA,MAEA;EAAA' };
  const { grown } = escapeText('’’ab;c\n');
  expect(narrowMap(map, grown)).toEqual({
    version: 3,
    sources: ['../src/a.ts'],
    mappings: 'AAAA,gBAEA;EAAA',
  });
});

test.each(['child', 'reader', 'writer'])(
  '%s.cjs reads no daemon for its part of one',
  async (entry) => {
    const folder = dirname(await programFile());
    const read = new Set([`${entry}.cjs`]);
    for (const file of read) {
      const text = await readFile(join(folder, file), 'utf8');
      const required = text.matchAll(/^(?:const|let) [\w$]+ = require\("\.\/([\w.-]+)"\);$/gm);
      for (const [, name = ''] of required) read.add(name);
    }
    expect([...read]).toContain('parts.cjs');
    expect(['base.cjs', 'daemon.cjs'].filter((name) => read.has(name))).toEqual([]);
  },
);

test('a child of the program does its own work, and is no command', async () => {
  const root = dirname(await programFile());
  const checked = spawnSync(process.execPath, [join(root, 'child.cjs'), 'people.yaml'], {
    input: 'accounts: [{ address: ann@example.org }]',
    encoding: 'utf8',
    env: {},
  });
  expect([checked.status, checked.stderr]).toEqual([0, '']);
  expect(checked.stdout).toContain('ann@example.org');
});
