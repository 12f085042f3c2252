import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Endpoint, formatEndpoint, isLocal, parseEndpoint } from '../../src/net/endpoint.ts';

test.each<[string, Endpoint]>([
  ['tcp://127.0.0.1:9100', { kind: 'tcp', host: '127.0.0.1', port: 9100 }],
  ['tcp://localhost:0', { kind: 'tcp', host: 'localhost', port: 0 }],
  ['tcp://mail-1.example.org:65535', { kind: 'tcp', host: 'mail-1.example.org', port: 65_535 }],
  ['tcp://[::1]:9100', { kind: 'tcp', host: '::1', port: 9100 }],
  ['127.0.0.1:9100', { kind: 'tcp', host: '127.0.0.1', port: 9100 }],
  ['localhost:9100', { kind: 'tcp', host: 'localhost', port: 9100 }],
  ['[::1]:9100', { kind: 'tcp', host: '::1', port: 9100 }],
  ['unix:/run/idpmap/map.sock', { kind: 'unix', path: '/run/idpmap/map.sock' }],
  ['unix:///run/map.sock', { kind: 'unix', path: '/run/map.sock' }],
  ['unix:map.sock', { kind: 'unix', path: 'map.sock' }],
  [
    'unix:/run/map.sock?mode=0660&group=postfix',
    { kind: 'unix', path: '/run/map.sock', mode: 0o660, group: 'postfix' },
  ],
  ['unix:/run/map.sock?mode=600', { kind: 'unix', path: '/run/map.sock', mode: 0o600 }],
])('reads %s', (text, endpoint) => {
  expect(parseEndpoint(text)).toEqual(endpoint);
});

test.each([
  ['', 'is no endpoint'],
  ['9100', 'is no endpoint'],
  ['::1:9100', 'is no endpoint'],
  ['inet:9100', 'is no endpoint'],
  ['http://localhost:9100', 'is no endpoint'],
  ['tcp://localhost', 'HOST:PORT'],
  ['tcp://:9100', 'HOST:PORT'],
  ['tcp://::1:9100', 'IPv6 in brackets'],
  ['tcp://[1.2.3.4]:9100', 'IPv6 in brackets'],
  ['tcp://localhost:65536', 'up to 65535'],
  ['tcp://a b:9100', 'HOST:PORT'],
  ['tcp://user@host:9100', 'HOST:PORT'],
  ['unix:', 'names no socket file'],
  ['unix:/run/', 'names no socket file'],
  ['unix:/run/a\0b', 'names no socket file'],
  ['unix:/a?mode=9', 'is not octal'],
  ['unix:/a?owner=root', 'unknown option "owner"'],
  ['unix:/a?mode=0660&mode=0600', 'option twice'],
  ['unix:/a?group=', 'names no group'],
  [`unix:/${'a'.repeat(107)}`, 'has 108 bytes'],
])('refuses %j and says why', (text, reason) => {
  expect(() => parseEndpoint(text)).toThrow(reason);
});

test('takes a socket path of as many bytes as the kernel does', () => {
  const path = `/${'a'.repeat(106)}`;
  expect(parseEndpoint(`unix:${path}`)).toEqual({ kind: 'unix', path });
});

test.each([
  ['tcp://127.0.0.1:1', true],
  ['tcp://127.8.8.8:1', true],
  ['tcp://[::1]:1', true],
  ['tcp://localhost:1', true],
  ['unix:/a', true],
  ['tcp://0.0.0.0:1', false],
  ['tcp://[::]:1', false],
  ['tcp://127.example.org:1', false],
  ['tcp://mail.example.org:1', false],
])('knows whether only this machine reaches %s: %s', (text, local) => {
  expect(isLocal(parseEndpoint(text))).toBe(local);
});

test('writes what it reads', () => {
  const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
  const endpoint = fc.oneof(
    fc.record({
      kind: fc.constant('tcp' as const),
      host,
      port: fc.integer({ min: 0, max: 65_535 }),
    }),
    fc.record({
      kind: fc.constant('unix' as const),
      path: fc.stringMatching(/^(?:\/[a-z.]{1,9}){1,5}$/),
    }),
  );
  fc.assert(
    fc.property(endpoint, (given) => {
      expect(parseEndpoint(formatEndpoint(given))).toEqual(given);
    }),
  );
});

test('answers any text with an endpoint or a SyntaxError', () => {
  const start = fc.constantFrom('', 'tcp:', 'tcp://', 'unix:', 'unix:/a?');
  fc.assert(
    fc.property(start, fc.string({ unit: 'binary' }), (head, tail) => {
      try {
        parseEndpoint(head + tail);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
      }
    }),
  );
});
