import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Directory, Fault, Gap, type Listed } from '../../../src/directory/directory.ts';
import {
  type Collected,
  type Collector,
  collect,
  comparable,
  isSame,
  listFresh,
} from './collector.ts';
import type { FeedKit, FeedLack } from './kit.ts';

/** What is known of a feed before its server runs. */
export interface FeedFacts {
  readonly lacks: readonly FeedLack[];
  /** Whether who is gone is told by the next mark, or found missing by the next listing. */
  readonly removals: 'told' | 'listed';
  /** Whether its first mark, where it goes on, covers what happened before; or says how old the last listing is. */
  readonly resumes: 'at once' | 'as listed';
}

interface Step {
  readonly title: string;
  readonly needs?: FeedLack;
  /** What is there before; `id` is nobody's yet. */
  readonly prepare?: (kit: FeedKit, id: string) => Promise<void>;
  readonly act: (kit: FeedKit, id: string) => Promise<void>;
  /** What is to be seen of it, in what holds the address of `id`. */
  readonly shows: (found: readonly Listed[], all: Entries, id: string) => boolean;
}

type Entries = ReadonlyMap<string, Listed>;

const addressOf = (id: string): string => `${id}@example.test`;
const isNobody = (found: readonly Listed[]): boolean => found.length === 0;
const exists = (kit: FeedKit, id: string): Promise<void> =>
  kit.create(id, [`${id}.alias@example.test`]);

/** All that may happen to people and groups. */
const STEPS: readonly Step[] = [
  {
    title: 'somebody who is new, with an alias',
    act: exists,
    shows: ([found], _, id) => found?.aliases.includes(`${id}.alias@example.test`) === true,
  },
  {
    title: 'another address',
    prepare: exists,
    act: (kit, id) => kit.setAddress(id, `${id}.new@example.test`),
    shows: (found, all, id) =>
      isNobody(found) && holders(all, `${id}.new@example.test`).length === 1,
  },
  {
    title: 'an alias that is taken away, and another one',
    prepare: exists,
    act: (kit, id) => kit.setAliases(id, [`${id}.other@example.test`]),
    shows: ([found], _, id) => found?.aliases.join() === `${id}.other@example.test`,
  },
  {
    title: 'somebody who is disabled',
    prepare: exists,
    act: (kit, id) => kit.disable(id),
    shows: ([found]) => found?.enabled === false,
  },
  {
    title: 'somebody who is deleted',
    prepare: exists,
    act: (kit, id) => kit.remove(id),
    shows: isNobody,
  },
  {
    title: 'somebody who is deleted and made anew',
    needs: 'new ids',
    prepare: exists,
    act: async (kit, id) => {
      await kit.remove(id);
      await kit.create(id);
    },
    shows: (found) => found.length === 1 && found[0]?.aliases.length === 0,
  },
  {
    title: 'somebody who leaves the filter',
    needs: 'filter',
    prepare: exists,
    act: async (kit, id) => kit.leaveFilter?.(id),
    shows: isNobody,
  },
  {
    title: 'somebody who is moved to where nobody is looked for',
    needs: 'places',
    prepare: exists,
    act: async (kit, id) => kit.moveOut?.(id),
    shows: isNobody,
  },
  {
    title: 'somebody who is moved to where people are',
    needs: 'places',
    prepare: async (kit, id) => {
      await exists(kit, id);
      await kit.moveOut?.(id);
    },
    act: async (kit, id) => kit.moveIn?.(id),
    shows: (found) => found.length === 1,
  },
  {
    title: 'a group',
    needs: 'groups',
    prepare: exists,
    act: async (kit, id) => kit.createTeam?.(`${id}s`, [id]),
    shows: ([person], all, id) => isMember(person, holders(all, addressOf(`${id}s`))),
  },
  {
    title: 'a group that is put into another one, and somebody who is taken out',
    needs: 'groups',
    prepare: async (kit, id) => {
      await exists(kit, id);
      await kit.create(`${id}2`);
      await kit.createTeam?.(`${id}s`, [id, `${id}2`]);
      await kit.createTeam?.(`${id}all`, [`${id}2`]);
    },
    act: async (kit, id) => {
      await kit.setMembers?.(`${id}all`, [`${id}2`, `${id}s`]);
      await kit.setMembers?.(`${id}s`, [`${id}2`]);
    },
    shows: ([person], all, id) => {
      const [inner] = holders(all, addressOf(`${id}s`));
      return (
        isMember(inner, holders(all, addressOf(`${id}all`))) &&
        !isMember(person, inner === undefined ? [] : [inner])
      );
    },
  },
  {
    title: 'a group that is removed',
    needs: 'groups',
    prepare: async (kit, id) => {
      await exists(kit, id);
      await kit.createTeam?.(`${id}s`, [id]);
    },
    act: async (kit, id) => kit.removeTeam?.(`${id}s`),
    shows: (_, all, id) => isNobody(holders(all, addressOf(`${id}s`))),
  },
];

const holders = (all: Entries, address: string): readonly Listed[] =>
  [...all.values()].filter((each) => each.address === address || each.aliases.includes(address));

const isMember = (member: Listed | undefined, [group]: readonly Listed[]): boolean =>
  member?.names.some((name) => group?.memberNames?.includes(name)) === true;

/**
 * Registers what every feed has to do, whatever it is made of.
 * @param kit is there when the tests run; nobody else changes what its server holds
 */
export function describeFeed(kit: () => FeedKit, { lacks, removals, resumes }: FeedFacts): void {
  const has = (needs: FeedLack | undefined): boolean =>
    needs === undefined || !lacks.includes(needs);
  const steps = STEPS.filter(({ needs }) => has(needs));
  let directory: Directory;
  let count = 0;
  const fresh = (): string => `p${String((count += 1)).padStart(3, '0')}`;
  const run = (from?: Collected): Collector => {
    const collector = collect(directory, from);
    onTestFinished(async () => void (await collector.stop()));
    return collector;
  };

  beforeAll(async () => {
    directory = await kit().open();
  });
  afterAll(() => directory?.close());

  /** Waits until a collection is what a listing shows now. */
  async function settles(collector: Collector): Promise<void> {
    const now = await listFresh(directory);
    const isThere = collector.until(() => isSame(collector.entries, now));
    const late = AbortSignal.timeout(LATE_MS);
    await Promise.race([
      isThere,
      new Promise((resolve) => late.addEventListener('abort', resolve)),
    ]);
    expect(comparable(collector.entries)).toEqual(comparable(now));
  }

  /** Waits until a mark covers all that had happened at an instant. */
  async function isCovered(collector: Collector, at: number): Promise<void> {
    for (;;) {
      const { agoMs } = await collector.nextMark();
      if (performance.now() - agoMs > at) return;
    }
  }

  async function resumed(
    kept: Collected,
    begin: (on: Directory, from: Collected) => Collector = (_, from) => run(from),
  ): Promise<Collector> {
    const at = performance.now();
    const collector = begin(directory, kept);
    if (resumes === 'at once') await collector.nextMark();
    else await isCovered(collector, at);
    return collector;
  }

  describe('while it is followed', () => {
    let collector: Collector;
    beforeAll(async () => {
      collector = collect(directory);
      await collector.nextMark();
    });
    afterAll(() => collector.stop());

    test.each(steps)('tells of $title', async ({ prepare, act, shows }) => {
      const id = fresh();
      await prepare?.(kit(), id);
      if (prepare !== undefined) await settles(collector);
      await act(kit(), id);
      await settles(collector);
      const { entries } = collector;
      expect(shows(holders(entries, addressOf(id)), entries, id)).toBe(true);
    });

    test('marks, in the end, what it has told', async () => {
      await isCovered(collector, performance.now());
      expect(comparable(collector.entries)).toEqual(comparable(await listFresh(directory)));
    });
  });

  describe('while it is away', () => {
    const ids = new Map<Step, string>();
    let entries: Entries;
    beforeAll(async () => {
      for (const step of steps) {
        const id = fresh();
        ids.set(step, id);
        await step.prepare?.(kit(), id);
      }
      const before = collect(directory);
      await before.nextMark();
      const kept = await before.stop();
      for (const [{ act }, id] of ids) await act(kit(), id);
      const collector = await resumed(kept, collect);
      if (removals === 'listed') await settles(collector);
      ({ entries } = await collector.stop());
    });

    test('learns of all that happened', async () => {
      expect(comparable(entries)).toEqual(comparable(await listFresh(directory)));
    });

    test.each(steps)('learns of $title', (step) => {
      const id = ids.get(step) ?? '';
      expect(step.shows(holders(entries, addressOf(id)), entries, id)).toBe(true);
    });
  });

  if (has('folders')) {
    test.each([
      { way: 'out of', prepare: [], act: 'moveFolderOut', left: 0 },
      { way: 'into', prepare: ['moveFolderOut'], act: 'moveFolderIn', left: 1 },
    ] as const)(
      'notices a folder that is moved $way where people are looked for',
      async ({ prepare, act, left }) => {
        const id = fresh();
        await kit().createIn?.(`f${id}`, id);
        for (const each of prepare) await kit()[each]?.(`f${id}`);
        const listening = run();
        await listening.nextMark();
        const away = run();
        await away.nextMark();
        const kept = await away.stop();
        await kit()[act]?.(`f${id}`);
        expect(await listening.failure).toBeInstanceOf(Gap);
        const back = await resumed(kept);
        expect(comparable(back.entries)).toEqual(comparable(await listFresh(directory)));
        expect(holders(back.entries, addressOf(id))).toHaveLength(left);
      },
    );
  }

  if (has('gaps')) {
    test('tells of a gap, or lists everybody, where what has changed is not to be known', async () => {
      const [gone, created] = [fresh(), fresh()];
      await exists(kit(), gone);
      const before = run();
      await before.nextMark();
      const { cursor = '', entries } = await before.stop();
      await kit().remove(gone);
      await exists(kit(), created);
      const back = run({ cursor: (await kit().forget?.(cursor)) ?? cursor, entries });
      const failure = await back.nextMark().catch((error: unknown) => error);
      if (failure instanceof Error) expect(failure).toBeInstanceOf(Gap);
      const collector = failure instanceof Gap ? run({ entries, cursor: undefined }) : back;
      await settles(collector);
      expect(holders(collector.entries, addressOf(gone))).toEqual([]);
    });
  }

  if (has('rights')) {
    test('ends no listing in which people can’t be seen any more', async () => {
      const id = fresh();
      await exists(kit(), id);
      const before = run();
      await before.nextMark();
      const { entries } = await before.stop();
      const giveBack = await kit().hide?.();
      try {
        const blind = run({ entries, cursor: undefined });
        expect(await blind.failure).toBeInstanceOf(Fault);
        expect(blind.told.filter((kind) => kind === 'listed' || kind === 'mark')).toEqual([]);
        expect(holders(blind.entries, addressOf(id))).toHaveLength(1);
      } finally {
        await giveBack?.();
      }
      await settles(run({ entries, cursor: undefined }));
    });

    test('marks nothing any more once people can’t be seen', async () => {
      const listening = run();
      await listening.nextMark();
      const giveBack = await kit().hide?.();
      onTestFinished(async () => giveBack?.());
      expect(await listening.failure).toBeInstanceOf(Fault);
    });
  }

  test('loses nobody while others write', async () => {
    const ids = Array.from({ length: WRITES }, fresh);
    const old = ids.slice(0, WRITES / 2);
    for (const id of old) await kit().create(id);
    const collector = run();
    for (const [i, id] of ids.entries()) {
      if (i < old.length) await kit().remove(id);
      else await kit().create(id);
    }
    await collector.until(() => collector.told.includes('mark'));
    await settles(collector);
  });

  test('ends at once where nobody follows any more', async () => {
    const collector = run();
    await collector.nextMark();
    await collector.stop();
    expect(await collector.failure).toBeInstanceOf(Error);
  });
}

/** What was told is there by then, whatever a busy machine does; a test that waits for it fails by its content. */
const LATE_MS = 30_000;
const WRITES = 8;
