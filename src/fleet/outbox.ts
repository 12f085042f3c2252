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
  /** Lets be sent again what the engine had `taken`, up to that number, and shows no more beyond `seen`: a replica took over that had not got it. */
  repeat(seen: number, taken: number): void;
}

/** More than this is one `expire` a directory. */
const MOST = 1000;

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

  const put = (news: News): void => {
    n += 1;
    waiting.push({ n, news, toldAt: preciseClock.now() });
  };

  const condense = (): void => {
    const directories = new Set(
      waiting.flatMap(({ news }) => ('directory' in news ? [news.directory] : [])),
    );
    const purges = waiting.filter(({ news }) => news.op === 'purge').slice(-MOST / 2);
    waiting = [...purges];
    for (const directory of directories) put({ op: 'expire', directory });
  };

  /** What was told before the fleet's time was known counts from then. */
  const noteAll = (): void => {
    for (const { news, toldAt } of waiting) {
      const at = options.toFleet(toldAt);
      if (at !== undefined) options.note(news, at);
    }
  };

  const send = async (): Promise<void> => {
    noteAll();
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
      sent = [...sent.filter(isRecent), next].slice(-MOST);
    }
  };

  const flush = (): Promise<void> => {
    sending ??= send().finally(() => {
      sending = undefined;
    });
    return sending;
  };

  return {
    tell: (news) => {
      put(news);
      if (waiting.length > MOST) condense();
      noteAll();
      void flush();
    },
    size: () => waiting.length,
    flush,
    taken: () => taken,
    repeat: (seen, upTo) => {
      const isLost = ({ n: each }: Waiting): boolean => each > seen && each <= upTo;
      const lost = sent.filter((each) => isLost(each) && isRecent(each));
      if (lost.length === 0) return;
      sent = sent.filter((each) => !isLost(each));
      waiting = [...lost, ...waiting].slice(-MOST);
    },
  };
}

const isRecent = ({ toldAt }: Waiting): boolean => preciseClock.now() < toldAt + KEPT_MS;
