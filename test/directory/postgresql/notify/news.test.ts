import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Concern } from '../../../../src/directory/hooks.ts';
import { createNews } from '../../../../src/directory/postgresql/notify/news.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function hearNews() {
  const concerns: Concern[] = [];
  let lists = 0;
  const news = createNews({
    changed: (concern) => concerns.push(concern),
    domainsChanged: () => {
      lists += 1;
    },
  });
  const addresses = (): readonly string[] =>
    concerns.flatMap((concern) => (concern === 'everything' ? [] : [...concern.addresses]));
  const everybody = (): number => concerns.filter((each) => each === 'everything').length;
  return { news, concerns, addresses, everybody, lists: () => lists };
}

const naming = (...addresses: readonly string[]) => ({ addresses, domains: [] });

describe('who has changed', () => {
  test('is passed on at once, with all groups, whose members they may be', () => {
    const { news, concerns } = hearNews();
    news.changed(naming('ann@example.org'));
    expect(concerns).toEqual([
      {
        ids: new Set(),
        addresses: new Set(['ann@example.org']),
        domains: new Set(),
        groups: 'all',
      },
    ]);
  });

  test('however often it is said, is passed on five times a second, and nobody is left out', () => {
    const { news, concerns, addresses } = hearNews();
    const all = Array.from({ length: 1000 }, (_, i) => `user${i}@example.org`);
    for (const address of all) {
      news.changed(naming(address));
      vi.advanceTimersByTime(1);
    }
    vi.advanceTimersByTime(200);
    expect(concerns.length).toBeLessThanOrEqual(7);
    expect(addresses()).toEqual(all);
  });

  test('more at once than are looked for one by one, are everybody', () => {
    const { news, addresses, everybody } = hearNews();
    news.changed(naming('first@example.org'));
    for (let i = 0; i < 5000; i++) news.changed(naming(`user${i}@example.org`));
    vi.advanceTimersByTime(200);
    expect(everybody()).toBe(1);
    expect(addresses().length).toBeLessThan(1001);
  });

  test('everybody, however often, is passed on once in five seconds', () => {
    const { news, everybody, lists } = hearNews();
    for (let i = 0; i < 900; i++) {
      news.changed('everybody');
      vi.advanceTimersByTime(10);
    }
    expect(everybody()).toBe(2);
    vi.advanceTimersByTime(60_000);
    expect(everybody()).toBe(3);
    expect(lists()).toBeLessThanOrEqual(7);
  });

  test('some, while everybody waits for their turn, are passed on all the same', () => {
    const { news, addresses } = hearNews();
    news.changed('everybody');
    news.changed('everybody');
    news.changed(naming('ann@example.org'));
    expect(addresses()).toEqual(['ann@example.org']);
  });

  test('a domain is listed anew', () => {
    const { news, concerns, lists } = hearNews();
    news.changed({ addresses: [], domains: ['example.org'] });
    expect(lists()).toBe(1);
    expect(concerns).toMatchObject([{ domains: new Set(['example.org']) }]);
  });

  test('is not passed on after the end', () => {
    const { news, addresses } = hearNews();
    news.changed(naming('ann@example.org'));
    news.changed(naming('bob@example.org'));
    news.stop();
    vi.advanceTimersByTime(60_000);
    expect(addresses()).toEqual(['ann@example.org']);
  });
});
