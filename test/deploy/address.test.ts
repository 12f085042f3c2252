import { describe, expect, test } from 'vitest';
import { publicAddress, readAddress, writeAddress } from '../../deploy/generate/address.ts';
import { chartDescription } from '../../deploy/generate/chart/description.ts';
import { listGenerated } from '../../deploy/generate/generate.ts';
import { anchorsOf, FILES, readPage } from '../docs/pages.ts';
import { read } from './fixture.ts';

const manifest = read('package.json');
const SITE = readAddress('https://idpmap.invalid/files');
const NOWHERE = listGenerated(undefined);

/** Every address in what is generated that begins with `start`, without it. */
const linksOf = (generated: Readonly<Record<string, string>>, start: string): readonly string[] =>
  Object.values(generated).flatMap((text) =>
    text
      .split(start)
      .slice(1)
      .map((rest) => /^[\w./#-]*/.exec(rest)?.[0] ?? ''),
  );

/** Whether a file of the repository is there, and what stands behind `#` in it. */
function isThere(link: string): boolean {
  const [page = '', anchor] = link.split('#');
  return FILES.includes(page) && (anchor === undefined || anchorsOf(page).has(anchor));
}

test.each([
  ['https://github.com/some/where', 'https://github.com/some/where/blob/HEAD/'],
  ['https://github.com/some/where/#readme', 'https://github.com/some/where/blob/HEAD/'],
  ['https://mail.example.net/idpmap//', 'https://mail.example.net/idpmap/'],
])('the files of %s are below %s', (text, files) => {
  expect(readAddress(text).files).toBe(files);
});

test.each(['idpmap', 'git@github.com:some/where.git', 'file:///srv', 'https://a.example/?x'])(
  '%s is no address of a project',
  (text) => {
    expect(() => readAddress(text)).toThrow(`"${text}" is no address of a project, write https://`);
  },
);

test('an address is kept in package.json, and comes from there', () => {
  const kept = writeAddress(manifest, readAddress('https://github.com/some/where'));
  expect(JSON.parse(kept)).toEqual({
    ...JSON.parse(manifest),
    homepage: 'https://github.com/some/where',
    repository: { type: 'git', url: 'git+https://github.com/some/where.git' },
    bugs: { url: 'https://github.com/some/where/issues' },
  });
  expect(publicAddress(kept)?.files).toBe('https://github.com/some/where/blob/HEAD/');
});

test('the chart has an address in all its places, and in none once it is gone', () => {
  const bare = chartDescription(undefined);
  const published = chartDescription(SITE, bare);
  expect(published.split(SITE.home).length - 1).toBe(7);
  expect(published).toContain(`\nhome: ${SITE.home}\n`);
  expect(chartDescription(undefined, published)).toBe(bare);
});

describe('what is generated', () => {
  test('links to pages that are there, below the project’s address', () => {
    const links = linksOf(listGenerated(SITE), SITE.files);
    expect(links.filter((link) => link !== '' && !isThere(link))).toEqual([]);
    expect(links.length).toBeGreaterThan(100);
  });

  test('links nowhere while the project is nowhere, and names pages that are there', () => {
    const { 'helm/idpmap/Chart.yaml': _, ...others } = NOWHERE;
    const links = Object.values(others).flatMap((text) => text.match(/https?:\/\/\S+/g) ?? []);
    expect(links).toEqual([]);
    const pages = Object.values(others).flatMap(
      (text) => text.match(/docs\/[\w./-]+md(#\w+)?/g) ?? [],
    );
    expect(pages.filter((page) => !isThere(page))).toEqual([]);
    expect(pages.length).toBeGreaterThan(100);
  });

  test('names the same pages in the chart, whoever has published it', () => {
    for (const path of [
      'helm/idpmap/files/rules.yaml',
      'helm/idpmap/files/dashboards/overview.json',
    ])
      expect(listGenerated(SITE)[path]).toBe(NOWHERE[path]);
    const links = linksOf(NOWHERE, '{files}');
    expect(links.filter((link) => !isThere(link))).toEqual([]);
    expect(links.length).toBeGreaterThan(30);
  });
});

test('no file names a place on the web where the project is not', () => {
  const { home } = publicAddress() ?? {};
  const places = /https?:\/\/(?:idpmap\.example|(?:www\.)?github\.com\/idpmap)(?:\/|\s|"|$)/;
  const texts = FILES.filter((file) => !file.endsWith('/') && !/\.(?:png|ico|woff2)$/.test(file));
  const own = 'test/deploy/address.test.ts';
  const wrong = texts.filter((file) => file !== own && places.test(readPage(file)));
  expect(home === undefined ? wrong : []).toEqual([]);
});
