import { expect, test } from 'vitest';
import { askOld, readOld } from '../../../src/cli/compare/old.ts';
import type { AskTables } from '../../../src/cli/compare/postmap.ts';
import type { Answer } from '../../../src/maps/answer.ts';

const MEANING = {
  kind: 'aliases',
  keys: 'virtual',
  delimiters: '+',
  propagateExtension: 'yes',
} as const;

test.each([
  ['hash:/a, proxy:mysql:/b', { tables: ['hash:/a', 'proxy:mysql:/b'] }],
  ['inline:{ a=b, c=d } pcre:/x', { tables: ['inline:{ a=b, c=d }', 'pcre:/x'] }],
  [
    'socketmap:inet:[::1]:9:virtual',
    { endpoint: { kind: 'tcp', host: '::1', port: 9 }, map: 'virtual' },
  ],
  ['proxy:socketmap:unix:/dev/null:m', { endpoint: { kind: 'unix', path: '/dev/null' }, map: 'm' }],
])('reads %s', async (text, old) => {
  expect(await readOld(text, undefined)).toEqual(old);
});

test.each(['/etc/postfix/virtual', 'hash:/a example.org', ''])(
  'refuses "%s", which names no table',
  async (text) => {
    await expect(readOld(text, undefined)).rejects.toMatchObject({
      code: 64,
      message: expect.stringContaining('write TYPE:NAME'),
    });
  },
);

/** Asks tables that are objects, by their names; tells what was asked for. */
function createTables(tables: Readonly<Record<string, Readonly<Record<string, string>>>>) {
  const asked: string[] = [];
  const ask: AskTables = async (names, keys) => {
    asked.push(`${names.join(' ')}: ${keys.join(' ')}`);
    const found = keys.flatMap((key): [string, Answer][] => {
      const data = names.map((name) => tables[name]?.[key]).find((value) => value !== undefined);
      return data === undefined ? [] : [[key, { status: 'OK', data }]];
    });
    return new Map(found);
  };
  return { ask, asked };
}

test('asks as Postfix does: all tables for the whole, then those that are no patterns for the parts', async () => {
  const { ask, asked } = createTables({
    'hash:a': { 'ann@x.org': 'b@x.org, c@x.org', '@x.org': 'all@x.org' },
    'pcre:b': { 'bob@x.org': 'bobby@x.org', '@x.org': 'never@x.org' },
  });
  const keys = ['ann+news@x.org', 'bob@x.org', 'who@x.org', 'who@y.org'];
  const answers = await askOld(['pcre:b', 'hash:a'], keys, MEANING, ask);
  expect([...answers]).toEqual([
    ['bob@x.org', { status: 'OK', data: 'bobby@x.org' }],
    ['ann+news@x.org', { status: 'OK', data: 'b+news@x.org, c+news@x.org' }],
    ['who@x.org', { status: 'OK', data: 'all@x.org' }],
  ]);
  expect(asked).toEqual([
    'pcre:b hash:a: ann+news@x.org bob@x.org who@x.org who@y.org',
    'hash:a: ann@x.org @x.org @y.org',
  ]);
});

test('a fault ends the search: a later part may not speak for it', async () => {
  const ask: AskTables = async (_, keys) =>
    new Map(
      keys.map((key) => [
        key,
        key.startsWith('@') ? { status: 'OK', data: 'x' } : { status: 'TEMP', reason: 'r' },
      ]),
    );
  expect(await askOld(['hash:a'], ['ann@x.org'], MEANING, ask)).toEqual(
    new Map([['ann@x.org', { status: 'TEMP', reason: 'r' }]]),
  );
});

test('a domain keeps its spelling, which is what Postfix asks', async () => {
  const { ask, asked } = createTables({ 'hash:a': {} });
  await askOld(['hash:a'], ['Jörg+x@Bücher.example'], MEANING, ask);
  expect(asked).toEqual([
    'hash:a: Jörg+x@Bücher.example',
    'hash:a: Jörg@Bücher.example',
    'hash:a: @Bücher.example',
  ]);
});
