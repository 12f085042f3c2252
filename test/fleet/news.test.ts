import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concernOf, createOutdated, type News, newsOf } from '../../src/fleet/news.ts';
import { account, group } from '../support/scripted.ts';

const ANN = account('ann@x.org', { id: '1', aliases: ['a@x.org'] });
const TEAM = group('team@x.org', ['bob@y.org'], { id: '2' });

const forget = (concern: Partial<(News & { op: 'forget' })['concern']>): News => ({
  op: 'forget',
  directory: 'd',
  concern: { ids: [], addresses: [], ...concern },
});

const worth = (news: News, key: string, values: readonly unknown[], mark = 1000): string => {
  const outdated = createOutdated('d');
  outdated.note(news, 1000);
  return outdated.judge(mark, key, values);
};

test.each<[string, News, string, readonly unknown[]]>([
  ['its id', forget({ ids: ['1'] }), 'other@x.org', [ANN]],
  ['its key', forget({ addresses: ['ann+x@x.org'] }), 'ann+x@x.org', []],
  ['an alias', forget({ addresses: ['a@x.org'] }), 'ann@x.org', [ANN]],
  ['its domain', forget({ domains: ['x.org'] }), 'new@x.org', []],
  ['any user, for a group', forget({ ids: ['9'] }), 'team@x.org', [TEAM]],
  ['a purge of its address', { op: 'purge', what: { address: 'ann@x.org' } }, 'ann@x.org', [ANN]],
  [
    'a purge of a member’s domain',
    { op: 'purge', what: { domain: 'y.org' } },
    'team@x.org',
    [TEAM],
  ],
  ['a purge of the directory', { op: 'purge', what: { directory: 'd' } }, 'ann@x.org', [ANN]],
  ['a purge of all', { op: 'purge', what: { all: true } }, '.x.org', ['row']],
])(
  'news of %s make an answer of before them unusable, and none of after them',
  (_, news, key, values) => {
    expect(worth(news, key, values)).toBe('gone');
    expect(worth(news, key, values, 2000)).toBe('good');
  },
);

test.each<[News, string, readonly unknown[]]>([
  [forget({ ids: ['9'], addresses: ['z@x.org'] }), 'ann@x.org', [ANN]],
  [{ op: 'purge', what: { directory: 'e' } }, 'ann@x.org', [ANN]],
  [{ op: 'expire', directory: 'e' }, 'ann@x.org', [ANN]],
  [{ op: 'purge', what: { domain: 'org' } }, 'ann@x.org', [ANN]],
])('news that do not concern it leave an answer as it is: %j', (news, key, values) => {
  expect(worth(news, key, values)).toBe('good');
});

test('where too many are named to remember them, all that any news outdated is outdated, in whatever order they came', () => {
  const outdated = createOutdated('d');
  outdated.note(forget({ ids: ['1'] }), 3000);
  // Told again by a daemon that was cut off.
  outdated.note(forget({ ids: Array.from({ length: 50_000 }, (_, i) => `other${i}`) }), 1000);
  expect(outdated.judge(2000, 'ann@x.org', [ANN])).toBe('gone');
  expect(outdated.judge(4000, 'ann@x.org', [ANN])).toBe('good');
});

test('`expire` lets who was found stand in, and no more', () => {
  expect(worth({ op: 'expire', directory: 'd' }, 'ann@x.org', [ANN])).toBe('old');
});

test('a concern is the same after it was told', () => {
  const concern = {
    ids: new Set(['1']),
    addresses: new Set(['a@x.org']),
    domains: new Set(['x.org']),
    groups: 'all' as const,
  };
  const news = newsOf('d', concern);
  expect(news.op === 'forget' && concernOf(news.concern)).toEqual(concern);
  expect(newsOf('d', 'everything')).toEqual({ op: 'expire', directory: 'd' });
});

/** Whatever is told in whatever order, an answer whose question began before news that concern it never survives them. */
test('an answer of before news that concern it never survives, in any order of asking, telling and hearing', () => {
  const key = fc.constantFrom('ann@x.org', 'bob@x.org', 'bob@y.org');
  const event = fc.record({
    key,
    at: fc.nat(100_000),
    kind: fc.constantFrom('address', 'domain', 'all'),
  });
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 30 }),
      fc.array(fc.record({ key, mark: fc.nat(100_000) }), { maxLength: 30 }),
      fc.infiniteStream(fc.boolean()),
      (told, asked, order) => {
        const outdated = createOutdated('d');
        const heard: typeof told = [];
        const late = [...told];
        for (const { key: about, mark } of asked) {
          for (const isNow of order) {
            const next = isNow ? late.shift() : undefined;
            if (next === undefined) break;
            heard.push(next);
            outdated.note({ op: 'purge', what: whatOf(next) }, next.at);
          }
          const isBefore = heard.some((news) => mark <= news.at && isAbout(news, about));
          if (isBefore) expect(outdated.judge(mark, about, [])).toBe('gone');
        }
      },
    ),
  );
});

const whatOf = ({ kind, key }: { readonly kind: string; readonly key: string }) => {
  if (kind === 'address') return { address: key };
  return kind === 'domain' ? { domain: key.slice(key.indexOf('@') + 1) } : { all: true as const };
};

const isAbout = (news: { readonly kind: string; readonly key: string }, key: string): boolean =>
  news.kind === 'all' ||
  news.key === key ||
  (news.kind === 'domain' && news.key.split('@')[1] === key.split('@')[1]);

test('so many names that they can not be kept are everybody', () => {
  const outdated = createOutdated('d');
  outdated.note(forget({ ids: Array.from({ length: 50_001 }, (_, i) => `id${i}`) }), 1000);
  expect(outdated.judge(900, 'zoe@x.org', [])).toBe('gone');
  expect(outdated.judge(2000, 'zoe@x.org', [])).toBe('good');
});
