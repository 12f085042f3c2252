import { describe, expect, test, vi } from 'vitest';
import { Fault } from '../../src/directory/directory.ts';
import { findingOf, none } from '../../src/directory/finding.ts';
import { createMemory } from '../../src/lookup/memory.ts';
import { createSource } from '../../src/lookup/path.ts';
import { createTableMap, type TableOptions } from '../../src/maps/table.ts';
import {
  contextNow,
  openDirectory,
  reign,
  SIZES,
  show,
  TIMES,
  useFakeTime,
} from '../support/world.ts';

/** Asked for a key with this value, a table throws. */
const DOUBT = 'who knows';

const ROWS = new Map<string, readonly string[]>([
  ['one', ['REJECT']],
  ['two', ['a', 'b']],
  ['gaps', ['', 'a', '', 'b']],
  ['void', ['']],
  ['odd', ['%s %% $&']],
  ['example.org', ['parent']],
  ['void.example.org', ['']],
  ['doubt', [DOUBT]],
  ['doubt.example.org', [DOUBT]],
  ['ann@x.org', ['ann']],
]);

type Rows = ReadonlyMap<string, readonly string[]>;

/** Opens a map over tables in order. */
function openTables(tables: readonly Rows[], options: Partial<TableOptions> = {}) {
  const asked: string[] = [];
  const sources = tables.map((rows, i) => {
    const ask = async (key: string): Promise<readonly string[]> => {
      asked.push(tables.length === 1 ? key : `${i} ${key}`);
      const values = rows.get(key) ?? [];
      if (values.includes(DOUBT)) throw new Fault('directory', 'cut off');
      return values;
    };
    return createSource<string>(
      async (key) => findingOf(await ask(key), () => none('probe', 'scripted')),
      reign(createMemory<string>(SIZES)),
      openDirectory(`d${i}`).lane,
      TIMES,
    );
  });
  const map = createTableMap({
    sources,
    keys: 'exact',
    delimiters: '+',
    result: '%s',
    whenUnknown: 'temp',
    propagateExtension: 'no',
    ...options,
  });
  return { asked, map, say: async (key: string) => show(await map(key, contextNow())) };
}

const openTable = (options: Partial<TableOptions> = {}) => openTables([ROWS], options);

test.each([
  ['one', 'OK REJECT'],
  ['ONE', 'OK REJECT'],
  ['two', 'OK a,b'],
  ['gaps', 'OK a,b'],
  ['void', 'NOTFOUND'],
  ['absent', 'NOTFOUND'],
  ['', 'NOTFOUND'],
  ['<>', 'NOTFOUND'],
  ['one\0', 'NOTFOUND'],
])('answers %j: %s', async (key, says) => {
  expect(await openTable().say(key)).toBe(says);
});

test.each([
  { result: 'reject %s', key: 'one', says: 'OK reject REJECT' },
  { result: 'smtp:[%s]', key: 'two', says: 'OK smtp:[a],smtp:[b]' },
  { result: '%s=%s', key: 'one', says: 'OK REJECT=REJECT' },
  { result: '100 %% %s', key: 'one', says: 'OK 100 % REJECT' },
  { result: '%%s', key: 'one', says: 'OK %s' },
  { result: '<%s>', key: 'odd', says: 'OK <%s %% $&>' },
  { result: 'fixed', key: 'one', says: 'OK fixed' },
  { result: 'OK', key: 'two', says: 'OK OK' },
  { result: '100 %%', key: 'gaps', says: 'OK 100 %' },
  { result: '%%%s', key: 'two', says: 'OK %a,%b' },
  { result: 'OK', key: 'void', says: 'NOTFOUND' },
  { result: 'reject %s', key: 'void', says: 'NOTFOUND' },
  { result: '', key: 'one', says: 'NOTFOUND' },
])('formats $key with "$result" as $says', async ({ result, key, says }) => {
  expect(await openTable({ result }).say(key)).toBe(says);
});

test('a domain of ten thousand people is there in two letters, where only that is asked', async () => {
  const people = Array.from({ length: 10_000 }, (_, i) => `${i}@example.org`);
  const { say } = openTables([new Map([['example.org', people]])], { result: 'OK' });
  expect(await say('example.org')).toBe('OK OK');
});

describe('with derived keys', () => {
  test.each([
    { what: 'the first that has a value answers', key: 'mail.example.org', says: 'OK parent' },
    { what: 'an empty value is none', key: 'void.example.org', says: 'OK parent' },
    { what: 'a doubt ends the search', key: 'doubt.example.org', says: 'TEMP idpmap directory d0' },
    { what: 'none at all is NOTFOUND', key: 'mail.example.net', says: 'NOTFOUND' },
  ])('$what', async ({ key, says }) => {
    expect(await openTable({ keys: 'host' }).say(key)).toBe(says);
  });

  test('they are asked for in order, no further than the answer', async () => {
    const { say, asked } = openTable({ keys: 'address' });
    await say('ann+news@x.org');
    expect(asked).toEqual(['ann+news@x.org', 'ann@x.org']);
  });
});

test.each([
  { whenUnknown: 'temp', says: 'TEMP idpmap directory d0' },
  { whenUnknown: 'notfound', says: 'NOTFOUND' },
] as const)('a fault is $says where told to say $whenUnknown', async ({ whenUnknown, says }) => {
  expect(await openTable({ whenUnknown }).say('doubt')).toBe(says);
});

test.each(['one', 'absent'])('a remembered answer for %s is no promise', async (key) => {
  const { map, say } = openTable();
  await say(key);
  expect(map(key, contextNow())).not.toBeInstanceOf(Promise);
});

describe('several tables', () => {
  const CATCH_ALL = new Map([['@x.org', ['all']]]);
  const ANN = new Map([['ann@x.org', ['ann']]]);
  const NEWS = new Map([['ann+news@x.org', ['news']]]);

  test.each<[string, readonly Rows[], string, string]>([
    ['a catch-all takes no mail of an address in a later table', [CATCH_ALL, ANN], 'ann', 'ann'],
    ['an address goes before a catch-all in an earlier table', [ANN, CATCH_ALL], 'ann', 'ann'],
    ['a catch-all takes what no table has', [CATCH_ALL, ANN], 'bob', 'all'],
    ['the whole goes before its extension is cut off', [ANN, NEWS], 'ann+news', 'news'],
    ['the extension is cut off before a catch-all', [CATCH_ALL, NEWS, ANN], 'ann+x', 'ann'],
    [
      'of one key in two tables, the first counts',
      [ANN, new Map([['ann@x.org', ['b']]])],
      'ann',
      'ann',
    ],
    ['a key without a value is none', [new Map([['ann@x.org', ['']]]), ANN], 'ann', 'ann'],
  ])('%s', async (_, tables, local, data) => {
    expect(await openTables(tables, { keys: 'virtual' }).say(`${local}@x.org`)).toBe(`OK ${data}`);
  });

  test('all are asked for a key before the next key', async () => {
    const { say, asked } = openTables([new Map(), new Map()], { keys: 'virtual' });
    expect(await say('ann+news@x.org')).toBe('NOTFOUND');
    expect(asked).toEqual(
      ['ann+news', 'ann', ''].flatMap((key) => [`0 ${key}@x.org`, `1 ${key}@x.org`]),
    );
  });

  const NOTHING = new Map();
  const unsure = (key: string) => new Map([[key, [DOUBT]]]);
  const IN_DOUBT = 'TEMP idpmap directory d';

  test.each<[string, readonly Rows[], Partial<TableOptions>, string]>([
    [
      'in the first ends the search, though the second has it',
      [unsure('ann@x.org'), ANN],
      {},
      `${IN_DOUBT}0`,
    ],
    [
      'in the first ends the search, though it has a catch-all',
      [new Map([...unsure('ann@x.org'), ...CATCH_ALL]), ANN],
      {},
      `${IN_DOUBT}0`,
    ],
    [
      'in the second keeps the first from its catch-all',
      [CATCH_ALL, unsure('ann@x.org')],
      {},
      `${IN_DOUBT}1`,
    ],
    [
      'in the third counts behind two that have nothing',
      [NOTHING, NOTHING, unsure('@x.org')],
      {},
      `${IN_DOUBT}2`,
    ],
    ['in the second is not met where the first has it', [ANN, unsure('ann@x.org')], {}, 'OK ann'],
    ['about a later key is not met', [unsure('@x.org'), ANN], {}, 'OK ann'],
    [
      'is the NOTFOUND that was asked for, and no later table refuses in its place',
      [unsure('ann@x.org'), ANN],
      { whenUnknown: 'notfound' },
      'NOTFOUND',
    ],
  ])('a doubt %s', async (_, tables, options, says) => {
    expect(await openTables(tables, { keys: 'virtual', ...options }).say('ann@x.org')).toBe(says);
  });

  test('a remembered answer of theirs is no promise', async () => {
    const { map, say } = openTables([CATCH_ALL, ANN], { keys: 'virtual' });
    await say('bob@x.org');
    expect(map('bob@x.org', contextNow())).not.toBeInstanceOf(Promise);
  });
});

describe('an extension that was cut off', () => {
  test.each([
    ['ann@y.org', 'ann+n@y.org'],
    ['ann@y.org, bob@y.org', 'ann+n@y.org, bob+n@y.org'],
    ['ann bob', 'ann+n bob+n'],
    ['@y.org', '@y.org'],
    ['"a, b"@y.org', '"a, b"@y.org'],
    ['ann+old@y.org', 'ann+old+n@y.org'],
  ])('goes on to what is answered: %s becomes %s', async (value, answer) => {
    const rows = [new Map([['ann@x.org', [value]]])];
    const { say } = openTables(rows, { keys: 'virtual', propagateExtension: 'yes' });
    expect(await say('ann+n@x.org')).toBe(`OK ${answer}`);
    expect(await say('ann@x.org')).toBe(`OK ${value}`);
  });

  test.each<[string, string, readonly string[], Partial<TableOptions>, string]>([
    ['where the table has the whole', 'ann+n@x.org', ['ann+n@x.org'], {}, 'ann@y.org'],
    ['to a catch-all', 'ann+n@x.org', ['@x.org'], {}, 'ann@y.org'],
    [
      'where it would make a list of one address',
      'ann+n,root@x.org',
      ['ann@x.org'],
      {},
      'ann@y.org',
    ],
    ['where that is off', 'ann+n@x.org', ['ann@x.org'], { propagateExtension: 'no' }, 'ann@y.org'],
    ['where there is none', 'owner-n@x.org', ['@x.org'], { delimiters: '-' }, 'ann@y.org'],
  ])('does not go on %s', async (_, key, rows, options, answer) => {
    const table = new Map(rows.map((row) => [row, ['ann@y.org']]));
    const given = { keys: 'virtual', propagateExtension: 'yes', ...options } as const;
    expect(await openTables([table], given).say(key)).toBe(`OK ${answer}`);
  });
});

describe('an old answer', () => {
  useFakeTime();

  test('that is empty proves no absence', async () => {
    const rows = new Map([['ann@x.org', ['']]]);
    const { say } = openTables([rows, new Map([['ann@x.org', ['second']]])]);
    expect(await say('ann@x.org')).toBe('OK second');
    rows.set('ann@x.org', [DOUBT]);
    vi.advanceTimersByTime(TIMES.freshMs + 1);
    expect(await say('ann@x.org')).toBe('TEMP idpmap directory d0');
  });
});
