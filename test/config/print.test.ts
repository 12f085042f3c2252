import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { printSettings } from '../../src/settings.ts';
import { LEAST, loadText } from './fixture.ts';

const RICH = `
listen:
  - unix:/run/map.sock?mode=0600&group=mail%26more
  - { endpoint: "tcp://[fd00::5]:9100", allow: [fd00::/8, 10.0.0.5], acknowledgeUnauthenticated: true }
  - { endpoint: "tcp://10.0.0.5:9100", allow: 10.0.0.0/8, tls: { cert: /c, key: /k, clientCa: /a } }
connections: { idleTimeout: 90m }
control: /run/control
domains:
  example.org: { directory: [people, more], catchAll: ann@example.org, roles: { abuse: a@example.org } }
  example.net: { aliasOf: example.org }
directories:
  people: { type: file, path: /p.yaml, guard: 12.5% }
  more: { type: demo, timeout: 1500ms }
recipientDelimiter: ""
maps:
  m: { kind: mailboxes, result: "%d/%u/ #1", candidates: exact }
  t: { kind: table, directory: people, table: "yes", result: "%s%%" }
  u: { kind: table, directory: people, table: [a, { directory: more, table: a }], keys: virtual }
deadline: 999ms
cache: { stale: 365d, file: "/a: b" }
log: { key: { env: LOG_KEY } }
`;

const directory = (text: string): string =>
  `domains: { example.org: { directory: d } }\ndirectories: { d: ${text} }\n`;

/** A directory for each way to be let in, or to be let in without. */
const LOGINS = [
  'type: ldap, urls: ldap://ldap.example.org, insecure: true, base: dc=example, bind: { anonymous: true }',
  'type: ldap, urls: "ldapi:///run/ldapi", base: dc=example, bind: { sasl: external }',
  'type: ldap, urls: ldaps://ldap.example.org, base: dc=example, bind: { dn: cn=a, password: { env: LOG_KEY } }',
  'type: ldap, urls: ldaps://ldap.example.org, base: dc=example, bind: { anonymous: true }, mirror: { path: /m/d.db }',
  'type: postgresql, hosts: "unix:/run/postgresql", database: mail, user: idpmap, preset: dbmail',
  'type: mysql, hosts: db.example.org, database: mail, user: idpmap, password: { env: LOG_KEY }, preset: dbmail',
].map((text): [string, string] => [text, directory(`{ ${text} }`)]);

test.each([...LOGINS, ['the least configuration', LEAST], ['one that sets much', RICH]])(
  'prints what loads again to the same settings: %s',
  async (_, text) => {
    const options = { environment: { LOG_KEY: 'x' } };
    const { settings } = await loadText(text, options);
    const again = await loadText(printSettings(settings), options);
    expect(again.settings).toEqual(settings);
  },
);

test.each([
  ['durations with their unit', /^deadline: 999ms$/m],
  ['percentages with their sign', /^ +guard: 12\.5%$/m],
  [
    'an endpoint that needs no more as text',
    /^ +- unix:\/run\/map\.sock\?mode=0600&group=mail%26more$/m,
  ],
  ['defaults', /^ +replyTimeout: 5s$/m],
  ['where a secret is kept', /^ +env: LOG_KEY$/m],
])('prints %s', async (_, line) => {
  const { settings } = await loadText(RICH, { environment: { LOG_KEY: 'x' } });
  expect(printSettings(settings)).toMatch(line);
});

test('prints *** for a secret that is written out', async () => {
  const { settings } = await loadText(`${LEAST}log: { key: hunter2 }`);
  expect(printSettings(settings)).toMatch(/^ +key: "\*\*\*"$/m);
});

/** A tree of the schema's form that is more often right than wrong. */
const usual = fc.record({
  domains: fc.dictionary(
    fc.constantFrom('example.org', 'example.net', 'bücher.example'),
    fc.record(
      {
        directory: fc.constantFrom<unknown>('people', ['people', 'others']),
        catchAll: fc.constant('Ann@example.org'),
        roles: fc.dictionary(
          fc.constantFrom('abuse', 'Postmaster', '"a b"'),
          fc.constant('a@b.org'),
        ),
      },
      { requiredKeys: ['directory'] },
    ),
    { minKeys: 1 },
  ),
  directories: fc.constant({ people: { type: 'file', path: 'p' }, others: { type: 'demo' } }),
  recipientDelimiter: fc.stringMatching(/^[+=_-]{0,3}$/),
  deadline: fc.integer({ min: 1, max: 90_000 }).map((ms) => `${ms}ms`),
  cache: fc.record({
    stale: fc.integer({ min: 0, max: 365 }).map((days) => `${days}d`),
    prefetch: fc.integer({ min: 0, max: 1000 }).map((tenths) => `${tenths / 10}%`),
    file: fc.string({ unit: 'grapheme' }).map((text) => `k${text.replaceAll('\0', '')}.db`),
  }),
  maps: fc.dictionary(
    fc.stringMatching(/^[a-z0-9#'{}&*!|>%@~-]{1,8}$/),
    fc.record({
      kind: fc.constant('mailboxes'),
      result: fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[%{]/g, '%%')),
    }),
  ),
});

test('whatever loads is printed so that it loads again to the same settings', async () => {
  await fc.assert(
    fc.asyncProperty(usual, async (given) => {
      const { settings } = await loadText(stringify(given));
      const again = await loadText(printSettings(settings));
      expect(isDeepStrictEqual(again.settings, settings)).toBe(true);
    }),
    { numRuns: 100 },
  );
});
