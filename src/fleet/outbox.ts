import { preciseClock } from '../clock.ts';
import type { News } from './news.ts';

export interface OutboxOptions {
  readonly toFleet: (localMs: number) => number | undefined;
  /** News of that instant count here from now on. */
  readonly note: (news: News, at: number) => void;
  /** Hands one to the engine; rejects where it did not take it. `n`: the how-manieth it is. */
  readonly post: (n: number, news: News, at: number) => Promise<void>;
}

/** News that wait until the engine has taken them: what is told twice does no harm, what is lost does. */
export interface Outbox {
  /** Counts here at once, and leaves in its turn. */
  readonly tell: (news: News) => void;
  readonly size: () => number;
  /** Sends what waits, in order, up to the first that is not taken. Never rejects. */
  readonly flush: () => Promise<void>;
  /** The number of the last one that the engine has taken. */
  readonly taken: () => number;
  /** Lets be sent again what the engine had `taken`, up to that number, and shows no more: a replica took over that had not got it. */
  repeat(isLost: (n: number) => boolean, taken: number): void;
}

/** More than this is one `expire` a directory, and what nothing else brings about … */
const MOST = 1000;

/** … of which more than this is one that concerns everybody: the engine keeps hardly more lines. */
const MOST_ORDERS = 5000;

/** What a person has told, or what no `expire` stands for. */
const ORDERS: ReadonlySet<News['op']> = new Set(['purge', 'accept', 'domains']);

/** What one engine took longer ago is not missing in the one that takes its place, or concerns nobody any more. */
const KEPT_MS = 600_000;

interface Waiting {
  readonly n: number;
  readonly news: News;
  /** On the daemon's clock. */
  readonly toldAt: number;
}

/** Creates it; nothing waits. */
export function createOutbox(options: OutboxOptions): Outbox {
  let waiting: Waiting[] = [];
  let sent: Waiting[] = [];
  let n = 0;
  let taken = 0;
  let sending: Promise<void> | undefined;
  /** What is left over is not condensed again before it has doubled. */
  let most = MOST;

  const note = ({ news, toldAt }: Waiting): void => {
    const at = options.toFleet(toldAt);
    if (at !== undefined) options.note(news, at);
  };

  const put = (news: News): void => {
    n += 1;
    const one = { n, news, toldAt: preciseClock.now() };
    waiting.push(one);
    note(one);
  };

  const condense = (): void => {
    if (waiting.length <= most) return;
    const orders = new Map<string, Waiting>();
    const expired = new Set<string>();
    for (const each of waiting) {
      const { news } = each;
      if (news.op === 'forget' || news.op === 'expire') expired.add(news.directory);
      if (!ORDERS.has(news.op)) continue;
      const text = JSON.stringify(news);
      // The last of those that are the same, in its place.
      orders.delete(text);
      orders.set(text, each);
    }
    waiting = [...orders.values()];
    if (waiting.length > MOST_ORDERS) {
      waiting = waiting.filter(({ news }) => news.op !== 'purge').slice(-MOST_ORDERS);
      put({ op: 'purge', what: { all: true } });
    }
    for (const directory of expired) put({ op: 'expire', directory });
    most = Math.max(MOST, 2 * waiting.length);
  };

  const send = async (): Promise<void> => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      const at = options.toFleet(next.toldAt);
      if (at === undefined) return;
      try {
        await options.post(next.n, next.news, at);
      } catch {
        // It waits for the next beat.
        return;
      }
      if (waiting[0] === next) waiting.shift();
      taken = Math.max(taken, next.n);
      sent.push(next);
      if (sent.length > MOST) sent.shift();
    }
    most = MOST;
  };

  const deliver = (): Promise<void> => {
    sending ??= send().finally(() => {
      sending = undefined;
    });
    return sending;
  };

  return {
    tell: (news) => {
      put(news);
      condense();
      void deliver();
    },
    size: () => waiting.length,
    flush: () => {
      // What was told before the fleet's time was known counts from then.
      for (const each of waiting) note(each);
      return deliver();
    },
    taken: () => taken,
    repeat: (isLost, upTo) => {
      const isMissing = ({ n: each }: Waiting): boolean => each <= upTo && isLost(each);
      const lost = sent.filter((each) => isMissing(each) && isRecent(each));
      if (lost.length === 0) return;
      sent = sent.filter((each) => !lost.includes(each));
      waiting = [...lost, ...waiting];
      condense();
    },
  };
}

const isRecent = ({ toldAt }: Waiting): boolean => preciseClock.now() < toldAt + KEPT_MS;
