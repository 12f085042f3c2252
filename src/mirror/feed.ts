import { setTimeout as delay } from 'node:timers/promises';
import { type Change, type Directory, Fault, Gap, type Mark } from '../directory/directory.ts';
import type { Log } from '../log.ts';
import { reasonOf } from '../reason.ts';
import { type Confirm, confirmMissing } from './confirm.ts';
import type { MirrorFigures } from './figures.ts';
import type { Order, Result } from './orders.ts';
import { isDamage } from './thread.ts';
import type { Timeline } from './timeline.ts';

export interface FeedOptions {
  /** The directory's name. */
  readonly name: string;
  readonly follow: NonNullable<Directory['follow']>;
  /** Carries out an order, and takes what comes of it. */
  readonly give: (order: Order) => Promise<Result>;
  readonly confirm: Confirm;
  readonly timeline: Timeline;
  readonly figures: MirrorFigures;
  /** What was told up to here is kept. */
  readonly marked: (mark: Mark) => void;
  /** What changed is not known any more. */
  readonly lostStep: () => void;
  readonly log: Log;
  /** How long it waits after a failure, and after another; absent: 1 s, 2 s, 5 s, 10 s, 30 s. */
  readonly retryMs?: readonly number[];
}

const RETRY_MS = [1000, 2000, 5000, 10_000, 30_000];

/**
 * Takes what a directory tells into the mirror, from `cursor` on, until `signal` aborts. Each acknowledgement is waited for
 * before more is asked for, so that what waits is bounded.
 * @throws {Error} where the mirror's file is damaged
 */
export async function feed(
  options: FeedOptions,
  start: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { name, give, figures, log, retryMs = RETRY_MS } = options;
  let cursor = start;
  let tries = 0;
  const marked = (mark: Mark): void => {
    cursor = mark.cursor;
    tries = 0;
    delete figures.reason;
    options.marked(mark);
  };
  while (!signal.aborted) {
    try {
      await followFrom({ ...options, marked }, cursor, signal);
      throw new Fault('directory', 'it tells no more, without a reason');
    } catch (error) {
      if (signal.aborted) return;
      if (isDamage(error)) throw error;
      figures.failures += 1;
      figures.reason = reasonOf(error);
      if (error instanceof Gap) {
        figures.gaps += 1;
        cursor = undefined;
        options.lostStep();
        await give({ do: 'forget' }).catch(() => {});
      }
      const level = tries === 0 ? 'warn' : 'debug';
      const meaning = cursor === undefined ? 'all are listed anew' : 'it goes on from where it was';
      log[level](
        { directory: name, reason: figures.reason },
        `the mirror is told no more: ${meaning}`,
      );
    }
    const ms = retryMs[Math.min(tries++, retryMs.length - 1)] ?? 0;
    await delay(ms, undefined, { signal }).catch(() => {});
  }
}

async function followFrom(
  options: FeedOptions,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { follow, give, timeline, figures } = options;
  const begunAt = timeline.at();
  await give({ do: 'begin' });
  let isListing = cursor === undefined;

  const apply = async (changes: readonly Change[]): Promise<void> => {
    if (changes.length === 0) return;
    await give({ do: 'apply', changes, now: timeline.at(), stamp: timeline.stamp() });
    const mark = changes.findLast((change) => change.kind === 'mark');
    if (mark !== undefined) options.marked(mark);
  };

  for await (const batch of follow(cursor, signal)) {
    let changes: Change[] = [];
    for (const change of batch) {
      const ends = change.kind === 'listed' || (change.kind === 'mark' && isListing);
      if (ends) {
        await apply(changes);
        changes = [];
      }
      if (change.kind === 'listed') await endListing(options, change.part, signal);
      else changes.push(change);
      if (change.kind !== 'mark' || !isListing) continue;
      isListing = false;
      // Of what is not listed any more, a branch that was taken out of the settings for one, nobody was shown.
      const { parts = [] } = await give({ do: 'unlisted' });
      for (const part of parts) await endListing(options, part, signal);
      figures.listingMs = timeline.at() - begunAt;
    }
    await apply(changes);
  }
}

/** Who was not shown is asked for, before anything that was told after the listing counts. */
async function endListing(options: FeedOptions, part: string, signal: AbortSignal): Promise<void> {
  const { name, give, confirm, figures, timeline, log } = options;
  const { missing = 0, standing } = await give({ do: 'listed', part, now: timeline.at() });
  figures.listings += 1;
  const { accounts, groups } = standing;
  log.info({ directory: name, part, accounts, groups, missing }, 'the mirror has a whole listing');
  for (let left = missing; left > 0; ) {
    const { asked = [] } = await give({ do: 'missing', most: AT_ONCE });
    left -= AT_ONCE;
    const gone = await confirmMissing(asked, confirm, figures, signal);
    if (gone.length > 0) await give({ do: 'gone', refs: gone, now: timeline.at() });
  }
}

/** So many missing people are asked for before the first ones count. */
const AT_ONCE = 50;
