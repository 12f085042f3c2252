import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  formatDuration,
  formatShare,
  formatSize,
  parseDuration,
  parseShare,
  parseSize,
} from '../../../src/config/schema/units.ts';

test.each([
  ['0ms', 0],
  ['200ms', 200],
  ['60s', 60_000],
  ['5m', 300_000],
  ['24h', 86_400_000],
  ['7d', 604_800_000],
  ['60 s', 60_000],
])('reads the duration %s', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', '60', 's', '1.5s', '-1s', '1 minute', '5M', '1h30m', '9999999999999999d', ' 1s'])(
  'refuses the duration %j and shows how one is written',
  (text) => {
    expect(() => parseDuration(text)).toThrow(
      `"${text}" is no duration, write a duration such as 60s (units: ms, s, m, h, d)`,
    );
  },
);

test.each([
  ['512B', 512],
  ['16KiB', 16_384],
  ['1MiB', 1_048_576],
  ['2GiB', 2_147_483_648],
])('reads the size %s', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each(['16', '16KB', '16kib', 'KiB', '1.5MiB'])('refuses the size %j', (text) => {
  expect(() => parseSize(text)).toThrow('(units: B, KiB, MiB, GiB)');
});

test.each([
  ['0%', 0],
  ['50%', 0.5],
  ['0.5%', 0.005],
  ['100%', 1],
])('reads the percentage %s', (text, share) => {
  expect(parseShare(text)).toBe(share);
});

test.each(['50', '101%', '-1%', '%', '1e1%'])('refuses the percentage %j', (text) => {
  expect(() => parseShare(text)).toThrow(`"${text}" is no percentage, write 0% to 100%`);
});

test.each([
  [0, '0ms'],
  [90_000, '90s'],
  [1_500, '1500ms'],
  [120_000, '2m'],
  [86_400_000, '1d'],
])('writes %d ms in the largest unit that holds them whole', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test('writes quantities as it reads them', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat({ max: 10_000 }), (quantity, basisPoints) => {
      expect(parseDuration(formatDuration(quantity))).toBe(quantity);
      expect(parseSize(formatSize(quantity))).toBe(quantity);
      expect(parseShare(formatShare(basisPoints / 10_000))).toBeCloseTo(basisPoints / 10_000, 12);
    }),
  );
});
