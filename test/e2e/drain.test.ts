import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Endpoint } from '../../src/net/endpoint.ts';
import { configure } from '../support/command.ts';
import { DEMO_PEOPLE, startDaemonProcess } from '../support/daemon.ts';
import { askHttp } from '../support/http.ts';
import { connectClient } from '../support/instance.ts';
import { findFreePorts, readLines, serveLoopback } from '../support/loopback.ts';
import { type RunningProcess, startProcess } from '../support/process.ts';
import { until } from '../support/until.ts';
import { show } from '../support/world.ts';

const LIMIT_MS = 10_000;
const ASK = ['user-exists', 'user@example.com'] as const;

const configOf = (drain: string): string => `${DEMO_PEOPLE}drain: ${drain}\n`;

async function start(drain: string) {
  const { config, place } = await configure({ 'idpmap.yaml': configOf(drain) });
  const [port = 0] = await findFreePorts(1);
  const daemon = await startDaemonProcess(['serve', '--config', config], {
    IDPMAP_HTTP: `tcp://127.0.0.1:${port}`,
  });
  onTestFinished(() => daemon.stop());
  const endpoint: Endpoint = { kind: 'unix', path: join(place, 'socketmap') };
  return { daemon, endpoint, http: { kind: 'tcp', host: '127.0.0.1', port } as const };
}

const ends = async (daemon: RunningProcess): Promise<string | undefined> => {
  await until(() => daemon.ended() !== undefined, LIMIT_MS);
  return daemon.ended();
};

const says = (daemon: RunningProcess, text: string): Promise<boolean> =>
  until(() => daemon.output().includes(text), LIMIT_MS);

async function askAnew(endpoint: Endpoint): Promise<string> {
  const client = connectClient(endpoint);
  try {
    return show(await client.ask(...ASK));
  } finally {
    client.close();
  }
}

describe.each(['SIGTERM', 'SIGINT'] as const)('%s where drain is set', (signal) => {
  test('lets it answer as before, not ready, until a second one', async () => {
    const { daemon, endpoint, http } = await start('1h');
    const client = connectClient(endpoint);
    expect(show(await client.ask(...ASK))).toBe('OK user@example.com');
    process.kill(daemon.pid, signal);
    expect(await until(async () => (await askHttp(http, '/readyz')).status === 503, LIMIT_MS)).toBe(
      true,
    );
    expect(show(await client.ask(...ASK))).toBe('OK user@example.com');
    expect(await askAnew(endpoint)).toBe('OK user@example.com');
    client.close();
    process.kill(daemon.pid, signal);
    expect(await ends(daemon)).toBe('ended with code 0');
  });
});

test('it ends by itself when the time is over, and nobody has asked in vain before', async () => {
  const { daemon, endpoint } = await start('500ms');
  const client = connectClient(endpoint);
  const replies = new Set<string>();
  let end: unknown;
  const asking = (async () => {
    for (;;) replies.add(show(await client.ask(...ASK)));
  })().catch((error: unknown) => {
    end = error;
  });
  process.kill(daemon.pid, 'SIGTERM');
  await asking;
  expect(end).toBeInstanceOf(Error);
  expect([...replies]).toEqual(['OK user@example.com']);
  expect(await ends(daemon)).toBe('ended with code 0');
  expect(daemon.output()).toMatch(
    /"drain":"500ms".*\n(?:.*\n)*.*stopping: answering what is in flight/,
  );
});

test('a signal during the start is heard: to the first process of a container, others are none', async () => {
  const { config, place } = await configure({ 'idpmap.yaml': configOf('0s') });
  const asked = Promise.withResolvers<void>();
  const signalled = Promise.withResolvers<void>();
  // A daemon that runs, and is slow to let itself be taken over from.
  const former = await serveLoopback(
    async (socket) => {
      for await (const _ of readLines(socket)) {
        asked.resolve();
        await signalled.promise;
        socket.end('{"result":{}}\n');
      }
    },
    join(place, 'control'),
  );
  onTestFinished(() => former.stop());
  const daemon = startProcess(
    process.execPath,
    ['src/cli.ts', 'serve', '--takeover', '--config', config],
    { cwd: join(import.meta.dirname, '../..'), env: { IDPMAP_HTTP: 'off' } },
  );
  onTestFinished(() => daemon.stop());
  await asked.promise;
  process.kill(daemon.pid, 'SIGTERM');
  expect(await says(daemon, 'told to stop')).toBe(true);
  signalled.resolve();
  expect(await ends(daemon)).toBe('ended with code 0');
});
