import { expect, onTestFinished, test } from 'vitest';
import { Fault, Gap } from '../../../src/directory/directory.ts';
import { type Collected, type Collector, comparable } from './collector.ts';
import type { FeedKit } from './kit.ts';
import { addressOf, type Entries, exists, holders } from './steps.ts';

/** What these tests have at hand. */
export interface Hardship {
  readonly kit: () => FeedKit;
  /** An id that is nobody's. */
  readonly fresh: () => string;
  /** Follows until the test ends. */
  readonly run: (from?: Collected) => Collector;
  /** Goes on, and waits until what happened before is told. */
  readonly resumed: (kept: Collected) => Promise<Collector>;
  readonly settles: (collector: Collector) => Promise<void>;
  /** Waits until the directory can be followed: what logs in may lack for a while a right that was given back. */
  readonly followable: () => Promise<void>;
  /** Lists everybody. */
  readonly list: () => Promise<Entries>;
}

/** Registers what becomes of those in a folder that is moved. */
export function describeFolders(
  { kit, fresh, run, resumed, settles, list }: Hardship,
  shows: 'gap' | 'listed',
): void {
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
      if (shows === 'gap') expect(await listening.failure).toBeInstanceOf(Gap);
      else await settles(listening);
      const back = await resumed(kept);
      if (shows === 'listed') await settles(back);
      expect(comparable(back.entries)).toEqual(comparable(await list()));
      expect(holders(back.entries, addressOf(id))).toHaveLength(left);
    },
  );
}

/** Registers what becomes of a cursor that leads nowhere. */
export function describeGaps({ kit, fresh, run, settles }: Hardship): void {
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

/** Registers what becomes of a right to see people that is withdrawn. */
export function describeRights({ kit, fresh, run, settles, followable }: Hardship): void {
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
      await followable();
    }
    await settles(run({ entries, cursor: undefined }));
  });

  test('marks nothing any more once people can’t be seen', async () => {
    const listening = run();
    await listening.nextMark();
    const giveBack = await kit().hide?.();
    onTestFinished(async () => {
      await giveBack?.();
      await followable();
    });
    expect(await listening.failure).toBeInstanceOf(Fault);
  });
}
