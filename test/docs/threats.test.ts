import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPage } from './pages.ts';
import { ROOT } from './worked.ts';

const PAGE = readPage('docs/threats.md');

/** Tests as the page names them: `[words](../test/FILE): *title*, *title*`. */
const named = [...PAGE.matchAll(/\]\(\.\.\/(test\/[\w./-]+)\):((?:\s*\*[^*]+\*,?)+)/g)].flatMap(
  ([, file = '', titles = '']) =>
    [...titles.matchAll(/\*([^*]+)\*/g)].map(([, title = '']) => ({
      file,
      title: title.replaceAll(/\s+/g, ' '),
    })),
);

/** A test's file as its titles are read: whatever quotation marks they stand in. */
const readTest = (file: string): string =>
  existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), 'utf8').replaceAll("\\'", "'") : '';

test.each(named)('docs/threats.md names a test that is there: $file, $title', ({ file, title }) => {
  expect(readTest(file)).toContain(title);
});

test('every link to a test names a title of it', () => {
  const links = [...PAGE.matchAll(/\]\(\.\.\/(test\/[\w./-]+)\)/g)].map(([, file = '']) => file);
  const files = new Set(named.map(({ file }) => file));
  expect(links.filter((file) => !files.has(file))).toEqual([]);
  expect(named.length).toBeGreaterThan(40);
});

test('each of those who threaten has a chapter', () => {
  const [table = ''] = PAGE.split('\n## ');
  const rows = [...table.matchAll(/^\| ([^|]+?) \| /gm)].map(([, who = '']) => who).slice(1);
  const chapters = [...PAGE.matchAll(/^## (.*)$/gm)].map(([, title = '']) => title.toLowerCase());
  expect(rows).toHaveLength(chapters.length);
  expect(
    rows.filter(
      (who) => !chapters.some((title) => title.startsWith(who.toLowerCase().split(',')[0] ?? '')),
    ),
  ).toEqual([]);
});
