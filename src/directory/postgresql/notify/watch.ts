import { preciseClock } from '../../../clock.ts';
import { reasonOf } from '../../../reason.ts';
import type { Opened } from '../../connections/servers.ts';
import type { DirectoryHooks } from '../../hooks.ts';
import { pause } from '../../waiting.ts';
import type { PostgresqlSettings } from '../settings.ts';
import { createListeners, type Listening } from './listen.ts';
import { createNews } from './news.ts';
import { readPayload } from './payload.ts';

/** How soon a failed opening is repeated, in ms: doubling from the first to the last. */
const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 5000;

/**
 * Listens on a channel, and passes on whom notifications name. While nothing is heard, what is remembered ages as it does
 * without; once it is heard again everybody is asked for anew, for nobody knows what was missed.
 * @returns what ends it
 */
export function watchNotifications(
  channel: string,
  settings: PostgresqlSettings,
  hooks: DirectoryHooks,
  figures: Record<string, number>,
): () => void {
  const { name, log } = hooks;
  const life = new AbortController();
  const news = createNews(hooks);
  const count = (figure: string): void => void (figures[figure] = (figures[figure] ?? 0) + 1);
  figures['notifications'] = 0;
  figures['listening'] = 0;
  figures['listeningLost'] = 0;
  let told: string | undefined;

  const hear = (payload: string): void => {
    if (life.signal.aborted) return;
    count('notifications');
    news.changed(readPayload(payload));
  };

  const servers = createListeners(channel, settings, hear, figures);

  /** Tells each reason once. */
  const tellUnheard = (reason: string): void => {
    if (life.signal.aborted || reason === told) return;
    told = reason;
    log.error(
      { directory: name, channel, reason },
      'notifications are not heard: until they are, changes count by time',
    );
  };

  const tellHeard = (server: string): void => {
    if (life.signal.aborted) return;
    figures['listening'] = 1;
    told = undefined;
    log.info({ directory: name, channel, server }, 'notifications are heard');
    news.changed('everybody');
  };

  /** Waits until it ends, or there is one to a server that comes before it: gives that one. */
  async function stay({
    connection,
    rank,
  }: Opened<Listening>): Promise<Opened<Listening> | undefined> {
    const { ended, server, close } = connection;
    const over = ended.then((reason) => `${server}: ${reason}`);
    life.signal.addEventListener('abort', close);
    if (life.signal.aborted) close();
    try {
      while (!life.signal.aborted) {
        const lost = await (rank === 0 ? over : Promise.race([over, due()]));
        if (life.signal.aborted) return undefined;
        if (lost !== undefined) {
          count('listeningLost');
          tellUnheard(lost);
          return undefined;
        }
        const other = await openBefore(rank);
        if (other !== undefined) return other;
      }
      return undefined;
    } finally {
      life.signal.removeEventListener('abort', close);
      close();
      figures['listening'] = 0;
    }
  }

  /** Resolves when the servers before this one are to be tried again. */
  const due = async (): Promise<undefined> => {
    await pause(settings.returnAfter, life.signal);
  };

  async function openBefore(rank: number): Promise<Opened<Listening> | undefined> {
    const other = await open();
    if (other === undefined || other.rank < rank) return other;
    other.connection.close();
    return undefined;
  }

  async function open(): Promise<Opened<Listening> | undefined> {
    try {
      return await servers.open(life.signal);
    } catch (error) {
      if (figures['listening'] === 0) tellUnheard(reasonOf(error));
      return undefined;
    }
  }

  async function keep(): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!life.signal.aborted) {
      let opened = await open();
      while (opened !== undefined) {
        const since = preciseClock.now();
        tellHeard(opened.connection.server);
        opened = await stay(opened);
        // A server that lets us in and ends that at once is not asked more often for it.
        if (preciseClock.now() - since > LAST_PAUSE_MS) pauseMs = FIRST_PAUSE_MS;
      }
      await pause(pauseMs, life.signal);
      pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS);
    }
  }

  void keep();
  return () => {
    life.abort();
    news.stop();
  };
}
