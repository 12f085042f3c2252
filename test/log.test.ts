import { describe, expect, test } from 'vitest';
import { createAddressHash, redactAddresses } from '../src/log.ts';

const show = (address: string): string => `<${address}>`;
const line = (text: string, level = 'info'): string =>
  JSON.stringify({ level, reason: text, msg: 'x' });

describe('a line of the log hides', () => {
  test.each([
    ['ann@example.org', '<ann@example.org>'],
    ['ids ann@example.org, bob@example.org', 'ids <ann@example.org>, <bob@example.org>'],
    ['user=ann+news@mail.example.org: no', 'user=<ann+news@mail.example.org>: no'],
    ['Ann@Example.ORG', '<ann@example.org>'],
    ['(ann@example.org)', '(<ann@example.org>)'],
    ['jürgen@müller.example', '<jürgen@müller.example>'],
    ['ann@xn--mller-kva.example.', '<ann@xn--mller-kva.example>.'],
  ])('%j', (text, shown) => {
    expect(redactAddresses(line(text), show)).toBe(line(shown));
  });

  test('an address with a quoted local part', () => {
    expect(redactAddresses(line('"ann smith"@example.org'), () => 'x')).toBe(line('x'));
  });

  test('one in the stack of an error', () => {
    const text = line('Error: ann@example.org\n    at find (file:///src/x.ts:1:2)');
    expect(redactAddresses(text, show)).not.toContain('"Error: ann@');
    expect(redactAddresses(text, show)).toContain('at find (file:///src/x.ts:1:2)');
  });
});

test.each([
  'file:///node_modules/.pnpm/fastify@5.12.8/node_modules/@fastify/x.js',
  'tcp://127.0.0.1:9100',
  'cn=ann,dc=example,dc=org',
  'a @ b',
  '@example.org',
])('a line of the log leaves %j as it is', (text) => {
  expect(redactAddresses(line(text), show)).toBe(line(text));
});

test('a line of debugging names people', () => {
  expect(redactAddresses(line('ann@example.org', 'debug'), show)).toBe(
    line('ann@example.org', 'debug'),
  );
});

test('a long line takes no long time', () => {
  const text = line(`${'a'.repeat(100_000)}@`);
  expect(redactAddresses(text, show)).toBe(text);
});

test('the same address is shown alike by daemons with one key, and by no other', () => {
  const [one, same, other] = [createAddressHash('k'), createAddressHash('k'), createAddressHash()];
  expect(one('ann@example.org')).toMatch(/^addr-[0-9a-f]{12}$/);
  expect(one('ann@example.org')).toBe(same('ann@example.org'));
  expect(one('ann@example.org')).not.toBe(other('ann@example.org'));
});
