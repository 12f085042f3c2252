import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDaemonProcess } from '../support/daemon.ts';
import { postJson } from '../support/http.ts';
import { findFreePorts } from '../support/loopback.ts';
import type { RunningProcess } from '../support/process.ts';
import { describeWith } from '../support/requirement.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const run = promisify(execFile);

/** What somebody types for printf, and what comes back, byte for byte. */
const EXAMPLES = [
  { typed: '32:get user-exists test@example.com,', shown: '19:OK test@example.com,' },
  { typed: '28:user-exists test@example.com,', shown: '19:OK test@example.com,' },
  { typed: '35:get user-exists unknown@example.com,', shown: '9:NOTFOUND ,' },
  { typed: '33:get user-exists anything@test.com,', shown: '20:OK anything@test.com,' },
  { typed: 'get user-exists test@example.com\\n', shown: 'OK test@example.com\\n' },
  { typed: 'user-exists unknown@example.com\\n', shown: 'NOTFOUND \\n' },
  { typed: '19:blacklist 192.0.2.7,', shown: '17:OK REJECT go away,' },
];

/** What printf makes of it. */
const bytes = (text: string): string => text.replaceAll('\\n', '\n');

/** The command line of `npm start`, as package.json has it. */
function readStart(): readonly string[] {
  const file = join(import.meta.dirname, '../../package.json');
  const { scripts }: { scripts: { start: string } } = JSON.parse(readFileSync(file, 'utf8'));
  return scripts.start.split(' ');
}

describe('npm start', () => {
  let port: number;
  let http: number;
  let daemon: RunningProcess;

  beforeAll(async () => {
    [port = 0, http = 0] = await findFreePorts(2);
    const temporary = await makeTemporaryDirectory('idpmap-demo');
    const [, ...parameters] = readStart();
    daemon = await startDaemonProcess(parameters, {
      IDPMAP_LISTEN: `tcp://127.0.0.1:${port}`,
      IDPMAP_HTTP: `tcp://127.0.0.1:${http}`,
      IDPMAP_CONTROL: join(temporary.path, 'control'),
    });
    return () => temporary.remove();
  });
  afterAll(() => daemon?.stop());

  /** Sends a request and half-closes, as nc does, and gives all that comes. */
  const exchange = async (request: string): Promise<string> => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.setEncoding('utf8').end(request);
    let reply = '';
    for await (const chunk of socket) reply += String(chunk);
    return reply;
  };

  test('finds a Node by itself', () => {
    expect(readStart()[0]).toBe('deploy/bin/idpmap');
  });

  test.each(EXAMPLES)('replies $shown to $typed', async ({ typed, shown }) => {
    expect(await exchange(bytes(typed))).toBe(bytes(shown));
  });

  describeWith(['netcat'], 'with nc', () => {
    // nc waits for a second after the end of what it sends.
    test.concurrent.each(EXAMPLES)('replies $shown to $typed', async ({ typed, shown }) => {
      const { stdout } = await run('sh', ['-c', `printf '${typed}' | nc -q1 127.0.0.1 ${port}`]);
      expect(stdout).toBe(bytes(shown));
    });

    test('answers what it says to try', async () => {
      const commands = daemon.output().match(/^ *printf .*$/gm) ?? [];
      const replies = await Promise.all(commands.map((command) => run('sh', ['-c', command])));
      expect(replies.map(({ stdout }) => stdout)).toEqual([
        'OK test@example.com\n',
        '19:OK test@example.com,',
      ]);
    });
  });

  test('links to its status page, with a token that explains and purges', async () => {
    const [, page, token] = /(http:\S+\/status)#token=(\w{32})\n/.exec(daemon.output()) ?? [];
    expect(page).toBe(`http://127.0.0.1:${http}/status`);
    const endpoint = { kind: 'tcp', host: '127.0.0.1', port: http } as const;
    const ask = { address: 'test@example.com' };
    expect((await postJson(endpoint, '/api/explain', ask, token)).status).toBe(200);
    expect((await postJson(endpoint, '/api/explain', ask, 'x'.repeat(32))).status).toBe(401);
  });

  test('logs each lookup with its answer', async () => {
    await exchange('28:user-exists user@example.com,');
    const words = ['answered', 'user-exists', 'user@example.com', 'OK'];
    const isLogged = () =>
      daemon
        .output()
        .split('\n')
        .some((line) => words.every((word) => line.includes(word)));
    expect(await until(isLogged, 5000)).toBe(true);
  });
});
