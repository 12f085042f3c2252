import type { Clock } from '../../clock.ts';
import type { Directory } from '../../directory/directory.ts';
import type { Log } from '../../log.ts';
import type { MirrorFigures } from '../figures.ts';
import type { Order, Result } from '../store/orders.ts';
import type { Timeline } from '../store/timeline.ts';
import { type Confirm, confirmMissing } from './confirm.ts';

export interface ListingOptions {
  /** The directory's name. */
  readonly name: string;
  /** Carries out an order, and takes what comes of it. */
  readonly give: (order: Order) => Promise<Result>;
  readonly confirm: Confirm;
  readonly timeline: Timeline;
  readonly figures: MirrorFigures;
  readonly clock: Clock;
  readonly log: Log;
}

export type Follow = NonNullable<Directory['follow']>;

/** The listings of one feed, as they are counted, told and ended. */
export interface FeedListings {
  begun(): void;
  /** What was told lately changed something. */
  note(done: Pick<Result, 'put' | 'gone'>): void;
  /** Who was not shown is asked for, before anything that was told after the listing counts. */
  end(part: string, signal: AbortSignal): Promise<void>;
  /** The feed has ended; a listing under way has, too. */
  over(): void;
}

/** So many missing people are asked for before the first ones count. */
const AT_ONCE = 50;

/** Creates them. */
export function createFeedListings(options: ListingOptions): FeedListings {
  const { name, give, confirm, figures, timeline, clock, log } = options;
  let begunAt: number | undefined;
  let put = 0;
  let gone = 0;

  const settle = async (signal: AbortSignal): Promise<void> => {
    for (;;) {
      const { asked = [] } = await give({ do: 'missing', most: AT_ONCE });
      if (asked.length === 0) return;
      const {
        gone: refs,
        elsewhere,
        shown,
      } = await confirmMissing(asked, confirm, figures, signal);
      gone += refs.length;
      if (refs.length > 0) await give({ do: 'gone', refs, elsewhere, now: timeline.at() });
      if (shown.length > 0) await give({ do: 'shown', people: shown, now: timeline.at() });
    }
  };

  return {
    begun: () => {
      if (begunAt !== undefined) return;
      begunAt = clock.now();
      put = 0;
      gone = 0;
    },
    note: (done) => {
      put += done.put;
      gone += done.gone;
    },
    end: async (part, signal) => {
      const {
        missing = 0,
        unasked = 0,
        standing,
      } = await give({
        do: 'listed',
        part,
        now: timeline.at(),
      });
      figures.confirmed.held += unasked;
      gone += unasked;
      await settle(signal);
      const endedAt = clock.now();
      const tookMs = endedAt - (begunAt ?? endedAt);
      begunAt = undefined;
      figures.listings.whole += 1;
      figures.listing = { agoMs: 0, tookMs, put, gone, endedAt };
      const { accounts, groups } = standing;
      const told = { part, accounts, groups, put, gone, missing: missing + unasked, tookMs };
      log.info({ directory: name, ...told }, 'the mirror has a whole listing');
    },
    over: () => {
      if (begunAt !== undefined) figures.listings.failed += 1;
      begunAt = undefined;
    },
  };
}
