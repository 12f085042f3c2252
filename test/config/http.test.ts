import { describe, expect, test } from 'vitest';
import { printSettings } from '../../src/settings.ts';
import { createScratch, load, withoutFile } from './fixture.ts';

const LEAST = `
domains: { example.org: { directory: people } }
directories: { people: { type: file, path: people.yaml } }
`;

async function read(text: string, environment: NodeJS.Dict<string> = {}) {
  using scratch = createScratch();
  const { settings } = await load({
    file: scratch.write('idpmap.yaml', LEAST + text),
    environment,
  });
  return settings;
}

const faultIn = (text: string): Promise<string> =>
  read(text).then(
    () => 'none',
    (error: unknown) => withoutFile(error instanceof Error ? error.message : ''),
  );

const LOOPBACK = { kind: 'tcp', host: '127.0.0.1', port: 9101 };

describe('http', () => {
  test.each([
    ['', LOOPBACK],
    ['http: off', 'off'],
    ['http: tcp://127.0.0.1:1', { kind: 'tcp', host: '127.0.0.1', port: 1 }],
    ['http: unix:/run/idpmap/http', { kind: 'unix', path: '/run/idpmap/http' }],
    ['http: { hosts: [a.example.org] }', LOOPBACK],
    ['http: { endpoint: off }', 'off'],
    [
      'http: { endpoint: "tcp://0.0.0.0:1", token: secret }',
      { kind: 'tcp', host: '0.0.0.0', port: 1 },
    ],
  ])('%j says where', async (text, endpoint) => {
    expect((await read(text)).http.endpoint).toEqual(endpoint);
  });

  test('a host may stand alone, and is compared in A-labels', async () => {
    const { http } = await read('http: { hosts: Müller.example }');
    expect(http.hosts).toEqual(['xn--mller-kva.example']);
  });

  test('a variable for the token stands beside an endpoint alone in the file', async () => {
    const { http } = await read('http: tcp://0.0.0.0:1', { IDPMAP_HTTP__TOKEN: 'secret' });
    expect(http).toMatchObject({ endpoint: { host: '0.0.0.0' } });
    expect(await http.token?.read()).toBe('secret');
  });

  test('who knows what he does may be reached from outside without a token', async () => {
    const text = 'http: { endpoint: "tcp://[::]:1", acknowledgeUnauthenticated: true }';
    expect((await read(text)).http.acknowledgeUnauthenticated).toBe(true);
    const { http } = await read('', {
      IDPMAP_HTTP__ENDPOINT: 'tcp://[::]:1',
      IDPMAP_HTTP__ACKNOWLEDGE_UNAUTHENTICATED: 'true',
    });
    expect(http).toMatchObject({ endpoint: { host: '::' }, acknowledgeUnauthenticated: true });
  });

  test('prints what it was given, and no secret', async () => {
    const printed = printSettings(await read('http: { endpoint: unix:/run/h, token: secret }'));
    expect(printed).toContain('http:\n  endpoint: unix:/run/h\n  token: "***"\n  hosts: []\n');
  });
});

const OUTSIDE =
  'is reachable from outside, listen on loopback or a unix socket, set http.token: { file: /run/secrets/http-token }, or, where its network is guarded, http.acknowledgeUnauthenticated: true';

test.each([
  ['http: tcp://0.0.0.0:9101', `4:7: http: tcp://0.0.0.0:9101 ${OUTSIDE}`],
  ['http: { endpoint: "tcp://[::]:9101" }', `4:7: http: tcp://[::]:9101 ${OUTSIDE}`],
  [
    'http: { endpoint: "tcp://[::]:9101", acknowledgeUnauthenticated: false }',
    `4:7: http: tcp://[::]:9101 ${OUTSIDE}`,
  ],
  ['http: localhost', '4:7: http: "localhost" is no endpoint, write tcp://localhost:9101'],
  [
    'http: { hosts: ["a.example:80"] }',
    '4:17: http.hosts[0]: "a.example:80" is no host name, write a.example',
  ],
  ['http: { tokn: x }', '4:9: http.tokn: unknown key, did you mean "token"?'],
])('%s is told: %s', async (text, fault) => {
  expect(await faultIn(text)).toBe(fault);
});
