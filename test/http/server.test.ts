import { mkdir, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Endpoint } from '../../src/net/endpoint.ts';
import { EndpointError } from '../../src/net/errors.ts';
import { askHttp, postJson } from '../support/http.ts';
import { makePlace } from '../support/instance.ts';
import { serveLoopback } from '../support/loopback.ts';
import { startProcess } from '../support/process.ts';
import { until } from '../support/until.ts';
import { startServer, TOKEN } from './fixture.ts';

describe('health', () => {
  test.each([
    ['starting', 503],
    ['ready', 200],
    ['draining', 503],
  ] as const)('/readyz says %s with %i', async (phase, status) => {
    const { endpoint } = await startServer({ phase: () => phase });
    const reply = await askHttp(endpoint, '/readyz');
    expect([reply.status, reply.text]).toEqual([status, `${phase}\n`]);
  });

  test.each(['starting', 'ready', 'draining'] as const)('/livez is 200 while %s', async (phase) => {
    const { endpoint } = await startServer({ phase: () => phase });
    expect((await askHttp(endpoint, '/livez')).status).toBe(200);
  });

  test('/livez is silent when the event loop is blocked', async () => {
    const path = join(await makePlace(), 'http');
    const server = startProcess(
      process.execPath,
      [join(import.meta.dirname, '../support/http-server.ts'), path],
      { cwd: import.meta.dirname, env: {} },
    );
    onTestFinished(() => server.stop());
    const endpoint: Endpoint = { kind: 'unix', path };
    const isAlive = () =>
      askHttp(endpoint, '/livez', { timeoutMs: 1000 }).then(
        ({ status }) => status === 200,
        () => false,
      );
    expect(await until(isAlive, 10_000)).toBe(true);
    await askHttp(endpoint, '/api/status', { timeoutMs: 100 }).catch(() => {});
    expect(await isAlive()).toBe(false);
    process.kill(server.pid, 'SIGKILL');
  });
});

test('/metrics hands on what the metrics say, as they call it', async () => {
  const { endpoint } = await startServer();
  const { text, headers } = await askHttp(endpoint, '/metrics');
  expect([text, headers['content-type']]).toEqual(['a_metric 1\n', 'text/plain; version=0.0.4']);
});

test('a bug is logged, and told without its words', async () => {
  const { endpoint, notes } = await startServer({
    status: () => {
      throw new Error('ann@example.org broke it');
    },
  });
  const { status, text } = await askHttp(endpoint, '/api/status');
  expect([status, text]).toEqual([500, '{"error":"a bug of idpmap, see its log"}']);
  expect((await notes.next('an http request failed')).level).toBe('error');
});

test('what can not be loaded is logged, and answered by 500', async () => {
  const page = await makePlace();
  await mkdir(join(page, 'index.html'));
  const server = await startServer({ pageDirectory: page });
  await server.load();
  expect(await server.notes.next('http can not be served')).toMatchObject({ level: 'error' });
  expect((await askHttp(server.endpoint, '/livez')).status).toBe(500);
});

test('a path that is not there is told without what stands behind it', async () => {
  const { endpoint } = await startServer();
  const { status, text } = await askHttp(endpoint, '/status/x?address=ann@example.org');
  expect([status, text]).toEqual([404, '{"error":"there is no GET /status/x here"}']);
});

describe('a body', () => {
  const post = async (body: string, type: string) => {
    const { endpoint } = await startServer();
    const headers = { 'content-type': type, authorization: `Bearer ${TOKEN}` };
    return askHttp(endpoint, '/api/explain', { method: 'POST', body, headers });
  };

  test('that is not called JSON is told how to be sent', async () => {
    const { text } = await post(
      '{"address":"ann@example.org"}',
      'application/x-www-form-urlencoded',
    );
    expect(JSON.parse(text)).toEqual({
      error: 'the body is to be JSON, and to be called so: send Content-Type: application/json',
    });
  });

  test('that is no JSON is told so', async () => {
    const { text } = await post('{"address":', 'application/json');
    expect(JSON.parse(text).error).toMatch(/^the body is no JSON \(/);
  });

  test.each([
    ['that is no JSON', '{"address":', 'application/json', 400],
    ['that a form of another page could send', '{}', 'text/plain', 415],
    ['that a form sends', 'address=x', 'application/x-www-form-urlencoded', 415],
    ['that is too large', JSON.stringify({ address: 'x'.repeat(17_000) }), 'application/json', 413],
    ['that would change a prototype', '{"__proto__":{"address":"x"}}', 'application/json', 400],
  ])('%s is refused', async (_, body, type, status) => {
    const reply = await post(body, type);
    expect([reply.status, Object.keys(JSON.parse(reply.text))]).toEqual([status, ['error']]);
  });
});

test('/ leads to the page', async () => {
  const { endpoint } = await startServer();
  const { status, headers } = await askHttp(endpoint, '/');
  expect([status, headers['location']]).toEqual([302, 'status']);
});

describe('the status page', () => {
  test('is served with its files and the chart library, nothing else', async () => {
    const pageDirectory = await makePlace();
    await writeFile(join(pageDirectory, 'index.html'), '<!doctype html>');
    await writeFile(join(pageDirectory, 'page.js'), 'page()');
    await writeFile(join(pageDirectory, 'notes.txt'), 'mine');
    const { endpoint } = await startServer({ pageDirectory });
    const served = async (path: string) => {
      const { status, headers } = await askHttp(endpoint, path);
      return [status, headers['content-type']];
    };
    expect(await served('/status')).toEqual([200, 'text/html; charset=utf-8']);
    expect(await served('/status/page.js')).toEqual([200, 'text/javascript; charset=utf-8']);
    expect(await served('/status/uplot.js')).toEqual([200, 'text/javascript; charset=utf-8']);
    expect(await served('/status/uplot.css')).toEqual([200, 'text/css; charset=utf-8']);
    for (const path of ['notes.txt', 'index.html', '..%2Fpage.js', '../status/notes.txt'])
      expect((await served(`/status/${path}`))[0]).toBe(404);
  });
});

describe('an endpoint', () => {
  test('in use is an error that names who has it', async () => {
    const taken = await serveLoopback(async () => {});
    onTestFinished(() => taken.stop());
    const endpoint = { kind: 'tcp', host: '127.0.0.1', port: taken.port } as const;
    await expect(startServer({ endpoint })).rejects.toThrow(
      new RegExp(`^tcp://127.0.0.1:${taken.port} is in use by pid ${process.pid} `),
    );
  });

  test('that is another server’s socket is an error', async () => {
    const path = join(await makePlace(), 'http');
    const taken = await serveLoopback(async () => {}, path);
    onTestFinished(() => taken.stop());
    await expect(startServer({ endpoint: { kind: 'unix', path } })).rejects.toThrow(EndpointError);
  });

  test('may be a unix socket with its mode, which goes with the server', async () => {
    const path = join(await makePlace(), 'http');
    const server = await startServer({ endpoint: { kind: 'unix', path, mode: 0o600 } });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await server.close();
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });
});

test('closes though clients stay, in the midst of a request too', async () => {
  const server = await startServer();
  const port = server.endpoint.kind === 'tcp' ? server.endpoint.port : 0;
  const idle = connect(port, '127.0.0.1');
  const busy = connect(port, '127.0.0.1', () => busy.write('POST /api/explain HTTP/1.1\r\nHost: '));
  for (const socket of [idle, busy]) socket.on('error', () => {});
  await askHttp(server.endpoint, '/livez');
  await server.close();
  await expect(askHttp(server.endpoint, '/livez')).rejects.toThrow('ECONNREFUSED');
});

test('a reply under way is given before it closes', async () => {
  const asked = Promise.withResolvers<void>();
  const told = Promise.withResolvers<{ readonly forgotten: number }>();
  const purge = async () => {
    asked.resolve();
    return told.promise;
  };
  const refuse = () => Promise.reject(new Error('not asked'));
  const handlers = {
    explain: refuse,
    explainSender: refuse,
    explainTrace: refuse,
    purge,
    shadow: refuse,
  };
  const server = await startServer({ handlers });
  const reply = postJson(server.endpoint, '/api/purge', { all: true }, TOKEN);
  await asked.promise;
  const closed = server.close();
  told.resolve({ forgotten: 1 });
  expect((await reply).text).toBe('{"forgotten":1}');
  await closed;
});
