import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { check } from '../../src/cli/check/check.ts';
import { configValidate } from '../../src/cli/config.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { initKeycloak } from '../../src/cli/init/keycloak.ts';
import { postfix } from '../../src/cli/postfix/postfix.ts';
import { checkText } from '../../src/directory/file/check.ts';
import { PRESETS } from '../../src/directory/ldap/people/presets.ts';
import { SQL_PRESETS } from '../../src/directory/sql/presets/presets.ts';
import { capture, configure } from '../support/command.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

const readPage = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

interface Example {
  readonly name: string;
  readonly text: string;
  readonly tree: Readonly<Record<string, unknown>>;
}

const examples: readonly Example[] = PAGES.flatMap((page) => {
  const text = readPage(page);
  return [...text.matchAll(/^```ya?ml\n(.*?)^```$/gms)].map((match): Example => {
    const [, block = ''] = match;
    const line = text.slice(0, match.index).split('\n').length;
    return { name: `${page}:${line}`, text: block, tree: parse(block) };
  });
});
const isGroup = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const configurations = examples.filter(
  ({ tree: { domains, directories } }) => isGroup(domains) || isGroup(directories),
);
const people = examples.filter(({ tree }) => 'accounts' in tree || 'groups' in tree);

test('there are examples of both', () => {
  expect(configurations.length).toBeGreaterThan(2);
  expect(people.length).toBeGreaterThan(1);
});

/** What a fragment leaves to the rest of the page. */
function restOf({ tree }: Example): string {
  if (!isGroup(tree['domains'])) {
    const [name = ''] = Object.keys(Object(tree['directories']));
    return `domains: { rest.example: { directory: ${name} } }\n`;
  }
  if (isGroup(tree['directories'])) return '';
  const domains: Readonly<Record<string, { directory?: string | readonly string[] }>> = Object(
    tree['domains'],
  );
  const names = Object.values(domains).flatMap(({ directory = [] }) => directory);
  const files = [...new Set(names)].map((name) => `${name}: { type: file, path: people.yaml }`);
  return `directories: { ${files.join(', ')} }\n`;
}

/** The secrets that examples name; those below /run/secrets lie beside the configuration here. */
const SECRETS = ['ldap', 'ldap.secret', 'keycloak', 'postgresql', 'mysql', 'mail.secret', 'hr'];

/** The module that they load. */
const MODULE = readFileSync(join(ROOT, 'docs/examples/hr.ts'), 'utf8');

/** The files of somebody who follows an example. */
const filesFor = (text: string): Readonly<Record<string, string>> => ({
  'idpmap.yaml': text.replaceAll('/run/secrets/', '').replaceAll('/etc/idpmap/hr.ts', './hr.ts'),
  'hr.ts': MODULE,
  ...Object.fromEntries(SECRETS.map((name) => [name, 'secret'])),
});

test.each(configurations)('$name is a configuration without mistakes', async (example) => {
  const { config } = await configure(filesFor(example.text + restOf(example)));
  const { code, text: told } = await capture(() => configValidate({ config }));
  expect([code, told]).toEqual([EXIT.ok, `${config}: no mistakes\n`]);
});

test.each(people)('$name is a people file without mistakes', ({ text }) => {
  expect(checkText(text, 'people.yaml')).toHaveProperty('content');
});

test('README.md shows what idpmap postfix prints for its configuration', async () => {
  const [first] = configurations.filter(({ name }) => name.startsWith('README.md'));
  const { config } = await configure(filesFor(first?.text ?? ''));
  const { text } = await capture(() => postfix({ config, queueDirectory: '/var/spool/postfix' }));
  expect(readPage('README.md')).toContain(`\`\`\`\n${text.replaceAll(/^#.*\n/gm, '')}\`\`\``);
});

test('the first steps of README.md with a file pass the check', async () => {
  const [first] = configurations.filter(
    ({ name, text }) => name.startsWith('README.md') && text.includes('type: file'),
  );
  const [folk] = people.filter(({ name }) => name.startsWith('README.md'));
  const { config } = await configure({
    'idpmap.yaml': first?.text ?? '',
    'people.yaml': folk?.text ?? '',
  });
  const { code, text } = await capture(() =>
    check({ config, queueDirectory: '/var/spool/postfix' }),
  );
  expect(code).toBe(EXIT.ok);
  expect(text).not.toMatch(/^(warning|failed)/m);
});

test('docs/directories.md shows the configuration that idpmap init keycloak prints', async () => {
  const page = readPage('docs/directories.md');
  const { text } = await capture(() =>
    initKeycloak({
      url: 'https://sso.example.org',
      realm: 'mail',
      client: 'idpmap',
      domain: ['example.org'],
      aliases: 'mailAlias',
      groups: 'mail',
      events: true,
      only: 'config',
    }),
  );
  expect(page).toContain(`\`\`\`yaml\n${text.replace(/^(?:#.*\n)+/, '')}\`\`\``);
});

test('docs/directories.md tells what each preset of LDAP looks for, and which are untested', () => {
  const page = readPage('docs/directories.md');
  const rows = Object.entries(PRESETS).map(([name, { tested, accounts, groups }]) => {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`)) ?? '';
    const { filter, address, aliases, logins, disabled } = accounts;
    const ofGroups = groups.address.length === 0 ? [] : [groups.filter, ...groups.memberDns];
    const all = [filter, ...address, ...aliases, ...logins, ...disabled, ...ofGroups];
    const isWhole = all.every((text) => row.includes(`\`${text.replaceAll('|', '\\|')}\``));
    return { name, isWhole, isToldUntested: row.includes('*untested*') === !tested };
  });
  const faulty = rows.filter(({ isWhole, isToldUntested }) => !isWhole || !isToldUntested);
  expect(faulty).toEqual([]);
});

test('docs/directories.md tells what each preset of SQL reads', () => {
  const page = readPage('docs/directories.md');
  const rows = Object.entries(SQL_PRESETS).map(([name, { product, engines, columns }]) => {
    const reads = Object.entries(columns).map(
      ([table, names]) => `\`${table}\` (${names.map((each) => `\`${each}\``).join(', ')})`,
    );
    return `| \`${name}\` | ${product} | ${engines.join(', ')} | ${reads.join(', ')} |`;
  });
  expect(page.split('\n').filter((line) => rows.includes(line))).toEqual(rows);
});

/** As GitHub names the headings of a page. */
const anchorsOf = (page: string): ReadonlySet<string> =>
  new Set(
    [...readPage(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );

test.each(PAGES)('%s links to chapters that are there', (page) => {
  const links = [...readPage(page).matchAll(/\]\(([\w./-]*)#([^)]+)\)/g)];
  const broken = links.filter(([, file = '', anchor = '']) => {
    const target = file === '' ? page : join(dirname(page), file);
    return !anchorsOf(target).has(anchor);
  });
  expect(broken.map(([link]) => link)).toEqual([]);
});
