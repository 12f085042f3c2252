import { describe, expect, test } from 'vitest';
import { mistakesIn } from './fixture.ts';

const withPostgresql = (...lines: readonly string[]): string =>
  [
    'domains: { example.org: { directory: staff } }',
    'directories:',
    '  staff:',
    '    type: postgresql',
    '    hosts: db.example.org',
    '    database: mail',
    '    user: idpmap',
    ...lines.map((line) => `    ${line}`),
  ].join('\n');

describe('a channel', () => {
  test.each([
    [
      'nothing is heard on through a pooler',
      ['pooler: transaction', 'notify: idpmap'],
      '9:13: directories.staff.notify: nothing is heard through PgBouncer in transaction mode: name the server itself in hosts, without pooler, or leave notify out',
    ],
    [
      'has a name that needs quotes',
      ['notify: "mail; DROP TABLE users"'],
      '8:13: directories.staff.notify: is no channel, write lower-case letters: idpmap',
    ],
  ])('that %s is refused', async (_, lines, message) => {
    expect(await mistakesIn(withPostgresql(...lines))).toEqual([expect.stringContaining(message)]);
  });
});
