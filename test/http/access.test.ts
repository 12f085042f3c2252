import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { preciseClock } from '../../src/clock.ts';
import { Secret } from '../../src/config/sources/secret.ts';
import { createAccess } from '../../src/http/access.ts';
import { createHttpFigures } from '../../src/http/figures.ts';
import { silentLog } from '../../src/log.ts';
import type { Endpoint } from '../../src/net/endpoint.ts';
import { askHttp, postJson } from '../support/http.ts';
import { makePlace } from '../support/instance.ts';
import { LOOPBACK, startServer, TOKEN } from './fixture.ts';

const errorOf = (text: string): unknown => JSON.parse(text).error;

describe('the host by which a request comes', () => {
  test.each(['localhost', 'LOCALHOST:9101', '127.0.0.1', '127.0.0.1:1', '[::1]:9101', '127.9.9.9'])(
    '%s is this machine',
    async (host) => {
      const { endpoint } = await startServer();
      expect((await askHttp(endpoint, '/livez', { headers: { host } })).status).toBe(200);
    },
  );

  test.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    '[::2]',
    ':9101',
    'x y',
  ])('"%s" is refused', async (host) => {
    const { endpoint } = await startServer();
    const { status, text } = await askHttp(endpoint, '/livez', { headers: { host } });
    expect([status, errorOf(text)]).toEqual([
      421,
      'no such host here, ask by localhost, or list the name in http.hosts',
    ]);
  });

  test('a configured one is served', async () => {
    const { endpoint } = await startServer({ hosts: ['mail.example.org'] });
    const headers = { host: 'Mail.Example.org:443' };
    expect((await askHttp(endpoint, '/livez', { headers })).status).toBe(200);
  });

  test('the address that was connected to is served', async () => {
    const { endpoint } = await startServer({ endpoint: OUTSIDE });
    const headers = { host: '127.0.0.1:80' };
    expect((await askHttp(reach(endpoint), '/livez', { headers })).status).toBe(200);
  });

  test('any will do on a unix socket', async () => {
    const path = join(await makePlace(), 'http');
    const { endpoint } = await startServer({ endpoint: { kind: 'unix', path } });
    const headers = { host: 'evil.example' };
    expect((await askHttp(endpoint, '/livez', { headers })).status).toBe(200);
  });
});

test.each(['HEAD', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND'])(
  '%s is refused',
  async (method) => {
    const { endpoint } = await startServer();
    const { status, headers } = await askHttp(endpoint, '/livez', { method });
    expect([status, headers['allow']]).toEqual([405, 'GET, POST']);
  },
);

test.each(['/livez', '/metrics', '/api/status', '/status', '/nothing'])(
  '%s may be framed, sniffed and read from elsewhere by nobody',
  async (path) => {
    const { endpoint } = await startServer();
    const { headers } = await askHttp(endpoint, path, {
      headers: { origin: 'https://evil.example' },
    });
    expect(headers).toMatchObject({
      'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'self';/),
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  },
);

const ALL = { all: true };

describe('the token', () => {
  test('lets in whoever has it', async () => {
    const { endpoint } = await startServer();
    const { status, text } = await postJson(endpoint, '/api/purge', ALL, TOKEN);
    expect([status, text]).toEqual([200, '{"forgotten":7}']);
  });

  test.each([
    [
      'none',
      {},
      'the token is missing, send Authorization: Bearer TOKEN with what the file of http.token holds',
    ],
    [
      'another',
      { authorization: 'Bearer wrong' },
      'the token is wrong, send Authorization: Bearer TOKEN with what the file of http.token holds',
    ],
    [
      'its beginning',
      { authorization: `Bearer ${TOKEN.slice(0, -1)}` },
      'the token is wrong, send Authorization: Bearer TOKEN with what the file of http.token holds',
    ],
    [
      'more than it',
      { authorization: `Bearer ${TOKEN}x` },
      'the token is wrong, send Authorization: Bearer TOKEN with what the file of http.token holds',
    ],
    [
      'it in another scheme',
      { authorization: `Basic ${TOKEN}` },
      'the token is missing, send Authorization: Bearer TOKEN with what the file of http.token holds',
    ],
  ])('keeps out who sends %s', async (_, headers, error) => {
    const { endpoint } = await startServer();
    const reply = await askHttp(endpoint, '/api/explain', { method: 'POST', headers });
    expect([reply.status, errorOf(reply.text), reply.headers['www-authenticate']]).toEqual([
      401,
      error,
      'Bearer',
    ]);
  });

  test('counts as its file holds it now', async () => {
    const file = join(await makePlace(), 'token');
    await writeFile(file, `${TOKEN}\n`);
    const { endpoint } = await startServer({ token: new Secret({ file }) });
    const [first, second] = [TOKEN, TOKEN.toUpperCase()];
    await writeFile(file, `${second}\n`);
    expect((await postJson(endpoint, '/api/purge', ALL, first)).status).toBe(401);
    expect((await postJson(endpoint, '/api/purge', ALL, second)).status).toBe(200);
  });

  test('that can not be read keeps everybody out, and says why', async () => {
    const file = join(await makePlace(), 'token');
    await writeFile(file, 'first\n');
    const { endpoint } = await startServer({ token: new Secret({ file }) });
    await rm(file);
    const { status, text } = await postJson(endpoint, '/api/purge', ALL, 'first');
    expect([status, errorOf(text)]).toEqual([
      503,
      `the token cannot be compared: file ${file} does not exist, create it or mend the path`,
    ]);
  });

  test('that is not configured keeps everybody out, and says how to mend it', async () => {
    const settings = () => ({ endpoint: LOOPBACK, hosts: [], acknowledgeUnauthenticated: false });
    const { people } = createAccess({
      endpoint: LOOPBACK,
      settings,
      figures: createHttpFigures(),
      clock: preciseClock,
      log: silentLog,
    });
    const sent: unknown[] = [];
    const reply = {
      code: (status: number) => ({ send: (body: unknown) => sent.push(status, body) }),
    };
    await Reflect.apply(people, undefined, [{ headers: {} }, reply]);
    expect(sent).toEqual([
      403,
      { error: 'this needs a token, configure one as http.token: { file: PATH }' },
    ]);
  });
});

describe('a token that is guessed', () => {
  const guess = (endpoint: Endpoint, token: string) =>
    postJson(endpoint, '/api/explain', { address: 'a@example.org' }, token);

  test('is told in the log, once a minute, with its network and not with what was sent', async () => {
    const figures = createHttpFigures();
    const { endpoint, notes } = await startServer({ figures });
    for (const token of ['guess-0', 'guess-1', 'guess-2']) await guess(endpoint, token);
    const note = await notes.next('a wrong token was sent to http');
    expect(note).toMatchObject({ level: 'warn', fields: { network: '127.0.0.1' } });
    expect(JSON.stringify(notes.all)).not.toContain('guess-');
    expect(notes.all.filter(({ message }) => message.includes('token'))).toHaveLength(1);
    expect(figures.tokens).toEqual({ wrong: 3, slowed: 0 });
  });

  test('is not even compared after ten in a row, and that is counted', async () => {
    const figures = createHttpFigures();
    const { endpoint } = await startServer({ figures });
    for (let i = 0; i < 40; i++) await guess(endpoint, `guess-${i}`);
    const { status, text, headers } = await guess(endpoint, TOKEN);
    if (status === 200) return;
    expect([status, Number(headers['retry-after']) >= 1]).toEqual([429, true]);
    expect(errorOf(text)).toMatch(/^too many wrong tokens from here, try again in \d+ s$/);
    expect(figures.tokens.slowed).toBeGreaterThan(0);
  });

  test('keeps nobody from health, nor from what needs no token', async () => {
    const { endpoint } = await startServer();
    for (let i = 0; i < 30; i++) await guess(endpoint, `guess-${i}`);
    for (const path of ['/livez', '/readyz', '/metrics', '/api/status'])
      expect((await askHttp(endpoint, path)).status).toBe(200);
  });

  test('a request without one is no guess', async () => {
    const figures = createHttpFigures();
    const { endpoint } = await startServer({ figures });
    for (let i = 0; i < 30; i++) await askHttp(endpoint, '/api/explain', { method: 'POST' });
    expect((await guess(endpoint, TOKEN)).status).toBe(200);
    expect(figures.tokens).toEqual({ wrong: 0, slowed: 0 });
  });
});

test.each(['t', 'correct-horse', 'x'.repeat(15)])(
  'a configured token of too few characters lets nobody in: %s',
  async (short) => {
    const { endpoint } = await startServer({ token: new Secret(short) });
    const { status, text } = await postJson(endpoint, '/api/purge', ALL, short);
    expect([status, errorOf(text)]).toEqual([
      503,
      `the token cannot be compared: the configured one has ${short.length} characters and needs 16, such as openssl rand -hex 16 makes`,
    ]);
  },
);

/** An address of this machine's loopback that is not known as such: it stands for one that others reach. */
const OUTSIDE = { kind: 'tcp', host: '::ffff:127.0.0.1', port: 0 } as const;
const reach = (endpoint: { readonly kind: string; readonly port?: number }) =>
  ({ kind: 'tcp', host: '127.0.0.1', port: endpoint.port ?? 0 }) as const;

describe('beyond this machine', () => {
  test.each(['/metrics', '/api/status'])('%s needs the token', async (path) => {
    const { endpoint } = await startServer({ endpoint: OUTSIDE });
    expect((await askHttp(reach(endpoint), path)).status).toBe(401);
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await askHttp(reach(endpoint), path, { headers })).status).toBe(200);
  });

  test.each(['/metrics', '/api/status'])('%s is open where the settings say so', async (path) => {
    const settings = { endpoint: OUTSIDE, acknowledgeUnauthenticated: true };
    const { endpoint } = await startServer(settings);
    expect((await askHttp(reach(endpoint), path)).status).toBe(200);
  });

  test('addresses are not open even there', async () => {
    const settings = { endpoint: OUTSIDE, acknowledgeUnauthenticated: true };
    const { endpoint } = await startServer(settings);
    const { status } = await postJson(reach(endpoint), '/api/explain', {
      address: 'a@example.org',
    });
    expect(status).toBe(401);
  });

  test.each(['/livez', '/readyz'])('%s is open: kubelets have no token', async (path) => {
    const { endpoint } = await startServer({ endpoint: OUTSIDE });
    expect((await askHttp(reach(endpoint), path)).status).toBe(200);
  });
});
