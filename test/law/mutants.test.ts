import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { BUGS, type Bug, SIGHT_BUGS } from './bugs.ts';
import type * as Law from './law.ts';
import type * as Mirrors from './mirror.ts';
import { MIRROR_BUGS } from './mirrorbugs.ts';
import type * as Sight from './sight.ts';

const HERE = join(import.meta.dirname, '..', '.mutants');
afterAll(() => rmSync(HERE, { recursive: true, force: true }));

/** Plants a bug in a copy of the sources and of what the law is made of; gives where that lies. */
function plant({ bug, file, from, to }: Bug): string {
  const root = join(HERE, bug.replaceAll(/\W+/g, '-'));
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  for (const folder of ['src', 'test/support', 'test/directory/ldap', 'test/law'])
    cpSync(join(import.meta.dirname, '../..', folder), join(root, folder), { recursive: true });
  symlinkSync(join(import.meta.dirname, '../../node_modules'), join(root, 'node_modules'));
  const source = readFileSync(join(root, 'src', file), 'utf8');
  expect(source, 'what the bug replaces').toContain(from);
  writeFileSync(
    join(root, 'src', file),
    source.replace(from, () => to),
  );
  return root;
}

test.each(BUGS)('the law finds it when $bug', { timeout: 600_000 }, async (bug) => {
  const { checkLaw }: typeof Law = await import(join(plant(bug), 'test/law/law.ts'));
  await expect(checkLaw(3000, { shrinks: 'no' })).rejects.toThrow('Property failed');
});

test.each(SIGHT_BUGS)(
  'the law of what is seen finds it when $bug',
  {
    timeout: 600_000,
  },
  async (bug) => {
    const { checkSight }: typeof Sight = await import(join(plant(bug), 'test/law/sight.ts'));
    await expect(checkSight(1000, { shrinks: 'no' })).rejects.toThrow('Property failed');
  },
);

test.each(MIRROR_BUGS)(
  'the law for mirrors finds it when $bug',
  {
    timeout: 600_000,
  },
  async (bug) => {
    const { checkMirror }: typeof Mirrors = await import(join(plant(bug), 'test/law/mirror.ts'));
    await expect(checkMirror(2000, { shrinks: 'no' })).rejects.toThrow('Property failed');
  },
);
