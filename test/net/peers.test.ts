import { expect, test } from 'vitest';
import { createAllowList } from '../../src/net/peers.ts';

const isAllowed = createAllowList(['10.1.0.0/16', '192.0.2.7', '2001:db8::/32']);

test.each([
  ['10.1.2.3', true],
  ['10.2.0.1', false],
  ['192.0.2.7', true],
  ['192.0.2.8', false],
  ['::ffff:10.1.2.3', true],
  ['::ffff:10.2.0.1', false],
  ['2001:db8::1', true],
  ['2001:db9::1', false],
  [undefined, false],
])('lets %s in: %s', (address, verdict) => {
  expect(isAllowed(address)).toBe(verdict);
});

test.each(['10.1.0.0/33', '10.1.0', 'example.org', '', '::1/129', '10.1.0.0/16/3'])(
  'refuses the network %j',
  (cidr) => {
    expect(() => createAllowList([cidr])).toThrow(`"${cidr}" is no network`);
  },
);
