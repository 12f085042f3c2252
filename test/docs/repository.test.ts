import { expect, test } from 'vitest';
import { FILES, PAGES, proseOf, readPage } from './pages.ts';
import { readSteps } from './worked.ts';

const DECISIONS = PAGES.filter((page) => /^docs\/decisions\/\d/.test(page));

test('every decision is listed under its title', () => {
  const list = readPage('docs/decisions/README.md');
  const missing = DECISIONS.filter((page) => {
    const [, number = '', title = ''] = /^# (\d+)\. (.+)$/m.exec(readPage(page)) ?? [];
    return !list.includes(`| [${number}](${page.replace('docs/decisions/', '')}) | ${title} |`);
  });
  expect(DECISIONS.length).toBeGreaterThan(15);
  expect(missing).toEqual([]);
});

test.each(DECISIONS)('%s has context, decision and what was measured', (page) => {
  expect(headingsOf(page)).toEqual(['Context', 'Decision', 'What was measured']);
});

const headingsOf = (page: string): readonly string[] =>
  [...proseOf(page).matchAll(/^## (.+)$/gm)].map(([, title = '']) => title);

test('every room of src/ has a row in docs/architecture.md', () => {
  const rows = readPage('docs/architecture.md').match(/^\| `.*$/gm) ?? [];
  const rooms = FILES.flatMap((file) => /^src\/([^/]+\/)$/.exec(file)?.[1] ?? []);
  const missing = rooms.filter(
    (room) => !rows.some((row) => row.split('|')[1]?.includes(`\`${room}\``)),
  );
  expect(rooms.length).toBeGreaterThan(8);
  expect(missing).toEqual([]);
});

const READMES = PAGES.filter((page) => /^src\/.*\/README\.md$/.test(page));

/** The form of a room's README. */
const FORM = [
  'Files, in reading order',
  'May import',
  'Figures',
  'How its none is proved',
  'Tests',
  'Traps',
];

test.each(READMES)('%s has the form of a room', (page) => {
  const headings = headingsOf(page);
  expect(FORM.filter((title) => headings.includes(title))).toEqual(headings);
  expect(headings).toEqual(expect.arrayContaining(['Files, in reading order', 'Tests', 'Traps']));
  expect(readPage(page).split('\n').length).toBeLessThan(70);
});

test('every type of directory that asks a server has a README, and so have the rooms that all share', () => {
  const rooms = [
    'directory/ldap',
    'directory/keycloak',
    'directory/file',
    'directory/people',
    'directory/trust',
    'lookup',
    'net',
  ];
  expect(READMES.toSorted()).toEqual(
    expect.arrayContaining(rooms.map((room) => `src/${room}/README.md`)),
  );
});

/** Pages for those who change the code; what is made is not looked at, nor other projects' files. */
const MAINTAINED = ['STYLE.md', 'CONTRIBUTING.md', 'SECURITY.md', ...PAGES].filter(
  (page) =>
    /^(?:STYLE|CONTRIBUTING|SECURITY)\.md$/.test(page) ||
    /^docs\/(?:architecture|trust|glossary|decisions\/.*)\.md$/.test(page) ||
    READMES.includes(page),
);

/** What the worked examples and the build make. */
const MADE = [...readSteps().map(({ path }) => path), 'dist/', 'program/'];

test.each([...new Set(MAINTAINED)])('every file and folder that %s names is there', (page) => {
  const text = proseOf(page).replace(/^## Models worth opening$[^]*?^## /m, '');
  const named = [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)*(?:\.(?:ts|md)|\/))`/g)].map(
    ([, name = '']) => name,
  );
  const missing = named.filter(
    (name) => ![...FILES, ...MADE].some((file) => file === name || file.endsWith(`/${name}`)),
  );
  expect(missing).toEqual([]);
});
