import { countChanges } from '../lookup/changes.ts';
import type { Repeat } from './router.ts';

/** Frames a reply as a connection's peer reads it. */
export type Encode = (reply: string) => string;

/** A reply as it went out, and how it goes out again. */
export interface RecentReply {
  readonly frame: string;
  readonly encode: Encode;
  readonly repeat: Repeat;
}

/** Replies of the last moments by whole request: the commonest way of an answer is one look-up. */
export interface RecentReplies {
  /** What is still true at the instant `arrivedAt`. */
  get(request: string, encode: Encode, arrivedAt: number): RecentReply | undefined;
  keep(request: string, encode: Encode, frame: string, repeat: Repeat): void;
}

/** A longer one is made anew: 16 384 lists of a thousand members would be a gigabyte. */
export const MAX_RECENT_CHARS = 512;

/**
 * Holds between `size` and twice as many, in two Maps of which the older is dropped whole: no entry moves on a hit, as in
 * an LRU. All are dropped by any change of what is known (`noteChange`).
 */
export function createRecentReplies(size = 16_384): RecentReplies {
  let young = new Map<string, RecentReply>();
  let old = new Map<string, RecentReply>();
  let madeAt = countChanges();
  const put = (request: string, reply: RecentReply): void => {
    if (young.size >= size) [old, young] = [young, new Map()];
    young.set(request, reply);
  };
  const dropOutdated = (): void => {
    if (madeAt === countChanges()) return;
    madeAt = countChanges();
    young = new Map();
    old = new Map();
  };
  return {
    get: (request, encode, arrivedAt) => {
      dropOutdated();
      let reply = young.get(request);
      if (reply === undefined) {
        reply = old.get(request);
        if (reply !== undefined) put(request, reply);
      }
      if (reply === undefined || reply.encode !== encode) return undefined;
      return arrivedAt < reply.repeat.goodUntil ? reply : undefined;
    },
    keep: (request, encode, frame, repeat) => {
      dropOutdated();
      if (request.length + frame.length > MAX_RECENT_CHARS) return;
      put(request, { frame, encode, repeat });
    },
  };
}
