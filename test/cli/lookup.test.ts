import { describe, expect, onTestFinished, test } from 'vitest';
import { EXIT } from '../../src/cli/exit.ts';
import { lookup } from '../../src/cli/lookup.ts';
import { formatEndpoint } from '../../src/net/endpoint.ts';
import { COMPANY, capture, configure } from '../support/command.ts';
import { listingNone, startInstance } from '../support/instance.ts';
import { serveLoopback } from '../support/loopback.ts';
import { account, createScripted, employ } from '../support/scripted.ts';

/** A daemon that knows ann, and fails for everybody once it is told to. */
async function startDaemon() {
  const staff = createScripted();
  employ(staff, [account('ann@example.org')]);
  const instance = await startInstance({ directories: { staff: listingNone(staff) } });
  return { ...instance, staff, config: `${instance.place}/idpmap.yaml` };
}

describe('by the running daemon', () => {
  test.each([
    ['OK', ['user-exists', 'ann@example.org'], 'OK ann@example.org', EXIT.ok],
    ['NOTFOUND', ['user-exists', 'bob@example.org'], 'NOTFOUND', EXIT.notFound],
    ['PERM', ['no-map', 'x'], 'PERM map no-map is not configured', EXIT.config],
  ] as const)('%s', async (_, [map, key], text, code) => {
    const { config } = await startDaemon();
    expect(await capture(() => lookup(map, key, { config }))).toEqual({ text: `${text}\n`, code });
  });

  test('TEMP', async () => {
    const { config, staff } = await startDaemon();
    staff.mode = 'fails';
    expect(await capture(() => lookup('user-exists', 'ann@example.org', { config }))).toEqual({
      text: expect.stringMatching(/^TEMP idpmap directory staff [0-9a-f]{6}\n$/),
      code: EXIT.temporary,
    });
  });

  test('as JSON', async () => {
    const { config } = await startDaemon();
    const { text } = await capture(() =>
      lookup('user-exists', 'ann@example.org', { config, json: true }),
    );
    expect(JSON.parse(text)).toEqual({ status: 'OK', data: 'ann@example.org' });
  });

  test('that does not run is an error', async () => {
    const { config } = await configure(COMPANY);
    await expect(lookup('user-exists', 'ann@example.org', { config })).rejects.toMatchObject({
      code: EXIT.unavailable,
      message: expect.stringContaining('no daemon answers at '),
    });
  });
});

test.each([
  ['user-exists', 'user+x@example.com', 'OK user@example.com', EXIT.ok],
  ['virtual-aliases', 'team@example.com', 'OK user@example.com,admin@example.com', EXIT.ok],
  ['user-exists', 'nobody@example.com', 'NOTFOUND', EXIT.notFound],
  ['blocked', '192.0.2.7', 'OK REJECT go away', EXIT.ok],
  ['no-map', 'x', 'PERM map no-map is not configured', EXIT.config],
])('--direct asks %s for %s without a daemon', async (map, key, text, code) => {
  const { config } = await configure(COMPANY);
  expect(await capture(() => lookup(map, key, { config, direct: true }))).toEqual({
    text: `${text}\n`,
    code,
  });
});

describe('--expect', () => {
  test.each([
    ['OK', 'user@example.com', EXIT.ok],
    ['NOTFOUND', 'nobody@example.com', EXIT.ok],
    ['NOTFOUND', 'user@example.com', EXIT.notFound],
    ['OK', 'nobody@example.com', EXIT.notFound],
  ])('%s of %s exits %i', async (status, key, code) => {
    const { config } = await configure(COMPANY);
    const options = { config, direct: true, expect: status };
    expect((await capture(() => lookup('user-exists', key, options))).code).toBe(code);
  });

  test('PERM of a map that is not there exits 0, NOTFOUND of it does not', async () => {
    const { config } = await configure(COMPANY);
    const ask = (status: string) =>
      capture(() => lookup('no-map', 'x', { config, direct: true, expect: status }));
    expect((await ask('PERM')).code).toBe(EXIT.ok);
    expect((await ask('NOTFOUND')).code).toBe(EXIT.config);
  });

  test('of what is no status is a mistake of the caller', async () => {
    await expect(lookup('user-exists', 'x', { expect: '550' })).rejects.toMatchObject({
      code: EXIT.usage,
      message: '--expect "550" is no status, write one of OK, NOTFOUND, TEMP, PERM',
    });
  });
});

describe('--endpoint', () => {
  test('asks whatever server listens there, and needs no configuration', async () => {
    const { daemon } = await startDaemon();
    const [endpoint] = daemon.endpoints().map(formatEndpoint);
    const options = { endpoint: endpoint ?? '', config: '/nonexistent' };
    expect(await capture(() => lookup('user-exists', 'ann@example.org', options))).toEqual({
      text: 'OK ann@example.org\n',
      code: EXIT.ok,
    });
  });

  test('that nobody listens at is an error', async () => {
    const options = { endpoint: 'unix:/nonexistent/socketmap' };
    await expect(lookup('user-exists', 'x', options)).rejects.toMatchObject({
      code: EXIT.unavailable,
      message: expect.stringContaining('unix:/nonexistent/socketmap: the connection failed'),
    });
  });

  test('whose server speaks something else is an error', async () => {
    const server = await serveLoopback(async (socket) => {
      socket.write('220 mail.example.org ESMTP\r\n');
    });
    onTestFinished(() => server.stop());
    const options = { endpoint: `tcp://127.0.0.1:${server.port}` };
    await expect(lookup('user-exists', 'x', options)).rejects.toMatchObject({
      code: EXIT.unavailable,
    });
  });

  test('that is none is a mistake of the caller', async () => {
    await expect(
      lookup('user-exists', 'x', { endpoint: 'udp://127.0.0.1:9100' }),
    ).rejects.toMatchObject({
      code: EXIT.usage,
      message: expect.stringContaining('"udp://127.0.0.1:9100" is no endpoint, write tcp://'),
    });
  });
});
