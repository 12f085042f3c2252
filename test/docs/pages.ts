import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './worked.ts';

/** What is no part of the repository, or made by a run. */
const FOREIGN = new Set(['node_modules', 'dist', '.git', '.mutants']);

/** All files of the repository, and all folders with a slash behind; by their paths in it. */
export const FILES: readonly string[] = list('');

function list(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter(({ name }) => !FOREIGN.has(name))
    .flatMap((entry) => {
      const path = `${folder}${entry.name}`;
      return entry.isDirectory() ? [`${path}/`, ...list(`${path}/`)] : [path];
    });
}

/** All pages. */
export const PAGES: readonly string[] = FILES.filter((file) => file.endsWith('.md'));

export const readPage = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

/** A page without its blocks of code. */
export const proseOf = (page: string): string =>
  readPage(page).replaceAll(/^(`{3,}|~{3,})[^]*?^\1$/gm, '');

/** The anchors that a page's headings have on GitHub; one that is there twice is numbered. */
export function anchorsOf(page: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, title = ''] of proseOf(page).matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = title
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let i = 1; anchors.has(anchor); i++) anchor = `${slug}-${i}`;
    anchors.add(anchor);
  }
  return anchors;
}
