import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listExports, PAGE, writePage } from '../../src/library/reference.ts';

test('no name that the library gives is without a docstring', async () => {
  const all = await listExports();
  expect(all.length).toBeGreaterThan(80);
  expect(all.filter(({ text }) => text === undefined).map(({ name }) => name)).toEqual([]);
});

test('the reference is made of them (else npm run reference)', async () => {
  const page = readFileSync(join(import.meta.dirname, '../..', PAGE), 'utf8');
  expect(page).toBe(writePage(await listExports()));
});
