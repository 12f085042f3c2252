import { expect, test } from 'vitest';
import { Fault } from '../../../src/directory/directory.ts';
import { gather } from '../file/gather.ts';

const TABLES = `
tables:
  blacklist:
    192.0.2.7: REJECT go away
    Example.net: [REJECT, WARN]
    .Exämple.net: DISCARD
    "@Exämple.net": HOLD
    Eve@Example.net: DEFER
    "<>": DUNNO
    "1.10": 0600
    strauß@example.org: OK
    straße.example: RELAY
    ann@straße.example: ANN
    gross.example: SS
    groß.example: SHARP
  empty: {}
`;

test.each([
  ['192.0.2.7', ['REJECT go away']],
  ['EXAMPLE.NET', ['REJECT', 'WARN']],
  ['.xn--exmple-cua.net', ['DISCARD']],
  ['@xn--exmple-cua.net', ['HOLD']],
  ['eve@example.net', ['DEFER']],
  ['EVE@example.net', ['DEFER']],
  ['<>', ['DUNNO']],
  ['1.10', ['0600']],
  ['strauss@example.org', ['OK']],
  ['strasse.example', ['RELAY']],
  ['straße.example', ['RELAY']],
  ['ann@strasse.example', ['ANN']],
  ['gross.example', ['SS']],
  ['groß.example', ['SHARP']],
  ['1.1', []],
  ['', []],
  ['toString', []],
])('the key %j has the values %j', async (key, values) => {
  const people = await gather(TABLES);
  expect(people.ask('blacklist', key)).toEqual(values);
});

test.each([
  [TABLES, 'people.yaml has no table "blocklist", it has the tables blacklist, empty'],
  ['accounts: []', 'people.yaml has no table "blocklist", it has no tables'],
])(
  'a table that the file does not have is a fault that says which it has',
  async (text, reason) => {
    const people = await gather(text);
    expect(() => people.ask('blocklist', 'x')).toThrow(new Fault('entry', reason));
  },
);

test.each([
  ['addresses', '{ strauß@b.example: x, strauss@b.example: y }', 'strauss@b.example'],
  [
    'domains, neither of them the one asked for,',
    '{ großß.example: x, groſsß.example: y }',
    'grossss.example',
  ],
  ['names', '{ straße: x, strasse: y }', 'strasse'],
])(
  'of two keys that Postfix takes for one, %s are in doubt and told, and the file is sound',
  async (_, rows, key) => {
    const people = await gather(`tables: { t: ${rows} }`);
    expect(() => people.ask('t', key)).toThrow(
      new Fault('entry', 'two keys of the table "t" mean the same to Postfix, leave one'),
    );
    expect([...people.doubts()]).toEqual([
      'two keys of the table "t" mean the same to Postfix, leave one',
    ]);
  },
);
