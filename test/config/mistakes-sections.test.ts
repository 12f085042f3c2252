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
    'maps.user-exists.kind (line 7, column 24): unknown kind "mailbox", did you mean "mailboxes"?',
  ],
  [
    "a table's setting on another kind",
    `${LEAST}maps:\n  user-exists: { kind: mailboxes, whenUnknown: notfound }`,
    'maps.user-exists.whenUnknown (line 7, column 35): applies to kind table only, this is kind mailboxes',
  ],
  [
    'a candidate that senders have not',
    `${LEAST}maps:\n  logins: { kind: senders, candidates: [exact, catchAll] }`,
    'maps.logins.candidates[1] (line 7, column 48): unknown value "catchAll", known are exact, extension, aliasOf',
  ],
  [
    'no candidate',
    `${LEAST}maps:\n  logins: { kind: senders, candidates: [] }`,
    'maps.logins.candidates (line 7, column 40): names none, write some of exact, extension, aliasOf',
  ],
  [
    'an unknown placeholder',
    `${LEAST}maps:\n  user-exists: { kind: mailboxes, result: "%d/%U" }`,
    'maps.user-exists.result (line 7, column 43): unknown "%U" at character 4, known are %s, %u, %d, {id}, {login} and %% for a percent sign',
  ],
  [
    'an unknown placeholder in braces',
    `${LEAST}maps:\n  user-exists: { kind: mailboxes, result: "{uid}" }`,
    'maps.user-exists.result (line 7, column 43): unknown "{uid}" at character 1, known are %s, %u, %d, {id}, {login} and %% for a percent sign',
  ],
  [
    "a mailbox's placeholder in a table",
    `${LEAST}maps:\n  t: { kind: table, directory: people, table: t, result: "%u" }`,
    'maps.t.result (line 7, column 58): unknown "%u" at character 1, known are %s and %% for a percent sign',
  ],
  [
    'an unknown directory of a table',
    `${LEAST}maps:\n  t: { kind: table, directory: poeple, table: t }`,
    'maps.t.directory (line 7, column 32): there is no directory "poeple", did you mean "people"?',
  ],
  [
    'no table',
    `${LEAST}maps:\n  t: { kind: table, directory: people, table: [] }`,
    'maps.t.table (line 7, column 47): names none, write the name of a table',
  ],
  [
    'a table twice',
    `${LEAST}maps:\n  t: { kind: table, directory: people, table: [a, b, { directory: people, table: a }] }`,
    'maps.t.table[2] (line 7, column 54): "a" is listed twice, keep one',
  ],
  [
    'a table of a directory that is none',
    `${LEAST}maps:\n  t: { kind: table, directory: people, table: [a, { directory: poeple, table: a }] }`,
    'maps.t.table[1].directory (line 7, column 64): there is no directory "poeple", did you mean "people"?',
  ],
  [
    "a map's name with a space",
    `${LEAST}maps:\n  user exists: { kind: mailboxes }`,
    'maps.user exists (line 7, column 3): "user exists" is no name of a map, it holds no space and no colon',
  ],
  [
    'an endpoint that is none',
    `${LEAST}listen: localhost:9100`,
    'listen (line 6, column 9): "localhost:9100" is no endpoint, write tcp://127.0.0.1:9100 or unix:/path?mode=0660&group=postfix',
  ],
  [
    'an endpoint that all the world reaches',
    `${LEAST}listen: [tcp://0.0.0.0:9100]`,
    'listen[0] (line 6, column 10): tcp://0.0.0.0:9100 is reachable from outside and socketmap has no authentication, listen on loopback or a unix socket, or set allow (the networks of your mail servers) and tls or acknowledgeUnauthenticated: true',
  ],
  [
    'an endpoint beyond loopback that nobody answers for',
    `${LEAST}listen: { endpoint: "tcp://10.0.0.5:9100", allow: 10.0.0.0/8 }`,
    'listen (line 6, column 9): tcp://10.0.0.5:9100 is reachable from outside and socketmap has no authentication, listen on loopback or a unix socket, or set tls or acknowledgeUnauthenticated: true',
  ],
  [
    'a network that is none',
    `${LEAST}listen: { endpoint: "tcp://127.0.0.1:9100", allow: [10.0.0.0/33] }`,
    'listen.allow[0] (line 6, column 53): "10.0.0.0/33" is no network, write 10.0.0.0/8 or fd00::/8',
  ],
  [
    'TLS on a Unix socket',
    `${LEAST}listen: { endpoint: "unix:/run/a", tls: { cert: c, key: k } }`,
    'listen (line 6, column 9): tls applies to tcp endpoints only, leave it out and use mode and group',
  ],
  [
    'an endpoint twice',
    `${LEAST}listen: [tcp://127.0.0.1:9100, "tcp://127.0.0.1:9100"]`,
    'listen[1] (line 6, column 32): tcp://127.0.0.1:9100 is listed twice, keep one',
  ],
  [
    'no endpoint',
    `${LEAST}listen: []`,
    'listen (line 6, column 9): names no endpoint, write one or leave it out',
  ],
  [
    'a control socket with too long a path',
    `${LEAST}control: /${'a'.repeat(107)}`,
    'control (line 6, column 10): has 108 bytes, it takes 107: choose a shorter one',
  ],
  [
    'a secret that is none',
    `${LEAST}log: { key: { path: /run/secrets/x } }`,
    'log.key (line 6, column 13): is no secret, write { file: PATH }, { env: NAME } or text',
  ],
  [
    'a secret in a variable that is not set',
    `${LEAST}log: { key: { env: LOG_KEY } }`,
    'log.key (line 6, column 13): the variable LOG_KEY is not set, set it to the secret',
  ],
])('tells %s, where it is and how to mend it', async (_, text, mistake) => {
  expect(await mistakesIn(text)).toEqual([`config: ${mistake}`]);
});

test('tells a directory where a socket should be, also by a relative path', async () => {
  expect(await mistakesIn(`${LEAST}listen: unix:run/`)).toEqual([
    'config: listen (line 6, column 9): "unix:run/" names no socket file, write unix:/path/of/the/socket',
  ]);
});

test('a variable does not hide that the group around its setting is none', async () => {
  const environment = { IDPMAP_LOG__LEVEL: 'debug' };
  expect(await mistakesIn(`${LEAST}log: 5`, { environment })).toEqual([
    'config: log (line 6, column 6): expected settings (name: value), found 5',
  ]);
});

test('tells a secret that is missing as missing', () => {
  const group = z.strictObject({ password: secret() });
  const issues = group.safeParse({}).error?.issues ?? [];
  expect(describeIssues(issues, {}, readGroup(group))).toEqual([
    {
      path: ['password'],
      part: 'value',
      message: 'is missing, write password: { file: PATH }, { env: NAME } or text',
    },
  ]);
});
