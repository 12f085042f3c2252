import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Bug } from './bugs.ts';

/** What a copy is made of. */
const FOLDERS = ['src', 'test/support', 'test/directory/ldap', 'test/law'];

/** Plants a bug in a copy of the sources and of what tests them, below `home`; gives where that lies. */
export function plant({ bug, file, from, to }: Bug, home: string): string {
  const root = join(home, bug.replaceAll(/\W+/g, '-'));
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  for (const folder of FOLDERS)
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
