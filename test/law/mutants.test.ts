import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { BUGS } from './bugs.ts';
import type * as Law from './law.ts';

const HERE = join(import.meta.dirname, '..', '.mutants');
afterAll(() => rmSync(HERE, { recursive: true, force: true }));

test.each(BUGS)(
  'the law finds it when $bug',
  { timeout: 600_000 },
  async ({ bug, file, from, to }) => {
    const root = join(HERE, bug.replaceAll(/\W+/g, '-'));
    rmSync(root, { recursive: true, force: true });
    mkdirSync(root, { recursive: true });
    for (const folder of ['src', 'test/support', 'test/law'])
      cpSync(join(import.meta.dirname, '../..', folder), join(root, folder), { recursive: true });
    symlinkSync(join(import.meta.dirname, '../../node_modules'), join(root, 'node_modules'));
    const source = readFileSync(join(root, 'src', file), 'utf8');
    expect(source, 'what the bug replaces').toContain(from);
    writeFileSync(join(root, 'src', file), source.replace(from, to));
    const { checkLaw }: typeof Law = await import(join(root, 'test/law/law.ts'));
    await expect(checkLaw(3000, { shrinks: 'no' })).rejects.toThrow('Property failed');
  },
);
