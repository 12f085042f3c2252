import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { anchorsOf, FILES, linksIn, PAGES, readPage } from './pages.ts';

const linksOf = (page: string): readonly string[] => linksIn(readPage(page));

function isBroken(page: string, link: string): boolean {
  const [path = '', anchor] = decodeURI(link).split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!FILES.includes(target) && !FILES.includes(`${target.replace(/\/$/, '')}/`)) return true;
  return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).has(anchor);
}

test.each(PAGES)('every link of %s leads somewhere', (page) => {
  expect(linksOf(page).filter((link) => isBroken(page, link))).toEqual([]);
});

test('links are found at all', () => {
  expect(PAGES.flatMap(linksOf).length).toBeGreaterThan(200);
});
