import { describe, expect, test } from 'vitest';
import { holding, shipPage } from '../../deploy/package/pages.ts';
import { layPages } from '../../deploy/package/stage.ts';
import { deadLinks } from '../docs/pages.ts';
import { makePlace } from '../support/instance.ts';

const has = holding(['README.md', 'docs/trust.md', 'deploy/systemd/idpmap.service']);
const FILES = 'https://example.org/idpmap/blob/HEAD/';

describe('a page in a package', () => {
  test.each([
    ['[trust](trust.md#proof)', 'docs/a.md'],
    ['[the unit](../deploy/systemd)', 'docs/a.md'],
    ['[home](../README.md)', 'docs/a.md'],
    ['[above](#above)', 'docs/a.md'],
    ['[Postfix](https://www.postfix.org)', 'docs/a.md'],
    ['`[not a link](STYLE.md)`', 'README.md'],
    ['```\n[not a link](STYLE.md)\n```', 'README.md'],
  ])('keeps %j', (text, page) => {
    expect(shipPage(text, page, { has })).toBe(text);
  });

  test.each([
    [
      'read [STYLE](STYLE.md#words).',
      'README.md',
      'read STYLE.',
      `read [STYLE](${FILES}STYLE.md#words).`,
    ],
    [
      '[`a.test.ts`](../test/a.test.ts)',
      'docs/a.md',
      '`a.test.ts`',
      `[\`a.test.ts\`](${FILES}test/a.test.ts)`,
    ],
    ['`x` [a](b.md), [c](d/)', 'README.md', '`x` a, c', `\`x\` [a](${FILES}b.md), [c](${FILES}d)`],
  ])(
    'of %j, whose target is not shipped, keeps the words, or leads to the public address',
    (text, page, words, led) => {
      expect(shipPage(text, page, { has })).toBe(words);
      expect(shipPage(text, page, { has, files: FILES })).toBe(led);
    },
  );
});

test('every link of the pages that a Linux package has leads to something in it', async () => {
  const place = await makePlace();
  await layPages(place);
  expect(deadLinks(place)).toEqual([]);
});
