import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createSocketmapClient } from '../../src/socketmap/client.ts';
import { askHttp } from '../support/http.ts';
import { makePlace } from '../support/instance.ts';
import { until } from '../support/until.ts';

const { O_RDONLY, O_WRONLY, O_NONBLOCK } = constants;
const ROOT = join(import.meta.dirname, '../..');
/** What a busy machine does not reach. */
const LIMIT_MS = 100_000;
/** Each has a line of some two hundred characters, more than what waits at most. */
const LOOKUPS = 25_000;

/** Starts a daemon whose standard error is `descriptor`, and waits until it listens. */
async function startLogging(
  place: string,
  descriptor: number | 'pipe',
  format = 'json',
): Promise<ChildProcess> {
  writeFileSync(
    join(place, 'idpmap.yaml'),
    `
listen: unix:socketmap
control: control
http: unix:http
log: { level: debug, format: ${format} }
domains: { example.com: { directory: people } }
directories: { people: { type: demo } }
`,
  );
  const parameters = ['src/cli.ts', 'serve', '--config', join(place, 'idpmap.yaml')];
  const daemon = spawn(process.execPath, parameters, {
    cwd: ROOT,
    env: {},
    stdio: ['ignore', 'ignore', descriptor],
  });
  onTestFinished(() => {
    daemon.kill('SIGKILL');
  });
  const isUp = (): boolean => daemon.exitCode !== null || existsSync(join(place, 'socketmap'));
  expect([await until(isUp, LIMIT_MS), daemon.exitCode]).toEqual([true, null]);
  return daemon;
}

/** A pipe: somebody is at its end, and reads when told to. */
function makePipe(place: string) {
  const path = join(place, 'pipe');
  spawnSync('mkfifo', [path]);
  const reader = openSync(path, O_RDONLY | O_NONBLOCK);
  return { reader, writer: openSync(path, O_WRONLY) };
}

interface Destination {
  readonly descriptor: number | 'pipe';
  /** Called once the daemon is up. */
  readonly spoil?: () => void;
}

const openFull = (): Destination => ({ descriptor: openSync('/dev/full', 'w') });

/** What takes the log, and what becomes of it once the daemon is up. */
const DESTINATIONS: readonly (readonly [string, (place: string) => Destination])[] = [
  ['a pipe that nobody reads', (place) => ({ descriptor: makePipe(place).writer })],
  [
    'a pipe whose reader has left',
    (place) => {
      const { reader, writer } = makePipe(place);
      return { descriptor: writer, spoil: () => closeSync(reader) };
    },
  ],
  ['a full disk', openFull],
  ['a socket that nobody reads', () => ({ descriptor: 'pipe' })],
];

test.each([
  ...DESTINATIONS.map(([name, open]) => [name, 'json', open] as const),
  ['a full disk', 'pretty', openFull] as const,
])(
  'mail goes on while the log goes to %s, %s',
  { timeout: 2 * LIMIT_MS },
  async (_, format, open) => {
    const place = await makePlace();
    const { descriptor, spoil } = open(place);
    const daemon = await startLogging(place, descriptor, format);
    spoil?.();
    const client = createSocketmapClient({
      endpoint: { kind: 'unix', path: join(place, 'socketmap') },
      timeoutMs: LIMIT_MS,
    });
    for (let i = 0; i < LOOKUPS; i += 500) {
      const batch = Array.from({ length: 500 }, () =>
        client.ask('user-exists', 'user@example.com'),
      );
      const answers = await Promise.all(batch);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['OK']));
    }
    client.close();
    const { text } = await askHttp({ kind: 'unix', path: join(place, 'http') }, '/metrics');
    const [, dropped] = /^idpmap_log_lines_dropped_total (\d+)$/m.exec(text) ?? [];
    expect(Number(dropped)).toBeGreaterThan(0);
    const ended = once(daemon, 'exit');
    daemon.kill('SIGTERM');
    // A thread that hangs in the socket holds the exit up, and the daemon ends itself.
    expect([0, 'SIGTERM']).toContain((await ended).find((how) => how !== null));
  },
);

test('a pipe that is read again tells how many lines are missing', {
  timeout: 2 * LIMIT_MS,
}, async () => {
  const place = await makePlace();
  const { reader, writer } = makePipe(place);
  await startLogging(place, writer);
  const client = createSocketmapClient({
    endpoint: { kind: 'unix', path: join(place, 'socketmap') },
    timeoutMs: LIMIT_MS,
  });
  for (let i = 0; i < LOOKUPS; i += 500)
    await Promise.all(
      Array.from({ length: 500 }, () => client.ask('user-exists', 'user@example.com')),
    );
  client.close();
  let text = '';
  const bytes = Buffer.alloc(64 * 1024);
  const drain = (): boolean => {
    try {
      text += bytes.toString('utf8', 0, readSync(reader, bytes));
    } catch {
      // Nothing is in it at the moment.
    }
    return text.includes('"lines":');
  };
  expect(await until(drain, LIMIT_MS)).toBe(true);
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line): { lines?: number; msg: string } => JSON.parse(line));
  const told = lines.filter((line) => line.lines !== undefined);
  expect(told).toHaveLength(1);
  expect(told[0]?.msg).toBe('lines of the log were dropped: standard error took none for a while');
});
