import { setTimeout as delay } from 'node:timers/promises';
import { type Change, Fault, Gap, type Mark } from '../../directory/directory.ts';
import { reasonOf } from '../../reason.ts';
import { isDamage } from '../store/thread.ts';
import { askRivals } from './askrivals.ts';
import { Handover } from './handover.ts';
import {
  createFeedListings,
  type FeedListings,
  type Follow,
  type ListingOptions,
} from './listed.ts';

export interface FeedOptions extends ListingOptions {
  readonly follow: Follow;
  /** What was told up to here is kept. */
  readonly marked: (mark: Mark) => void;
  /** What changed is not known any more. */
  readonly lostStep: () => void;
  /** It is told no more, and why. */
  readonly failed: (reason: string) => void;
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
  const { retryMs = RETRY_MS } = options;
  let cursor = start;
  let tries = 0;
  let isAnew = false;
  const marked = (mark: Mark): void => {
    cursor = mark.cursor;
    tries = 0;
    options.marked(mark);
  };
  while (!signal.aborted) {
    const listings = createFeedListings(options);
    const from = isAnew ? undefined : cursor;
    isAnew = false;
    try {
      await followFrom({ ...options, marked }, listings, from, signal);
      throw new Fault('directory', 'it tells no more, without a reason');
    } catch (error) {
      listings.over();
      if (signal.aborted) return;
      const leadsOn = isHandover(error, options);
      isAnew = leadsOn && error.isAnew;
      if (leadsOn) continue;
      if (error instanceof Gap) cursor = undefined;
      await failed(options, error, { cursor, tries });
    }
    const ms = retryMs[Math.min(tries++, retryMs.length - 1)] ?? 0;
    await delay(ms, undefined, { signal }).catch(() => {});
  }
}

/** Whether another way leads on at once. */
function isHandover(error: unknown, { lostStep }: FeedOptions): error is Handover {
  if (!(error instanceof Handover)) return false;
  if (error.losesStep) lostStep();
  return true;
}

/** Tells of a feed that ended, and forgets what can't be known any more. Throws where the file is damaged. */
async function failed(
  options: FeedOptions,
  error: unknown,
  { cursor, tries }: { readonly cursor: string | undefined; readonly tries: number },
): Promise<void> {
  const { name, give, figures, log } = options;
  if (isDamage(error)) throw error;
  options.failed(reasonOf(error));
  if (error instanceof Gap) {
    figures.gaps += 1;
    options.lostStep();
    await give({ do: 'forget' }).catch(() => {});
  }
  const meaning = cursor === undefined ? 'all are listed anew' : 'it goes on from where it was';
  const level = tries === 0 ? 'warn' : 'debug';
  log[level](
    { directory: name, reason: reasonOf(error) },
    `the mirror is told no more: ${meaning}`,
  );
}

async function followFrom(
  { follow, give, confirm, figures, timeline, marked }: FeedOptions,
  listings: FeedListings,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  await give({ do: 'begin' });
  let isAnew = cursor === undefined;
  let waitingBefore = 0;

  const apply = async (changes: readonly Change[]): Promise<void> => {
    if (changes.length === 0) return;
    if (changes.some(({ kind }) => kind === 'listing')) listings.begun();
    const done = await give({
      do: 'apply',
      changes,
      now: timeline.at(),
      stamp: timeline.stamp(),
    });
    listings.note(done);
    const mark = changes.findLast((change) => change.kind === 'mark');
    if (mark !== undefined) marked(mark);
    const { waiting = 0 } = done;
    if (waiting > waitingBefore || (waiting > 0 && mark !== undefined))
      await askRivals({ give, confirm, figures, now: () => timeline.at() });
    waitingBefore = waiting;
  };

  /** Of what is not listed any more, a branch that was taken out of the settings for one, nobody was shown. */
  const endUnlisted = async (): Promise<void> => {
    const { parts = [] } = await give({ do: 'unlisted' });
    for (const part of parts) await listings.end(part, signal);
  };

  for await (const batch of follow(cursor, signal)) {
    for (const { changes, ends } of piecesOf(batch)) {
      if (isAnew && changes.some(({ kind }) => kind === 'mark')) {
        isAnew = false;
        await endUnlisted();
      }
      await apply(changes);
      if (ends !== undefined) await listings.end(ends, signal);
    }
  }
}

interface Piece {
  readonly changes: readonly Change[];
  /** The part whose listing ends with it. */
  readonly ends?: string;
}

/** A batch, cut where a listing ends: what comes after that counts only once nobody is missing; and before a mark. */
function piecesOf(batch: readonly Change[]): readonly Piece[] {
  const pieces: Piece[] = [];
  let changes: Change[] = [];
  for (const change of batch) {
    if (change.kind !== 'listed') {
      changes.push(change);
      continue;
    }
    pieces.push({ changes, ends: change.part });
    changes = [];
  }
  return [...pieces, { changes }];
}
