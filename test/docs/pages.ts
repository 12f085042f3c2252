import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './worked.ts';

/** What is no part of the repository, or made by a run. */
const FOREIGN = new Set(['node_modules', 'dist', 'program', '.git', '.mutants']);

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
export const proseOf = (page: string): string => withoutBlocks(readPage(page));

const withoutBlocks = (text: string): string => text.replaceAll(/^(`{3,}|~{3,})[^]*?^\1$/gm, '');

/** Where the links of a page's text lead, those to other sites apart. */
export const linksIn = (text: string): readonly string[] =>
  [
    ...withoutBlocks(text)
      .replaceAll(/`[^`\n]*`/g, '')
      .matchAll(/\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s+(\S+)$/gm),
  ]
    .map(([, inline, defined]) => inline ?? defined ?? '')
    .filter((link) => !/^[a-z][a-z\d+.-]*:/i.test(link));

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

/** Links of the pages in a folder that lead to nothing in it, `PAGE: LINK`. */
export function deadLinks(folder: string): readonly string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return paths
    .filter((path) => path.endsWith('.md') && !path.split('/').includes('node_modules'))
    .flatMap((page) =>
      linksIn(readFileSync(join(folder, page), 'utf8'))
        .map((link) => decodeURI(link.split('#')[0] ?? ''))
        .filter((path) => path !== '' && !existsSync(join(folder, dirname(page), path)))
        .map((path) => `${page}: ${path}`),
    );
}
