import { countChanges, countChangesAt } from '../lookup/changes.ts';
import type { Context } from '../lookup/outcome.ts';
import { createRequestTable, MAX_REQUEST_BYTES } from './requests.ts';
import type { Repeat } from './router.ts';

/**
 * Framed replies of the last moments by their whole requests: the commonest way of an answer makes no string, no object and no
 * promise. All are dropped by a change of what is known (`noteChange`); by one of single people (`noteChangeOf`) those are which
 * were made of them.
 */
export interface RecentReplies {
  /** Gives, counts and times what is still true at `arrivedAt` of the request that lies in `bytes` from `start` to `end`. */
  readonly recall: (
    bytes: Uint8Array,
    start: number,
    end: number,
    context: Context,
  ) => string | undefined;
  /** Keeps the frame of the reply to `request` until `repeat` is over. */
  keep(request: string, frame: string, repeat: Repeat, context: Context): void;
}

/** A longer reply is made anew: thousands of lists of a thousand members would be a gigabyte. */
export const MAX_RECENT_CHARS = 512;

/**
 * Of each reply: until when it is good, after which change it was made, the number of how it is counted, where changes of what it
 * was made of are counted, and after which of those it was.
 */
const FIELDS = 5;
const MADE_AT = 1;
const WAY = 2;
const PLACE = 3;
const MADE_AT_PLACE = 4;

/** Ways to count: one for each map, status and way of asking. Beyond so many, replies are not kept. */
const MAX_WAYS = 1024;

/** Holds up to `size` replies, a power of two; it takes memory as it fills. */
export function createRecentReplies(size = 32_768): RecentReplies {
  let table: ReturnType<typeof createTable> | undefined;
  /** Ways to count, of those that were made after the change `since`. */
  let ways = new Array<Repeat['countAgain']>();
  let since = -1;

  /** The number of a way to count; -1: there are too many. */
  const numberOf = (countAgain: Repeat['countAgain']): number => {
    if (since !== countChanges()) {
      since = countChanges();
      ways = [];
    }
    const known = ways.indexOf(countAgain);
    if (known !== -1 || ways.length >= MAX_WAYS) return known;
    return ways.push(countAgain) - 1;
  };

  return {
    recall: (bytes, start, end, context) => {
      if (table === undefined) return undefined;
      const { records, frames } = table;
      const place = table.requests.find(bytes, start, end);
      if (place === -1) return undefined;
      const at = place * FIELDS;
      const isGood =
        context.arrivedAt < (records[at] ?? 0) &&
        records[at + MADE_AT] === countChanges() &&
        records[at + MADE_AT_PLACE] === countChangesAt(records[at + PLACE] ?? 0);
      if (!isGood) return undefined;
      ways[records[at + WAY] ?? 0]?.(context);
      return frames[place];
    },

    keep: (request, frame, { goodUntil, place: at, countAgain }, { arrivedAt }) => {
      if (goodUntil <= arrivedAt || frame.length > MAX_RECENT_CHARS) return;
      // As it came: who sent other bytes than text asks again.
      const bytes = Buffer.from(request);
      const way = numberOf(countAgain);
      if (bytes.length > MAX_REQUEST_BYTES || way === -1) return;
      const { requests, records, frames } = (table ??= createTable(size));
      const place = requests.place(bytes, (other) => {
        const first = other * FIELDS;
        return records[first + MADE_AT] !== since || (records[first] ?? 0) <= arrivedAt;
      });
      records.set([goodUntil, since, way, at, countChangesAt(at)], place * FIELDS);
      frames[place] = flatten(frame);
    },
  };
}

const createTable = (size: number) => ({
  requests: createRequestTable(size),
  records: new Float64Array(size * FIELDS),
  frames: Array.from({ length: size }, (): string | undefined => undefined),
});

const NOTHING_FOUND = '9:NOTFOUND ,';

/** One piece of memory: a template's text lies in several, which each write would put together again. The commonest is one for all. */
const flatten = (frame: string): string =>
  frame === NOTHING_FOUND ? NOTHING_FOUND : Buffer.from(frame).toString();
