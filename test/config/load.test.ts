import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createScratch, LEAST, load, loadText, withoutFile } from './fixture.ts';

/** The design's own example, its directories as files. */
const EXAMPLE = `
listen:
  - unix:/var/spool/postfix/idpmap/socketmap?mode=0660&group=postfix
  - tcp://127.0.0.1:9100
recipientDelimiter: "+"
domains:
  example.org: { directory: staff, catchAll: ann@example.org, roles: { postmaster: ops@example.org } }
  example.net: { aliasOf: example.org }
  example.com: { directory: [staff, legacy] }
directories:
  staff: { type: file, path: people.yaml }
  legacy:
    type: file
    path: /srv/legacy.yaml
    guard: 20%
    groups: { depth: 3 }
    limit: { inFlight: 8 }
maps:
  user-exists: { kind: mailboxes }
  blacklist: { kind: table, directory: staff, table: blacklist, keys: host, whenUnknown: notfound }
cache: { fresh: 60s, freshNone: 10s, stale: 24h }
`;

test('gives every setting that nobody sets its default', async () => {
  const { settings, warnings } = await loadText(LEAST);
  expect(warnings).toEqual([]);
  expect(settings).toMatchObject({
    listen: [{ endpoint: { kind: 'tcp', host: '127.0.0.1', port: 9100 } }],
    connections: {
      max: 2000,
      reserve: 0.25,
      perPeer: 0.5,
      requestTimeout: 30_000,
      replyTimeout: 5000,
      idleTimeout: 'off',
    },
    domains: { 'example.org': { directory: ['people'], roles: {} } },
    directories: {
      people: {
        type: 'file',
        guard: 0.1,
        listDomains: false,
        groups: { depth: 10, members: 1000 },
        sharedAliases: false,
        timeout: 2000,
        limit: { inFlight: 1000, queue: 1000, queueWait: 200, perSecond: 100_000 },
        breaker: { failures: 0.5, minimum: 10, window: 10_000, probe: 1000 },
        domainsRefresh: 300_000,
        domainsGuard: 0.1,
      },
    },
    recipientDelimiter: '+',
    propagateExtension: true,
    disabled: 'reject',
    groupSenders: 'none',
    maps: {
      'user-exists': { kind: 'mailboxes' },
      'virtual-domains': { kind: 'domains' },
      'virtual-aliases': { kind: 'aliases' },
      'sender-logins': { kind: 'senders' },
      'relay-recipients': { kind: 'recipients' },
    },
    deadline: 200,
    cache: {
      fresh: 60_000,
      freshNone: 10_000,
      unknown: 5000,
      stale: 86_400_000,
      prefetch: 0.75,
      entries: { found: 100_000, none: 50_000, unknown: 10_000 },
      saveEvery: 60_000,
    },
    log: { level: 'info', format: 'auto', addresses: 'hash' },
  });
});

test('leaves out what has no default', async () => {
  const { settings } = await loadText(LEAST);
  expect([
    'control' in settings,
    'file' in settings.cache,
    'key' in settings.log,
    'catchAll' in (settings.domains['example.org'] ?? { catchAll: '' }),
    'result' in (settings.maps['user-exists'] ?? { result: '' }),
  ]).toEqual([false, false, false, false, false]);
});

test('reads the example of the design', async () => {
  using scratch = createScratch();
  const { settings } = await load({ file: scratch.write('idpmap.yaml', EXAMPLE) });
  expect(settings).toMatchObject({
    listen: [
      {
        endpoint: {
          kind: 'unix',
          path: '/var/spool/postfix/idpmap/socketmap',
          mode: 0o660,
          group: 'postfix',
        },
      },
      { endpoint: { kind: 'tcp', host: '127.0.0.1', port: 9100 } },
    ],
    domains: {
      'example.org': {
        directory: ['staff'],
        catchAll: 'ann@example.org',
        roles: { postmaster: 'ops@example.org' },
      },
      'example.net': { directory: [], aliasOf: 'example.org' },
      'example.com': { directory: ['staff', 'legacy'] },
    },
    directories: {
      staff: { path: join(scratch.path, 'people.yaml') },
      legacy: {
        path: '/srv/legacy.yaml',
        guard: 0.2,
        groups: { depth: 3, members: 1000 },
        limit: { inFlight: 8, queue: 1000 },
      },
    },
    maps: {
      blacklist: { keys: 'host', result: '%s', whenUnknown: 'notfound' },
    },
  });
});

test('takes a group of one setting for what it stands for', async () => {
  const { settings } = await loadText(`${LEAST}
listen: [{ endpoint: "tcp://10.0.0.5:9100", allow: 10.0.0.5, tls: { cert: c.pem, key: k.pem } }]`);
  expect(settings.listen).toMatchObject([{ allow: ['10.0.0.5/32'] }]);
});

test('normalises domains and addresses', async () => {
  const { settings } = await loadText(`
directories: { people: { type: demo } }
domains: { Bücher.Example.: { directory: people, catchAll: Ann@BÜCHER.example, roles: { Abuse: A@b.org } } }`);
  expect(settings.domains).toEqual({
    'xn--bcher-kva.example': {
      directory: ['people'],
      catchAll: 'ann@xn--bcher-kva.example',
      roles: { abuse: 'a@b.org' },
    },
  });
});

test('needs no domain where a directory lists them', async () => {
  const { settings } = await loadText(
    'directories: { p: { type: file, path: x, listDomains: true } }',
  );
  expect(settings.domains).toEqual({});
});

test('takes a group that is named but left empty for one that is not named', async () => {
  const { settings } = await loadText(`${LEAST}cache:\nlog:\nmaps:\n`);
  expect(settings.cache.fresh).toBe(60_000);
});

test.each([
  [
    'connections: { idleTimeout: 59m }',
    '6:29: connections.idleTimeout: is below 1h, mail may be deferred when a connection that Postfix keeps is closed',
  ],
  [
    'deadline: 1001ms',
    '6:11: deadline: is above 1s, a slow directory will keep processes of Postfix waiting that long',
  ],
])('warns of %s', async (text, warning) => {
  const { warnings } = await loadText(LEAST + text);
  expect(warnings.map(withoutFile)).toEqual([warning]);
});

test.each([
  'connections: { idleTimeout: 1h }',
  'connections: { idleTimeout: off }',
  'deadline: 1s',
])('does not warn of %s', async (text) => {
  expect((await loadText(LEAST + text)).warnings).toEqual([]);
});

test('warns of two domains that Postfix asks for by one name, and of no others', async () => {
  const domains = (one: string, other: string) =>
    loadText(LEAST.replace('example.org:', `${one}: { directory: people }\n  ${other}:`));
  expect((await domains('straße.example', 'Strasse.example')).warnings).toEqual([
    expect.stringMatching(/^\/.*:2:1: domains: .*straße\.example.* by the name strasse\.example/),
  ]);
  expect((await domains('straße.example', 'bücher.example')).warnings).toEqual([]);
});
