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

test('leaves merge keys alone', () => {
  expect(readDocument('a: &a { x: 1 }\nb: { <<: *a }').tree).toEqual({
    a: { x: 1 },
    b: { '<<': { x: 1 } },
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
    'a tag means nothing here, quote text that begins with !',
  ],
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
