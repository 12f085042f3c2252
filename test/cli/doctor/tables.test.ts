import { describe, expect, test } from 'vitest';
import { lookAtTables } from '../../../src/cli/doctor/asked.ts';
import { readTables } from '../../../src/cli/doctor/tables.ts';
import { factsOf, mend, SOCKET } from '../../support/doctor/facts.ts';

const UNIX = 'socketmap:unix:idpmap/socketmap';
const read = (value: string) =>
  readTables(value, { parameter: 'x' }).map(({ text, isProxied, table }) => [
    text,
    isProxied,
    table,
  ]);

describe('a value’s tables', () => {
  const table = { kind: 'unix', path: 'a/b', map: 'm' };
  test.each([
    ['hash:/etc/x, pcre:/etc/y', []],
    ['hash:/x socketmap:unix:a/b:m', [['socketmap:unix:a/b:m', false, table]]],
    ['proxy:socketmap:unix:a/b:m', [['socketmap:unix:a/b:m', true, table]]],
    [
      'unionmap:{ inline:{ {a = b} }, socketmap:unix:a/b:m}',
      [['socketmap:unix:a/b:m', false, table]],
    ],
    [
      'proxy:unionmap:{ pipemap:{socketmap:unix:a/b:m} }, socketmap:unix:a/b:m',
      [
        ['socketmap:unix:a/b:m', true, table],
        ['socketmap:unix:a/b:m', false, table],
      ],
    ],
    ['check_recipient_access { socketmap:unix:a/b:m }', [['socketmap:unix:a/b:m', false, table]]],
    [
      'socketmap:inet:h:1:m',
      [['socketmap:inet:h:1:m', false, { kind: 'tcp', host: 'h', port: 1, map: 'm' }]],
    ],
    [
      'socketmap:inet:[::1]:1:m',
      [['socketmap:inet:[::1]:1:m', false, { kind: 'tcp', host: '::1', port: 1, map: 'm' }]],
    ],
    ['socketmap:inet:h:m', [['socketmap:inet:h:m', false, undefined]]],
    ['socketmap:unix:a/b', [['socketmap:unix:a/b', false, undefined]]],
  ])('%s', (value, tables) => {
    expect(read(value)).toEqual(tables);
  });
});

test('tables that are right are told once, all together', async () => {
  expect(lookAtTables(await factsOf())).toEqual([
    {
      level: 'ok',
      about: 'main.cf',
      text: 'asks user-exists, virtual-aliases, sender-logins, all of them configured',
    },
  ]);
});

test('without a Postfix there is nothing to say', async () => {
  expect(lookAtTables(await factsOf({ postfix: 'absent' }))).toEqual([]);
});

test('a Postfix that asks nothing of idpmap is told', async () => {
  const main = { virtual_mailbox_maps: '', virtual_alias_maps: '', smtpd_sender_login_maps: '' };
  expect(await mend(lookAtTables, { main })).toMatchObject([
    { level: 'warning', text: expect.stringContaining('no table of it asks this idpmap') },
  ]);
});

test.each<[what: string, value: string, text: RegExp, remedy: RegExp, config?: string]>([
  [
    'an unknown map',
    `${UNIX}:user-exist`,
    /the map user-exist, which is not/,
    /write user-exists .*:user-exists$/,
  ],
  ['an unknown map like none', `${UNIX}:zzz`, /the map zzz/, /write user-exists/],
  [
    'a map of another kind',
    `${UNIX}:virtual-domains`,
    /virtual-domains, a map of domains, where one of mailboxes/,
    /:user-exists$/,
  ],
  ['an unreadable one', 'socketmap:inet:127.0.0.1:user-exists', /can't be read/, /write socketmap/],
  [
    'localhost',
    'socketmap:inet:localhost:9100:user-exists',
    /localhost is unknown in the jail/,
    /inet:127\.0\.0\.1:9100:user-exists/,
    'listen: tcp://127.0.0.1:9100',
  ],
  [
    'a socket out of the jail',
    'socketmap:unix:/run/idpmap/s:user-exists',
    /^smtp, submission runs in the jail .* means \/var\/spool\/postfix\/run\/idpmap\/s/,
    /or write proxy:socketmap:unix:\/run\/idpmap\/s:user-exists$/,
    'listen: unix:/run/idpmap/s',
  ],
  [
    'a socket in the jail by the path that it has outside',
    `socketmap:unix:${SOCKET}:user-exists`,
    /runs in the jail/,
    /^write socketmap:unix:idpmap\/socketmap:user-exists$/,
  ],
  [
    'a proxied one that is not approved',
    `proxy:${UNIX}:user-exists`,
    /is not approved/,
    /proxy_read_maps/,
  ],
  [
    'a listener with TLS',
    'socketmap:inet:127.0.0.1:9100:user-exists',
    /speaks TLS/,
    /without tls/,
    'listen: { endpoint: "tcp://127.0.0.1:9100", tls: { cert: a.pem, key: a.key } }',
  ],
])('%s is told with the way to mend it', async (_, value, text, remedy, config) => {
  const main = { virtual_mailbox_maps: value, virtual_alias_maps: '', smtpd_sender_login_maps: '' };
  expect(await mend(lookAtTables, { main, ...(config && { config }) })).toEqual([
    {
      level: 'failed',
      about: 'main.cf, virtual_mailbox_maps',
      text: expect.stringMatching(text),
      mend: expect.stringMatching(remedy),
    },
  ]);
});

test.each([
  ['socketmap:inet:[::1]:9100:user-exists', 'ipv4', /::1 is ipv6/],
  ['socketmap:inet:127.0.0.1:9100:user-exists', 'ipv6', /127\.0\.0\.1 is ipv4/],
])('%s, where Postfix speaks %s only', async (value, protocols, text) => {
  const main = {
    virtual_mailbox_maps: value,
    inet_protocols: protocols,
    virtual_alias_maps: '',
    smtpd_sender_login_maps: '',
  };
  const config = 'listen: ["tcp://[::1]:9100", "tcp://127.0.0.1:9100"]';
  expect(await mend(lookAtTables, { main, config })).toMatchObject([
    { text: expect.stringMatching(text) },
  ]);
});

test.each([
  ['alias_maps', /not secure enough/],
  ['virtual_uid_maps', /not secure enough/],
  ['smtp_sasl_password_maps', /neither encrypts nor authenticates/],
])('%s takes no socketmap', async (name, text) => {
  expect(await mend(lookAtTables, { main: { [name]: `${UNIX}:user-exists` } })).toMatchObject([
    { level: 'failed', about: `main.cf, ${name}`, text: expect.stringMatching(text) },
  ]);
});

test('what proxymap reads is right outside of the jail', async () => {
  const value = 'proxy:socketmap:unix:/run/idpmap/s:user-exists';
  const main = {
    virtual_mailbox_maps: value,
    proxy_read_maps: value,
    virtual_alias_maps: '',
    smtpd_sender_login_maps: '',
  };
  expect(await mend(lookAtTables, { main, config: 'listen: unix:/run/idpmap/s' })).toEqual([]);
});

test('a line of master.cf is named, and decides for its service', async () => {
  const overrides = `submission/inet/virtual_mailbox_maps = ${UNIX}:nobody`;
  expect(await mend(lookAtTables, { overrides })).toMatchObject([
    { about: 'master.cf, submission, virtual_mailbox_maps' },
  ]);
});

test.each([
  ['nobody', 1],
  ['other', 0],
  [{ pid: 3, command: 'postsrsd' }, 0],
] as const)('an endpoint that is not ours, where %j listens', async (holder, count) => {
  const main = { canonical_maps: 'socketmap:unix:srs:forward' };
  const holders = new Map([['unix:/var/spool/postfix/srs', holder]]);
  expect(await mend(lookAtTables, { main, holders })).toHaveLength(count);
});
