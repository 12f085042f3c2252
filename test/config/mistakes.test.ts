import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createScratch, errorOf, LEAST, load, mistakesIn } from './fixture.ts';

/** A whole file: whatever is not given is as in the least configuration. */
const withPeople = (text: string): string =>
  `directories: { people: { type: file, path: people.yaml } }\n${text}`;

test.each([
  [
    'an unknown key',
    withPeople('domains:\n  example.org: { directory: people, catchal: a@example.org }'),
    'domains.example.org.catchal (line 3, column 37): unknown key, did you mean "catchAll"?',
  ],
  [
    'an unknown key that resembles none',
    withPeople('domains:\n  example.org: { directory: people, foo: 1 }'),
    'domains.example.org.foo (line 3, column 37): unknown key, known are directory, aliasOf, catchAll, roles',
  ],
  [
    'a key in the spelling of others',
    `${LEAST}recipient_delimiter: "+"`,
    'recipient_delimiter (line 6, column 1): unknown key, did you mean "recipientDelimiter"?',
  ],
  [
    'a group instead of a value',
    `${LEAST}deadline: { ms: 200 }`,
    'deadline (line 6, column 11): expected a duration such as 60s, found settings under names',
  ],
  [
    'a value instead of a group',
    `${LEAST}cache: 60s`,
    'cache (line 6, column 8): expected settings (name: value), found "60s"',
  ],
  [
    'text instead of a number',
    `${LEAST}connections: { max: many }`,
    'connections.max (line 6, column 21): expected a whole number, found "many"',
  ],
  [
    'a number that is not whole',
    `${LEAST}connections: { max: 1.5 }`,
    'connections.max (line 6, column 21): expected a whole number, found 1.5',
  ],
  [
    'a number that is too small',
    `${LEAST}connections: { max: 0 }`,
    'connections.max (line 6, column 21): 0 is too small, least is 1',
  ],
  [
    'a word instead of true or false',
    `${LEAST}propagateExtension: yes`,
    'propagateExtension (line 6, column 21): expected true or false, found "yes"',
  ],
  [
    'a number instead of text',
    `${LEAST}recipientDelimiter: 1`,
    'recipientDelimiter (line 6, column 21): expected text, found 1',
  ],
  [
    'an empty value',
    `${LEAST}deadline:`,
    'deadline (line 6, column 1): is empty, give it a value or remove it',
  ],
  [
    'a number without a unit',
    `${LEAST}deadline: 200`,
    'deadline (line 6, column 11): 200 has no unit, write 200s (units: ms, s, m, h, d)',
  ],
  [
    'an unknown unit',
    `${LEAST}deadline: 200msec`,
    'deadline (line 6, column 11): "200msec" is no duration, write a duration such as 60s (units: ms, s, m, h, d)',
  ],
  [
    'a duration out of bounds',
    `${LEAST}deadline: 2m`,
    'deadline (line 6, column 11): 2m is too long, most is 90s',
  ],
  [
    'a duration that no timer can wait',
    `${LEAST}cache: { saveEvery: 25d }`,
    'cache.saveEvery (line 6, column 21): 25d is too long, most is 24d',
  ],
  [
    'a percentage without its sign',
    `${LEAST}cache: { prefetch: 75 }`,
    'cache.prefetch (line 6, column 20): 75 has no unit, write 75%',
  ],
  [
    'an unknown word',
    `${LEAST}disabled: refuse`,
    'disabled (line 6, column 11): unknown value "refuse", known are reject, accept, defer',
  ],
  [
    'a word with a slip',
    `${LEAST}log: { level: wran }`,
    'log.level (line 6, column 15): unknown value "wran", did you mean "warn"?',
  ],
  [
    'a delimiter that is none',
    `${LEAST}recipientDelimiter: "@"`,
    'recipientDelimiter (line 6, column 21): a delimiter is no space, quote or @, write "+" or "+-"',
  ],
  [
    'a key twice',
    `${LEAST}deadline: 100ms\nlog: {}\ndeadline: 200ms`,
    'deadline (line 8, column 1): is set twice, first in line 6, keep one',
  ],
  [
    'a tab',
    'domains:\n\texample.org: {}',
    'line 2, column 1: a tab indents this line, indent with spaces',
  ],
  ['a list as the whole file', '- domains', 'holds no settings, write them as name: value'],
])('tells %s, where it is and how to mend it', async (_, text, mistake) => {
  expect(await mistakesIn(text)).toEqual([`config: ${mistake}`]);
});

test('tells everything that is wrong at once, in the order of the file', async () => {
  using scratch = createScratch();
  const file = scratch.write(
    'idpmap.yaml',
    'deadline: 5\ndomains: { a.org: { directory: x } }\nlog: { key: { file: k }, levl: info }\n',
  );
  scratch.write('k', '\n');
  const { message } = await errorOf(load({ file }));
  expect(message.split('\n')).toEqual([
    `config: ${file}: 4 problems`,
    'config: deadline (line 1, column 11): 5 has no unit, write 5s (units: ms, s, m, h, d)',
    'config: domains.a.org.directory (line 2, column 32): there is no directory "x", configure it under directories',
    `config: log.key (line 3, column 13): secret file ${join(scratch.path, 'k')} is empty, write the secret into it`,
    'config: log.levl (line 3, column 26): unknown key, did you mean "level"?',
  ]);
});

test('gives each problem as data too', async () => {
  using scratch = createScratch();
  const file = scratch.write('idpmap.yaml', `${LEAST}deadlin: 1s`);
  const { kind, problems } = await errorOf(load({ file }));
  expect({ kind, problems }).toEqual({
    kind: 'invalid',
    problems: [
      {
        path: 'deadlin',
        file,
        line: 6,
        column: 1,
        message: 'unknown key, did you mean "deadline"?',
      },
    ],
  });
});

test('keeps a message short where thousands of things are wrong', async () => {
  const text = LEAST + Array.from({ length: 3000 }, (_, i) => `k${i}: 1`).join('\n');
  const mistakes = await mistakesIn(text);
  expect([mistakes.length, mistakes.at(-1)]).toEqual([51, 'config: and 2950 more']);
});

test('tells a file that is named but absent', async () => {
  const { message } = await errorOf(load({ file: '/nonexistent/a.yaml' }));
  expect(message).toBe(
    'config: file /nonexistent/a.yaml does not exist, create it or mend the path',
  );
});

test('tells a directory that is named as the file', async () => {
  const { message } = await errorOf(load({ file: '/' }));
  expect(message).toBe('config: / is a directory, name a file');
});

test('says how to begin where nothing is configured', async () => {
  const { kind, message } = await errorOf(load({}));
  expect([kind, message]).toEqual([
    'absent',
    `config: there is no /nonexistent/idpmap.yaml and no variable IDPMAP_…, so nothing is configured
write /nonexistent/idpmap.yaml, for example:

  domains:
    example.org: { directory: people }
  directories:
    people:
      type: file
      path: people.yaml

or try the demo: idpmap serve --demo`,
  ]);
});
