import { spawnSync } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { forJournal, formatEvent, isJournal } from '../src/journal.ts';
import { startDaemonProcess } from './support/daemon.ts';
import { makePlace } from './support/instance.ts';
import { startProcess } from './support/process.ts';
import { until } from './support/until.ts';

const ROOT = join(import.meta.dirname, '..');

/** A file, and how systemd would say that it is the journal. */
async function openFile() {
  const path = join(await makePlace(), 'log');
  const descriptor = openSync(path, 'w');
  onTestFinished(() => closeSync(descriptor));
  const { dev, ino } = fstatSync(descriptor);
  return { path, descriptor, stream: `${dev}:${ino}` };
}

test('a descriptor is the journal where the environment names its device and inode', async () => {
  const { descriptor, stream } = await openFile();
  const other = await openFile();
  expect(isJournal(descriptor, { JOURNAL_STREAM: stream })).toBe(true);
  expect(isJournal(other.descriptor, { JOURNAL_STREAM: stream })).toBe(false);
  expect(isJournal(descriptor, {})).toBe(false);
  expect(isJournal(999, { JOURNAL_STREAM: stream })).toBe(false);
});

test.each([
  ['error', '<3>'],
  ['warn', '<4>'],
  ['info', '<6>'],
  ['debug', '<7>'],
])('a line of level %s begins with %s', (level, priority) => {
  expect(forJournal(level, 'one\ntwo\n')).toBe(`${priority}one\n${priority}two\n`);
});

test('an event is its message, and its fields by name', () => {
  expect(
    formatEvent({
      level: 'warn',
      time: '2026-11-30T03:00:00.000Z',
      directory: 'staff',
      cause: 'timeout',
      reason: 'no answer within 2000 ms',
      untold: 0,
      configured: ['a', 'b'],
      msg: 'a question to the directory failed',
    }),
  ).toBe(
    '<4>a question to the directory failed: directory=staff, cause=timeout, reason="no answer within 2000 ms", untold=0, configured=["a","b"]\n',
  );
});

test('an event without fields is its message', () => {
  expect(formatEvent({ level: 'info', time: 'now', msg: 'stopped' })).toBe('<6>stopped\n');
});

test('each line of a stack has its priority', () => {
  const err = { type: 'Error', message: 'oh', stack: 'Error: oh\n    at here' };
  expect(formatEvent({ level: 'error', err, msg: 'a bug' })).toBe(
    '<3>a bug\n<3>Error: oh\n<3>    at here\n',
  );
});

const DEMO = `
listen: unix:socketmap
control: control
domains: { example.com: { directory: people } }
directories: { people: { type: demo } }
`;

test('a service of systemd logs readable lines with priorities, and tells so why it does not start', async () => {
  const place = await makePlace();
  const config = join(place, 'idpmap.yaml');
  writeFileSync(config, DEMO);
  const { path, stream } = await openFile();
  const start = (file: string) => {
    const line = 'exec "$0" src/cli.ts serve --config "$1" 2>>"$2"';
    const daemon = startProcess('sh', ['-c', line, process.execPath, file, path], {
      cwd: ROOT,
      env: { JOURNAL_STREAM: stream, IDPMAP_HTTP: 'off' },
    });
    onTestFinished(() => daemon.stop());
    return daemon;
  };
  start(config);
  expect(
    await until(() => /^<6>listening: endpoints=/m.test(readFileSync(path, 'utf8')), 20_000),
  ).toBe(true);
  writeFileSync(join(place, 'broken.yaml'), 'domians: {}\n');
  const broken = start(join(place, 'broken.yaml'));
  expect(await until(() => broken.ended() !== undefined, 20_000)).toBe(true);
  expect(readFileSync(path, 'utf8')).toMatch(/^<3>idpmap: .*$/m);
  expect(
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .filter((line) => !/^<\d>/.test(line)),
  ).toEqual([]);
});

test('elsewhere a line is JSON with the name of its level, and an instant', async () => {
  const place = await makePlace();
  writeFileSync(join(place, 'idpmap.yaml'), DEMO);
  const daemon = await startDaemonProcess(['serve', '--config', join(place, 'idpmap.yaml')], {
    JOURNAL_STREAM: '1:1',
  });
  onTestFinished(() => daemon.stop());
  const lines = daemon.output().trimEnd().split('\n');
  expect(lines.map((line): object => JSON.parse(line)).at(-1)).toMatchObject({
    level: 'info',
    time: expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    msg: 'listening',
  });
});

test('a command whose reader leaves ends quietly', () => {
  const line = '{ "$0" src/cli.ts config schema; echo "code $?" >&2; } | head -c 5';
  const { stderr } = spawnSync('sh', ['-c', line, process.execPath], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(stderr).toBe('code 0\n');
});
