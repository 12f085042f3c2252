import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { Meaning } from '../../../src/cli/compare/meaning.ts';
import type { CompareOptions } from '../../../src/cli/compare/options.ts';
import { gatherKeys, inBatches } from '../../../src/cli/compare/source.ts';
import { makePlace } from '../../support/instance.ts';

const ALIASES: Meaning = {
  kind: 'aliases',
  keys: 'virtual',
  delimiters: '+',
  propagateExtension: 'yes',
};

async function* listed(): AsyncGenerator<string> {
  yield* ['ann@example.org', '@example.org'];
}

const gather = (options: CompareOptions, meaning = ALIASES): Promise<string[]> =>
  Array.fromAsync(gatherKeys([], options, meaning, listed));

test('a list may have blanks, empty lines and the line ends of other systems', async () => {
  const file = join(await makePlace(), 'list');
  await writeFile(file, '"a b"@example.org\r\n\r\n \n  jörg@example.org \nlast@example.org');
  expect(await gather({ from: file })).toEqual([
    '"a b"@example.org',
    'jörg@example.org',
    'last@example.org',
  ]);
});

test('a log may be compressed, and is asked for domains where the map has those', async () => {
  const file = join(await makePlace(), 'mail.log.1.gz');
  await writeFile(file, gzipSync('x: to=<ann@example.org>, orig_to=<bob@example.net>\n'));
  expect(await gather({ log: file })).toEqual(['ann@example.org', 'bob@example.net']);
  expect(await gather({ log: file }, { ...ALIASES, kind: 'domains', keys: 'exact' })).toEqual([
    'example.org',
    'example.net',
  ]);
});

test('a log that only claims to be compressed ends with its name', async () => {
  const file = join(await makePlace(), 'mail.log.gz');
  await writeFile(file, 'x: to=<ann@example.org>\n');
  await expect(gather({ log: file })).rejects.toMatchObject({
    code: 65,
    message: expect.stringContaining(`--log ${file} can't be read`),
  });
});

test("a table's catch-all is compared by an address that nobody has", async () => {
  expect(await gather({ table: true })).toEqual([
    'ann@example.org',
    'nobody-of-this-name@example.org',
  ]);
  const exact: Meaning = { ...ALIASES, kind: 'table', keys: 'exact' };
  expect(await gather({ table: true }, exact)).toEqual(['ann@example.org', '@example.org']);
});

test('what comes again is dropped, and no batch is larger than asked', async () => {
  async function* keys(): AsyncGenerator<string> {
    yield* ['a', 'b', 'a', 'c', 'b', 'd', 'e'];
  }
  expect(await Array.fromAsync(inBatches(keys(), 2))).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
});

test('a file that is no text is not read into memory', async () => {
  await expect(gather({ from: '/dev/zero' })).rejects.toMatchObject({
    code: 65,
    message: expect.stringContaining("--from /dev/zero can't be read: a line does not end"),
  });
});
