import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSocketmapClient, type SocketmapClient } from '../../src/socketmap/client.ts';
import { type Figures, type Violation } from '../../src/socketmap/figures.ts';
import { ok } from '../../src/socketmap/protocol.ts';
import { type RunningProcess, startProcess } from '../support/process.ts';
import { frames } from '../support/socketmap/socketmap.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const ATTACKERS = 1000;
const MAX_GROWTH = 32 * 1024 * 1024;
const LIMIT_MS = 60_000;

/** How one connection misbehaves. */
type Attack = (socket: Socket) => void;

/** Writes `text` again and again, as fast as the server takes it. */
const flood = (text: string): Attack => {
  const bytes = Buffer.from(text);
  return (socket) => {
    const write = (): void => {
      while (!socket.destroyed && socket.write(bytes));
    };
    socket.on('drain', write);
    write();
  };
};

const drip: Attack = (socket) => {
  socket.write(`16384:${'x'.repeat(16_000)}`);
  const timer = setInterval(() => socket.write('x'), 500);
  socket.on('close', () => clearInterval(timer));
};

const ATTACKS: readonly (readonly [string, Violation, Attack])[] = [
  ['announce ten digits of bytes', 'oversize', (socket) => socket.write('9999999999:')],
  ['send digits without end', 'oversize', flood('1'.repeat(1000))],
  ['send a request byte by byte', 'request-timeout', drip],
  ['ask without end and read nothing', 'reply-timeout', flood(frames('long x').repeat(500))],
];

/** As many polite clients: the server's heap and code are then those of one that has been busy. */
async function warmUp(path: string): Promise<void> {
  const endpoint = { kind: 'unix', path } as const;
  const clients = Array.from({ length: ATTACKERS }, () =>
    createSocketmapClient({ endpoint, timeoutMs: LIMIT_MS }),
  );
  for (let i = 0; i < 50; i++)
    await Promise.all(clients.map((client) => client.ask('long', String(i))));
  for (const client of clients) client.close();
}

describe('a thousand clients', { timeout: LIMIT_MS }, () => {
  let directory: TemporaryDirectory;
  let path: string;
  let server: RunningProcess;
  let client: SocketmapClient;

  const ask = async (map: string, key = 'x'): Promise<string> => {
    const answer = await client.ask(map, key);
    return answer.status === 'OK' ? answer.data : answer.status;
  };
  const count = async (violation: Violation): Promise<number> => {
    const figures: Figures = JSON.parse(await ask('figures'));
    return figures.violations[violation];
  };

  beforeEach(async () => {
    directory = await makeTemporaryDirectory('idpmap-hostile');
    path = join(directory.path, 's');
    const script = join(import.meta.dirname, '../support/socketmap/server.ts');
    // V8 lets its young generation grow to 48 MiB as it likes, whatever survives there. What we keep is measured here.
    const parameters = ['--max-semi-space-size=4', script, path];
    server = startProcess(process.execPath, parameters, { cwd: directory.path, env: {} });
    if (!(await until(() => existsSync(path), LIMIT_MS))) throw new Error(server.output());
    client = createSocketmapClient({ endpoint: { kind: 'unix', path }, timeoutMs: LIMIT_MS });
    await warmUp(path);
  }, LIMIT_MS);

  afterEach(async () => {
    client.close();
    await server.stop();
    await directory.remove();
  });

  test.each(ATTACKS)('that %s cost little, and are dropped', async (_, violation, attack) => {
    const before = Number(await ask('rss'));
    const sockets = Array.from({ length: ATTACKERS }, () => {
      const socket = connect(path).on('error', () => {});
      socket.pause();
      socket.once('connect', () => attack(socket));
      return socket;
    });
    let most = before;
    const isOver = async (): Promise<boolean> => {
      expect(await client.ask('echo', 'ann@example.org')).toEqual(ok('ann@example.org'));
      most = Math.max(most, Number(await ask('rss')));
      return (await count(violation)) === ATTACKERS;
    };
    expect(await until(isOver, LIMIT_MS)).toBe(true);
    for (const socket of sockets) socket.destroy();
    expect(most - before).toBeLessThan(MAX_GROWTH);
  });
});
