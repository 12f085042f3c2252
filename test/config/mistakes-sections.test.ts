import { expect, test } from 'vitest';
import { z } from 'zod';
import { describeIssues } from '../../src/config/mistakes/issues.ts';
import { readGroup } from '../../src/config/schema/shape.ts';
import { secret } from '../../src/config/schema/values.ts';
import { LEAST, mistakesIn } from './fixture.ts';

test.each([
  [
    'an unknown kind',
    `${LEAST}maps:\n  user-exists: { kind: mailbox }`,
    '7:24: maps.user-exists.kind: unknown kind "mailbox", write mailboxes',
  ],
  [
    "a table's setting on another kind",
    `${LEAST}maps:\n  user-exists: { kind: mailboxes, whenUnknown: notfound }`,
    '7:35: maps.user-exists.whenUnknown: applies to kind table only, this is kind mailboxes, leave it out',
  ],
  [
    'a candidate that senders have not',
    `${LEAST}maps:\n  logins: { kind: senders, candidates: [exact, catchAll] }`,
    '7:48: maps.logins.candidates[1]: unknown value "catchAll", known are exact, extension, aliasOf',
  ],
  [
    'no candidate',
    `${LEAST}maps:\n  logins: { kind: senders, candidates: [] }`,
    '7:40: maps.logins.candidates: names none, write some of exact, extension, aliasOf',
  ],
  [
    'an unknown placeholder',
    `${LEAST}maps:\n  user-exists: { kind: mailboxes, result: "%d/%U" }`,
    '7:43: maps.user-exists.result: unknown "%U" at character 4, write "%d/%u"',
  ],
  [
    'an unknown placeholder in braces',
    `${LEAST}maps:\n  user-exists: { kind: mailboxes, result: "{uid}" }`,
    '7:43: maps.user-exists.result: unknown "{uid}" at character 1, write "{id}"',
  ],
  [
    "a mailbox's placeholder in a table",
    `${LEAST}maps:\n  t: { kind: table, directory: people, table: t, result: "%u" }`,
    '7:58: maps.t.result: unknown "%u" at character 1, known are %s and %% for a percent sign',
  ],
  [
    'an unknown directory of a table',
    `${LEAST}maps:\n  t: { kind: table, directory: poeple, table: t }`,
    '7:32: maps.t.directory: there is no directory "poeple", did you mean "people"?',
  ],
  [
    'no table',
    `${LEAST}maps:\n  t: { kind: table, directory: people, table: [] }`,
    '7:47: maps.t.table: names none, write the name of a table',
  ],
  [
    'a table twice',
    `${LEAST}maps:\n  t: { kind: table, directory: people, table: [a, b, { directory: people, table: a }] }`,
    '7:54: maps.t.table[2]: "a" is listed twice, keep one',
  ],
  [
    'a table of a directory that is none',
    `${LEAST}maps:\n  t: { kind: table, directory: people, table: [a, { directory: poeple, table: a }] }`,
    '7:64: maps.t.table[1].directory: there is no directory "poeple", did you mean "people"?',
  ],
  [
    "a map's name with a space",
    `${LEAST}maps:\n  user exists: { kind: mailboxes }`,
    '7:3: maps.user exists: "user exists" is no name of a map, it holds no space and no colon, write user-exists',
  ],
  [
    'an endpoint that is none',
    `${LEAST}listen: localhost`,
    '6:9: listen: "localhost" is no endpoint, write tcp://localhost:9100',
  ],
  [
    'an endpoint that all the world reaches',
    `${LEAST}listen: [tcp://0.0.0.0:9100]`,
    '6:10: listen[0]: tcp://0.0.0.0:9100 is reachable from outside and socketmap has no authentication, listen on loopback or a unix socket, or set allow (the networks of your mail servers) and tls or acknowledgeUnauthenticated: true',
  ],
  [
    'an endpoint beyond loopback that nobody answers for',
    `${LEAST}listen: { endpoint: "tcp://10.0.0.5:9100", allow: 10.0.0.0/8 }`,
    '6:9: listen: tcp://10.0.0.5:9100 is reachable from outside and socketmap has no authentication, listen on loopback or a unix socket, or set tls or acknowledgeUnauthenticated: true',
  ],
  [
    'a network that is none',
    `${LEAST}listen: { endpoint: "tcp://127.0.0.1:9100", allow: [10.0.0.0/33] }`,
    '6:53: listen.allow[0]: "10.0.0.0/33" is no network, write 10.0.0.0/8 or fd00::/8',
  ],
  [
    'TLS on a Unix socket',
    `${LEAST}listen: { endpoint: "unix:/run/a", tls: { cert: c, key: k } }`,
    '6:9: listen: tls applies to tcp endpoints only, leave it out and use mode and group',
  ],
  [
    'an endpoint twice',
    `${LEAST}listen: [tcp://127.0.0.1:9100, "tcp://127.0.0.1:9100"]`,
    '6:32: listen[1]: tcp://127.0.0.1:9100 is listed twice, keep one',
  ],
  [
    'no endpoint',
    `${LEAST}listen: []`,
    '6:9: listen: names no endpoint, write one or leave it out',
  ],
  [
    'a control socket with too long a path',
    `${LEAST}control: /${'a'.repeat(107)}`,
    '6:10: control: has 108 bytes, it takes 107: choose a shorter one',
  ],
  [
    'a secret that is none',
    `${LEAST}log: { key: { path: /run/secrets/x } }`,
    '6:13: log.key: is no secret, write { file: /run/secrets/x }',
  ],
  [
    'a secret in a variable that is not set',
    `${LEAST}log: { key: { env: LOG_KEY } }`,
    '6:13: log.key: the variable LOG_KEY is not set, set it to the secret',
  ],
])('tells %s, where it is and how to mend it', async (_, text, mistake) => {
  expect(await mistakesIn(text)).toEqual([mistake]);
});

test('tells a directory where a socket should be, also by a relative path', async () => {
  expect(await mistakesIn(`${LEAST}listen: unix:run/`)).toEqual([
    '6:9: listen: "unix:run/" names no socket file, write unix:/path/of/the/socket',
  ]);
});

test('a variable does not hide that the group around its setting is none', async () => {
  const environment = { IDPMAP_LOG__LEVEL: 'debug' };
  expect(await mistakesIn(`${LEAST}log: 5`, { environment })).toEqual([
    '6:6: log: expected settings (name: value), found 5',
  ]);
});

test('tells a secret that is missing as missing', () => {
  const group = z.strictObject({ password: secret() });
  const issues = group.safeParse({}).error?.issues ?? [];
  expect(describeIssues(issues, {}, readGroup(group))).toMatchObject([
    {
      path: ['password'],
      part: 'value',
      message: 'is missing, write password: { file: PATH }, { env: NAME } or text',
    },
  ]);
});
