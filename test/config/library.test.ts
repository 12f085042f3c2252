import { expect, test } from 'vitest';
import { z } from 'zod';
import { loadConfig } from '../../src/config/load.ts';
import { printConfig } from '../../src/config/print.ts';
import { writeEnvExample } from '../../src/config/reference/env-example.ts';
import { writeJsonSchema } from '../../src/config/reference/json-schema.ts';
import { writePage } from '../../src/config/reference/page.ts';
import { count, flag, path } from '../../src/config/schema/values.ts';
import { type Configured, createSchema } from '../../src/config/schema.ts';
import type { DirectorySchema } from '../../src/config/settings/directories.ts';
import { TYPES } from '../../src/directory/types.ts';
import { createScratch } from './fixture.ts';

/** Two types that idpmap has not. */
const ledger = {
  type: 'ledger',
  schema: z.strictObject({
    type: z.literal('ledger').meta({ description: 'A ledger.' }),
    book: path().meta({ description: 'The book.', examples: ['/srv/book'] }),
    drawers: z
      .record(z.string(), z.strictObject({ size: count(1).meta({ description: 'How large.' }) }))
      .prefault({})
      .meta({ description: 'Its drawers.' }),
  }),
  sample: { book: 'book.txt' },
  tables: { setting: 'drawers' },
  check: async ({ book }) =>
    String(book).endsWith('.bin') ? [{ path: ['book'], message: "can't be read: bytes" }] : [],
} satisfies DirectorySchema;

const oracle = {
  type: 'oracle',
  schema: z.strictObject({
    type: z.literal('oracle').meta({ description: 'An oracle.' }),
    omens: flag().prefault(false).meta({ description: 'Lists domains.' }),
  }),
  sample: {},
  lists: 'omens',
  tables: 'none',
} satisfies DirectorySchema;

const SCHEMA = createSchema<typeof ledger | typeof oracle>([ledger, oracle]);
type Settings = Configured<typeof ledger | typeof oracle>;

const loadText = async (text: string) => {
  using scratch = createScratch();
  const file = scratch.write('idpmap.yaml', text);
  return await loadConfig<Settings>(SCHEMA, { environment: {}, file });
};

const withBooks = (books: string, more = ''): string =>
  `domains: { example.org: { directory: books } }\ndirectories: { books: ${books} }\n${more}`;

test('reads directories of the types that it is given', async () => {
  const { settings } = await loadText(withBooks('{ type: ledger, book: /b }'));
  expect(settings.directories['books']).toEqual({ type: 'ledger', book: '/b', drawers: {} });
});

test('prints them so that they load again', async () => {
  const text = withBooks('{ type: ledger, book: /b, drawers: { top: { size: 7 } } }');
  const { settings } = await loadText(text);
  const again = await loadText(printConfig<Settings>(SCHEMA, settings));
  expect(again.settings).toEqual(settings);
});

const MAP = 'maps: { m: { kind: table, directory: books, table: tip } }';

test.each([
  [
    'a type that it was not given',
    withBooks('{ type: file, path: x }'),
    '2:31: directories.books.type: unknown type "file", known are ledger, oracle',
  ],
  [
    'a setting of another type',
    withBooks('{ type: oracle, book: /b }'),
    '2:39: directories.books.book: applies to type ledger only, this is type oracle',
  ],
  [
    'what only the type can read',
    withBooks('{ type: ledger, book: a.bin }'),
    "2:45: directories.books.book: can't be read: bytes",
  ],
  [
    'a table that is not configured where the type says that they are',
    withBooks('{ type: ledger, book: /b, drawers: { top: { size: 7 } } }', MAP),
    '3:52: maps.m.table: there is no table "tip" in directories.books.drawers, did you mean "top"?',
  ],
  [
    'a table of a type that has none',
    withBooks('{ type: oracle }', MAP),
    '3:52: maps.m.table: a directory of type oracle has no tables',
  ],
  [
    'that there is no domain, and which setting would list them',
    'directories: { books: { type: ledger, book: /b } }',
    'domains: no domain is configured, so no mail could be answered for, write domains: { example.org: { directory: books } } or give a directory omens: true',
  ],
])('tells %s', async (_, text, mistake) => {
  await expect(loadText(text)).rejects.toThrow(mistake);
});

test('needs no domain where a directory lists them by the setting that its type names', async () => {
  const { settings } = await loadText('directories: { books: { type: oracle, omens: true } }');
  expect(settings.domains).toEqual({});
});

test('shows the first type where it shows how to begin', async () => {
  const nothing = loadConfig(SCHEMA, { environment: {}, defaultFile: '/nonexistent.yaml' });
  await expect(nothing).rejects.toThrow('    people:\n      type: ledger\n      book: book.txt\n');
  expect(writePage(SCHEMA)).toContain('  people: { type: ledger, book: book.txt }\n');
  expect(writePage(SCHEMA)).toContain('`IDPMAP_DIRECTORIES__PEOPLE__BOOK`');
  expect(writeEnvExample(SCHEMA)).toContain(
    '\nIDPMAP_DIRECTORIES__PEOPLE__TYPE=ledger\nIDPMAP_DIRECTORIES__PEOPLE__BOOK=/srv/book\n',
  );
});

test('says nothing of any other type', () => {
  const told = [writePage(SCHEMA), writeEnvExample(SCHEMA), writeJsonSchema(SCHEMA)].join('\n');
  const others = TYPES.map(({ type }) => `type: ${type}`).filter((text) => told.includes(text));
  expect(others).toEqual([]);
});
