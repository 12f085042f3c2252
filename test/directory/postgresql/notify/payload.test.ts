import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPayload } from '../../../../src/directory/postgresql/notify/payload.ts';

describe('a payload', () => {
  test.each([
    ['ann@example.org', ['ann@example.org'], []],
    [
      'Ann@Example.ORG, bob@example.org\nteam@example.net',
      ['ann@example.org', 'bob@example.org', 'team@example.net'],
      [],
    ],
    ['@example.org', [], ['example.org']],
    ['bob@a.org,Example.NET', ['bob@a.org'], ['example.net']],
    ['straße@example.org', ['strasse@example.org'], []],
  ])('%j names those that it holds', (payload, addresses, domains) => {
    expect(readPayload(payload)).toEqual({ addresses, domains });
  });

  test.each([
    '',
    '*',
    ' , ,',
    'ann@example.org, *',
    'ann',
    '"a, b"@example.org',
    `${'a'.repeat(8000)}@b.org`,
    'ann@example.org,\0',
    '@',
    '<script>',
  ])('%j may be about anybody', (payload) => {
    expect(readPayload(payload)).toBe('everybody');
  });

  test('whatever it is, is read, and names no more than it could hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (payload) => {
        const named = readPayload(payload);
        if (named === 'everybody') return;
        const all = [...named.addresses, ...named.domains];
        expect(all.length).toBeGreaterThan(0);
        expect(all.length).toBeLessThanOrEqual(payload.split(/[\s,]+/u).length);
      }),
    );
  });
});
