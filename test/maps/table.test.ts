import { describe, expect, test } from 'vitest';
import { Fault } from '../../src/directory/directory.ts';
import { findingOf, none } from '../../src/directory/finding.ts';
import { createMemory } from '../../src/lookup/memory.ts';
import { createSource } from '../../src/lookup/path.ts';
import { createTableMap, type TableOptions } from '../../src/maps/table.ts';
import { contextNow, openDirectory, reign, SIZES, show, TIMES } from '../support/world.ts';

const ROWS = new Map<string, readonly string[]>([
  ['one', ['REJECT']],
  ['two', ['a', 'b']],
  ['gaps', ['', 'a', '', 'b']],
  ['void', ['']],
  ['odd', ['%s %% $&']],
  ['example.org', ['parent']],
  ['void.example.org', ['']],
  ['doubt', ['who knows']],
  ['doubt.example.org', ['who knows']],
  ['ann@x.org', ['ann']],
]);

function openTable(options: Partial<TableOptions> = {}) {
  const asked: string[] = [];
  const ask = async (key: string): Promise<readonly string[]> => {
    asked.push(key);
    if (key.startsWith('doubt')) throw new Fault('directory', 'cut off');
    return ROWS.get(key) ?? [];
  };
  const source = createSource<string>(
    async (key) => findingOf(await ask(key), () => none('probe', 'scripted')),
    reign(createMemory<string>(SIZES)),
    openDirectory('d0').lane,
    TIMES,
  );
  const map = createTableMap({
    source,
    keys: 'exact',
    delimiters: '+',
    result: '%s',
    whenUnknown: 'temp',
    ...options,
  });
  return { asked, map, say: async (key: string) => show(await map(key, contextNow())) };
}

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
  { result: 'reject %s', key: 'void', says: 'NOTFOUND' },
  { result: '', key: 'one', says: 'NOTFOUND' },
])('formats $key with "$result" as $says', async ({ result, key, says }) => {
  expect(await openTable({ result }).say(key)).toBe(says);
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
