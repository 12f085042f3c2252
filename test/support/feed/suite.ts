import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Directory, Fault } from '../../../src/directory/directory.ts';
import { until } from '../until.ts';
import {
  type Collected,
  type Collector,
  collect,
  comparable,
  isSame,
  listFresh,
} from './collector.ts';
import { describeFolders, describeGaps, describeRights } from './hardships.ts';
import type { FeedKit, FeedLack } from './kit.ts';
import { addressOf, type Entries, holders, STEPS, type Step } from './steps.ts';

/** What is known of a feed before its server runs. */
export interface FeedFacts {
  readonly lacks: readonly FeedLack[];
  /** Whether who is gone is told by the next mark, or found missing by the next listing. */
  readonly removals: 'told' | 'listed';
  /** Set where a folder that is moved shows in the next listing, and is no gap. */
  readonly folders?: 'listed';
  /** Whether its first mark, where it goes on, covers what happened before; or says how old the last listing is. */
  readonly resumes: 'at once' | 'as listed';
  /** Set where the same feed is examined elsewhere, and only what it learns of later differs. */
  readonly only?: 'away';
}

/**
 * Registers what every feed has to do, whatever it is made of.
 * @param kit is there when the tests run; nobody else changes what its server holds
 */
export function describeFeed(
  kit: () => FeedKit,
  { lacks, removals, folders, resumes, only }: FeedFacts,
): void {
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

  async function isFollowable(): Promise<boolean> {
    const collector = collect(directory);
    try {
      await collector.nextMark();
      return true;
    } catch (error) {
      if (error instanceof Fault) return false;
      throw error;
    } finally {
      await collector.stop();
    }
  }

  async function followable(): Promise<void> {
    if (!(await until(isFollowable, LATE_MS))) throw new Error('it can’t be followed any more');
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

  if (only === undefined) describeListening();

  function describeListening(): void {
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

    const hard = {
      kit,
      fresh,
      run,
      resumed,
      settles,
      followable,
      list: () => listFresh(directory),
    };
    if (has('folders')) describeFolders(hard, folders ?? 'gap');
    if (has('gaps')) describeGaps(hard);
    if (has('rights')) describeRights(hard);

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
}

/** What was told is there by then, whatever a busy machine does; a test that waits for it fails by its content. */
const LATE_MS = 30_000;
const WRITES = 8;
