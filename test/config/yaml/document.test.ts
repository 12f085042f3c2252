import { expect, test } from 'vitest';
import { readDocument } from '../../../src/config/yaml/document.ts';

test('reads JSON', () => {
  expect(readDocument('{"a": [1, true, null, "x"]}').tree).toEqual({ a: [1, true, null, 'x'] });
});

test.each(['yes', 'no', 'on', 'off', '1_000', '2026-01-01', '12:30'])(
  'leaves %s the text that it is in YAML 1.2',
  (text) => {
    expect(readDocument(`a: ${text}`).tree).toEqual({ a: text });
  },
);

test('takes an empty text for no settings and no flaw', () => {
  const { tree, flaws } = readDocument('# nothing\n');
  expect([tree, flaws]).toEqual([undefined, []]);
});

test('follows anchors, also many of them', () => {
  const text = `a: &a { x: 1 }\nb: [${Array.from({ length: 2000 }, () => '*a').join(', ')}]`;
  expect(readDocument(text)).toMatchObject({
    flaws: [],
    tree: { b: { length: 2000, 0: { x: 1 } } },
  });
});

const bomb = (levels: number): string =>
  Array.from({ length: levels }, (_, i) => {
    const below = i === 0 ? 'x' : `*a${i - 1}`;
    return `a${i}: &a${i} [${Array.from({ length: 10 }, () => below).join(', ')}]`;
  }).join('\n');

test.each([
  ['a tab', 'a:\n\tb: 1', 2, 1, 'a tab indents this line, indent with spaces'],
  [
    'a second document',
    'a: 1\n---\nb: 1',
    2,
    1,
    'a second document begins here (---), write all settings into one',
  ],
  ['an open bracket', 'a: [1', 1, 1, 'a bracket is not closed, write ] at its end'],
  [
    'an indented key',
    'a: 1\n  b: 2',
    2,
    1,
    'is indented otherwise than the line above, indent it alike',
  ],
  [
    'an unknown tag',
    'a: !secret x',
    1,
    4,
    'a tag means nothing here, write the value itself ({ file: PATH } or { env: NAME } for a secret); quote text that begins with !',
  ],
  [
    'a merge key',
    'a: &a { x: 1 }\nb: { <<: *a }',
    2,
    6,
    'merge keys (<<) are not read, write the settings out',
  ],
  [
    'a comma that ends a value',
    'a: { b: x=1,y=2 }',
    1,
    13,
    "a comma within braces ends the value before it: write that value, with its comma, in quotes: '…'",
  ],
  [
    'an anchor that was meant as text',
    'a: &(b)',
    1,
    1,
    "text that begins with & needs quotes: '…'",
  ],
  [
    'quotes of a typesetter',
    'a: “b”',
    1,
    4,
    'typographic quotes are part of the text, write \'…\' or "…"',
  ],
  [
    'an item that the text above took in',
    'a:\n- b\n - c',
    2,
    3,
    'a line below begins with - and is part of this text, indent it as the first item, or write - here too',
  ],
  [
    'a setting among items',
    'a:\n  b: c\n  - d',
    2,
    1,
    'a setting stands among items of a list, begin it with -, too',
  ],
  [
    'a blank that looks like one',
    'a:\n\u00a0\u00a0b: 1',
    2,
    1,
    'a blank that is none to YAML (U+00A0) stands here, write an ordinary one',
  ],
  [
    'a blank that looks like one behind a colon',
    'a:\u00a01',
    1,
    3,
    'a blank that is none to YAML (U+00A0) stands here, write an ordinary one',
  ],
  [
    'an end of lines that is none',
    'a: 1\rb: 2',
    1,
    5,
    'its lines end in CR alone, end them with LF, or CR and LF: tr "\\r" "\\n"',
  ],
  [
    'a section as of INI files',
    '[a]\nb = 1',
    1,
    1,
    'a section begins with its name and a colon, write NAME: and indent what it holds',
  ],
  [
    'a comma that is missing',
    'a: { b: 1 c: 2 }',
    1,
    1,
    'a comma is missing between two settings, write name: value, name: value',
  ],
  [
    'a quotation mark within such',
    "a: 'b 'c''",
    1,
    1,
    "a ' within '…' ends the text, write \"…\" around it",
  ],
  ['a name with a star', '*.a: 1', 1, 1, "text that begins with * needs quotes: '…'"],
  [
    'a variable of a shell',
    'a: { b: ${C} }',
    1,
    1,
    'variables (${…}) are not filled in here, write { env: NAME } for a secret; any other setting has a variable of its own (IDPMAP_…)',
  ],
  ['a hyphen alone', 'a: -', 1, 1, "is no plain text, quote this text: '…'"],

  [
    'an alias without anchor',
    'a: *b',
    1,
    4,
    'there is no anchor of that name before this alias, quote text that begins with *',
  ],
  ['a list as a name', '? [a]\n: 1', 1, 3, 'a name of a setting is a list or group, write text'],
  ['a name that is no name', '__proto__: 1', 1, 1, 'is no name for a setting'],
  ['a name twice', 'a: 1\nb: 1\na: 2', 3, 1, 'is set twice, first in line 1, keep one'],
  ['an alias of itself', 'a: &a [*a]', 1, 8, 'is nested deeper than 32 levels, no setting is'],
  [
    'deep nesting',
    `${'['.repeat(40)}${']'.repeat(40)}`,
    1,
    34,
    'is nested deeper than 32 levels, no setting is',
  ],
  ['an alias bomb', bomb(9), 1, 25, 'holds more than 200000 values once its aliases are followed'],
])('tells where %s is', (_, text, line, column, message) => {
  expect(readDocument(text).flaws.map((flaw) => [flaw.message, flaw.position])).toEqual([
    [message, { line, column }],
  ]);
});

test.each([
  ['the mark of Windows’ editors, and their ends of lines', '\ufeffa: 1\r\nb: 2\r\n'],
  ['a blank of a typesetter within a text', 'a: 1\u00a0000\nb: "\u00a0x"'],
  ['typographic quotes within a text', 'a: the “b” of it\nb: it’s'],
  ['an item of text that begins with a hyphen', 'a: |\n  b\n  - c'],
  ['an item of two settings', 'a: [{ b: 1, c }, d]\ne: { f, g }'],
])('takes %s as it is', (_, text) => {
  const { flaws } = readDocument(text);
  expect(flaws.filter(({ message }) => !message.includes('comma within'))).toEqual([]);
});

test('tells every name that is set twice', () => {
  const { flaws } = readDocument('{ a: 1, a: 2, b: { c: 1, c: 2 } }');
  expect(flaws.map(({ path }) => path)).toEqual([['a'], ['b', 'c']]);
});

test.each([
  '"x" canary',
  '| canary',
  '>canary',
  '*canary',
  '!canary',
  '!<canary',
  '&a &canary x',
  '"\\canary"',
  '@canary',
  '[canary',
  '"canary',
  'x\n}canary',
])('says no word of what a broken line holds: %s', (text) => {
  const { flaws } = readDocument(`password: ${text}\n`);
  expect([flaws.length > 0, JSON.stringify(flaws).includes('canary')]).toEqual([true, false]);
});

test('survives nesting that would exhaust the stack', () => {
  const text = '['.repeat(20_000) + ']'.repeat(20_000);
  expect(readDocument(text).flaws).toHaveLength(1);
});

test.each([
  ['key', { line: 2, column: 3 }],
  ['value', { line: 2, column: 6 }],
] as const)('finds the %s of a setting', (part, position) => {
  expect(readDocument('a:\n  b: 1').locate(['a', 'b'], part)).toEqual(position);
});

test('finds an empty value at its key', () => {
  expect(readDocument('a:\n  b:\n').locate(['a', 'b'], 'value')).toEqual({ line: 2, column: 3 });
});

test('tells names that hold dots from levels', () => {
  const document = readDocument('a: { b: 1 }\na.b: 2');
  expect(document.locate(['a.b'], 'key')).toEqual({ line: 2, column: 1 });
});
