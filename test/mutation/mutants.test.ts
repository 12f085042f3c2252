import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MUTANTS } from './mutants.ts';

const SRC = join(import.meta.dirname, '../../src');

test.each(MUTANTS)('a bug can still be planted: $bug', ({ file, from, to }) => {
  const text = readFileSync(join(SRC, file), 'utf8');
  expect(text.split(from)).toHaveLength(2);
  expect(text.replace(from, () => to)).not.toBe(text);
});
