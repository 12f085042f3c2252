import fc from 'fast-check';
import { expect, test } from 'vitest';
import { listEverybody } from '../../../../src/directory/keycloak/follow/listing.ts';
import type { Ask } from '../../../../src/directory/keycloak/http/api.ts';

const NOW = 1_800_000_000_000;
const { signal } = new AbortController();

interface Person {
  readonly id: string;
  readonly username: string;
  readonly enabled: boolean;
  /** Absent: imported long ago. */
  readonly createdTimestamp?: number;
}

const person = (n: number, createdTimestamp: number | undefined): Person => ({
  id: `id-${n}`,
  username: `user-${String(n).padStart(6, '0')}`,
  enabled: true,
  ...(createdTimestamp !== undefined && { createdTimestamp }),
});

/** A realm that shows users as Keycloak does; before 26.6 it takes no notice of dates. */
function createRealm(people: Person[], readsDates: boolean) {
  const offsets: number[] = [];
  const fits = (query: Parameters<Ask>[1]) => {
    const [after, before] = [
      Number(query['createdAfter'] ?? 0),
      Number(query['createdBefore'] ?? 1e15),
    ];
    const isDated = query['createdAfter'] !== undefined || query['createdBefore'] !== undefined;
    return ({ createdTimestamp: at, username }: Person): boolean => {
      // With a condition, accounts of clients are shown too.
      if (!isDated || !readsDates) return !username.startsWith('service-account-');
      return at !== undefined && at >= after && at <= before;
    };
  };
  const ask: Ask = async (path, query) => {
    const shown = people.filter(fits(query));
    if (path === '/users/count') return shown.length;
    const first = Number(query['first']);
    offsets.push(first);
    return shown.slice(first, first + Number(query['max']));
  };
  return { ask, offsets };
}

async function listAll(
  realm: Pick<ReturnType<typeof createRealm>, 'ask'>,
  rest: () => void = () => {},
  moved = 0,
): Promise<readonly string[]> {
  const shown: string[] = [];
  const listing = {
    ask: realm.ask,
    clock: { now: () => NOW },
    moved: () => moved,
    rest: async () => rest(),
    signal,
  };
  for await (const page of listEverybody(listing)) shown.push(...page.map(({ id }) => id));
  return shown;
}

const idsOf = (people: readonly Person[]) => people.map(({ id }) => id).toSorted();

test('a large realm is listed by when users were created, so that no offset grows with it', async () => {
  const people = Array.from({ length: 5000 }, (_, n) => person(n, NOW - n * 1000));
  const { ask, offsets } = createRealm(people, true);
  const shown = await listAll({ ask });
  expect(shown.toSorted()).toEqual(idsOf(people));
  expect(Math.max(...offsets)).toBeLessThan(1000);
});

test('where dates mean nothing it is listed from the front', async () => {
  const people = Array.from({ length: 1500 }, (_, n) => person(n, NOW));
  const { ask, offsets } = createRealm(people, false);
  expect((await listAll({ ask })).toSorted()).toEqual(idsOf(people));
  expect(Math.max(...offsets)).toBeGreaterThan(1300);
});

test('users without a date are shown, although accounts of clients make up their number', async () => {
  const people = [
    ...Array.from({ length: 1500 }, (_, n) => person(n, n < 5 ? undefined : NOW - n)),
    ...Array.from({ length: 5 }, (_, n) => ({
      ...person(2000 + n, NOW),
      username: `service-account-${n}`,
    })),
  ];
  const shown = await listAll(createRealm(people, true));
  expect(new Set(shown)).toEqual(new Set(idsOf(people)));
});

test('where users are hidden no listing ends', async () => {
  const people = Array.from({ length: 300 }, (_, n) => person(n, NOW));
  const { ask } = createRealm(people, true);
  const hiding: Ask = async (path, query, own) => {
    const content = await ask(path, query, own);
    return Array.isArray(content) ? content.filter(({ id }) => id !== 'id-7') : content;
  };
  await expect(listAll({ ask: hiding })).rejects.toThrow('counts 300 users and shows 299');
});

test('users who are left out of a page are no end of the list', async () => {
  const people = Array.from({ length: 300 }, (_, n) => person(n, NOW));
  const { ask } = createRealm(people, true);
  const hiding: Ask = async (path, query, own) => {
    const content = await ask(path, query, own);
    return Array.isArray(content) ? content.filter(({ id }) => id !== 'id-99') : content;
  };
  expect(await listAll({ ask: hiding }, () => {}, 1)).toHaveLength(299);
});

test('whoever stays is shown, whoever else comes and goes between the pages', async () => {
  const plan = fc.record({
    size: fc.integer({ min: 0, max: 2500 }),
    spread: fc.constantFrom(0, 1, 1000, 86_400_000),
    readsDates: fc.boolean(),
    leaving: fc.array(fc.integer({ min: 0, max: 2500 }), { maxLength: 400 }),
    each: fc.integer({ min: 1, max: 60 }),
  });
  await fc.assert(
    fc.asyncProperty(plan, async ({ size, spread, readsDates, leaving, each }) => {
      const people = Array.from({ length: size }, (_, n) => person(n * 2, NOW - n * spread));
      const left = [...leaving];
      const staying = new Set(idsOf(people));
      let come = 0;
      const realm = createRealm(people, readsDates);
      const shown = await listAll(
        realm,
        () => {
          for (const n of left.splice(0, each)) {
            const at = people.findIndex(({ id }) => id === `id-${n * 2}`);
            if (at !== -1) people.splice(at, 1);
            staying.delete(`id-${n * 2}`);
          }
          come += 1;
          people.unshift(person(-come, NOW));
        },
        size,
      );
      const all = new Set(shown);
      expect([...staying].filter((id) => !all.has(id))).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
