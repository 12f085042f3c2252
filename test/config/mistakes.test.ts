import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mistake as mistakeAt } from '../../src/config/mistakes/mistake.ts';
import { addRemedies } from '../../src/config/mistakes/remedies.ts';
import type { Group } from '../../src/config/schema/shape.ts';
import { getIn } from '../../src/config/sources/tree.ts';
import { createScratch, errorOf, LEAST, load, mistakesIn } from './fixture.ts';

/** A whole file: whatever is not given is as in the least configuration. */
const withPeople = (text: string): string =>
  `directories: { people: { type: file, path: people.yaml } }\n${text}`;

test.each([
  [
    'an unknown key',
    withPeople('domains:\n  example.org: { directory: people, catchal: a@example.org }'),
    '3:37: domains.example.org.catchal: unknown key, did you mean "catchAll"?',
  ],
  [
    'an unknown key that resembles none',
    withPeople('domains:\n  example.org: { directory: people, foo: 1 }'),
    '3:37: domains.example.org.foo: unknown key, known are directory, shadow, aliasOf, catchAll, roles',
  ],
  [
    'a key in the spelling of others',
    `${LEAST}recipient_delimiter: "+"`,
    '6:1: recipient_delimiter: unknown key, did you mean "recipientDelimiter"?',
  ],
  [
    'a group instead of a value',
    `${LEAST}deadline: { ms: 200 }`,
    '6:11: deadline: expected a duration such as 60s, found settings under names',
  ],
  [
    'a value instead of a group',
    `${LEAST}cache: 60s`,
    '6:8: cache: expected settings (name: value), found "60s", write { fresh: 60s }',
  ],
  [
    'text instead of a number',
    `${LEAST}connections: { max: many }`,
    '6:21: connections.max: expected a whole number, found "many"',
  ],
  [
    'a number that is not whole',
    `${LEAST}connections: { max: 1.5 }`,
    '6:21: connections.max: expected a whole number, found 1.5, write 2',
  ],
  [
    'a number that is too small',
    `${LEAST}connections: { max: 0 }`,
    '6:21: connections.max: 0 is too small, least is 1',
  ],
  [
    'a word instead of true or false',
    `${LEAST}propagateExtension: yes`,
    '6:21: propagateExtension: expected true or false, found "yes", write true',
  ],
  [
    'a number instead of text',
    `${LEAST}recipientDelimiter: 1`,
    '6:21: recipientDelimiter: expected text, found 1',
  ],
  ['an empty value', `${LEAST}deadline:`, '6:1: deadline: is empty, give it a value or remove it'],
  [
    'a number without a unit',
    `${LEAST}deadline: 200`,
    '6:11: deadline: 200 has no unit (units: ms, s, m, h, d), write 200ms',
  ],
  [
    'an unknown unit',
    `${LEAST}deadline: 200msec`,
    '6:11: deadline: "200msec" is no duration, write 200ms',
  ],
  [
    'a duration out of bounds',
    `${LEAST}deadline: 2m`,
    '6:11: deadline: 2m is too long, most is 90s, write 90s',
  ],
  [
    'a duration that no timer can wait',
    `${LEAST}cache: { saveEvery: 25d }`,
    '6:21: cache.saveEvery: 25d is too long, most is 24d, write 24d',
  ],
  [
    'a percentage without its sign',
    `${LEAST}cache: { prefetch: 75 }`,
    '6:20: cache.prefetch: 75 has no unit (0% to 100%), write 75%',
  ],
  [
    'an unknown word',
    `${LEAST}disabled: keep`,
    '6:11: disabled: unknown value "keep", known are reject, accept, defer',
  ],
  [
    'a word with a slip',
    `${LEAST}log: { level: wran }`,
    '6:15: log.level: unknown value "wran", did you mean "warn"?',
  ],
  [
    'a delimiter that is none',
    `${LEAST}recipientDelimiter: "@"`,
    '6:21: recipientDelimiter: a delimiter is no letter, digit, space, quote or @, write "+" or "+-"',
  ],
  [
    'a key twice',
    `${LEAST}deadline: 100ms\nlog: {}\ndeadline: 200ms`,
    '8:1: deadline: is set twice, first in line 6, keep one',
  ],
  ['a tab', 'domains:\n\texample.org: {}', '2:1: a tab indents this line, indent with spaces'],
  ['a list as the whole file', '- domains', '1:1: holds no settings, write them as name: value'],
])('tells %s, where it is and how to mend it', async (_, text, mistake) => {
  expect(await mistakesIn(text)).toEqual([mistake]);
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
    `${file}:1:11: deadline: 5 has no unit (units: ms, s, m, h, d), write 5s`,
    `${file}:2:32: domains.a.org.directory: there is no directory "x", configure it under directories: { x: { type: file, path: people.yaml } }`,
    `${file}:3:13: log.key: secret file ${join(scratch.path, 'k')} is empty, write the secret into it`,
    `${file}:3:26: log.levl: unknown key, did you mean "level"?`,
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
  expect([mistakes.length, mistakes.at(-1)]).toEqual([21, 'config: and 2980 more alike']);
});

test('tells the first of thousands alike, its remedy, and what else is wrong', async () => {
  const domains = Array.from({ length: 3000 }, (_, i) => `  d${i}.org: people\n`).join('');
  const text = `directories: { people: { type: file, path: people.yaml } }\ndomains:\n${domains}deadline: 200`;
  const mistakes = await mistakesIn(text);
  expect(mistakes[0]).toContain('write { directory: people }');
  expect(mistakes.at(-2)).toContain('write 200ms');
  expect(mistakes.at(-1)).toBe('config: and 2980 more alike');
});

test('tries remedies on a few of the things that are alike, however many there are', async () => {
  const looked: number[] = [];
  const named = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`d${i}.org`, 'people']));
  const shape: Group = {
    kind: 'group',
    fields: {
      domains: {
        required: true,
        shape: {
          kind: 'named',
          key: { name: 'DOMAIN', example: 'example.org' },
          value: { required: true, shape: { kind: 'group', fields: {} } },
        },
      },
    },
  };
  const tree = { domains: named(5000) };
  const mistakes = Object.keys(tree.domains).map((name) => mistakeAt(['domains', name], 'is none'));
  await addRemedies(mistakes, { tree, written: tree, root: shape }, async (tried) => {
    looked.push(Object.keys(Object(getIn(tried, ['domains']))).length);
    return mistakes;
  });
  expect(Math.max(...looked)).toBeLessThan(100);
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
