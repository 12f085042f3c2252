import { join } from 'node:path';
import type { Change, Entry, Listed } from '../../src/directory/directory.ts';
import { silentLog } from '../../src/log.ts';
import { mirrored } from '../../src/lookup/mirror.ts';
import { type Outcome, unknown } from '../../src/lookup/outcome.ts';
import { type Mirror, type MirrorOptions, openMirror } from '../../src/mirror/mirror.ts';
import { openHere } from '../../src/mirror/store/thread.ts';
import { makeTemporaryDirectory } from '../support/temporary.ts';

export const MINUTE = 60_000;
export const DAY = 1440 * MINUTE;

export const SETTINGS: Omit<MirrorOptions['settings'], 'path'> = {
  whenAbsent: 'ask',
  acceptFor: 7 * DAY,
  denyFor: 0,
  guard: 0.1,
  grace: 15 * MINUTE,
};

/** An account as a listing shows it. */
export const listed = (address: string, more: Partial<Listed> = {}): Listed => ({
  id: address,
  kind: 'account',
  address,
  aliases: [],
  logins: [],
  members: [],
  enabled: true,
  names: [],
  ...more,
});

export const put = (...entries: readonly Listed[]): Change => ({
  kind: 'put',
  entries: entries.map((entry) => [`p:${entry.id}`, entry] as const),
});

export const gone = (...ids: readonly string[]): Change => ({
  kind: 'gone',
  refs: ids.map((id) => `p:${id}`),
});

export const mark = (more: Partial<Change & { kind: 'mark' }> = {}): Change => ({
  kind: 'mark',
  cursor: 'c',
  agoMs: 0,
  nextMs: MINUTE,
  tellsNew: true,
  ...more,
});

export const listing = (...entries: readonly Listed[]): readonly Change[] => [
  { kind: 'listing', part: 'p' },
  put(...entries),
  { kind: 'listed', part: 'p' },
  mark(),
];

/** A mirror, and what tells it. */
export interface MirrorUnderTest {
  readonly mirror: Mirror;
  readonly path: string;
  /** Tells a batch; resolves when it is kept. An error is thrown by the feed. */
  readonly tell: (batch: readonly Change[] | Error) => Promise<void>;
  readonly pass: (ms: number) => Promise<void>;
  /** Puts a question, while the directory says this. Gives also whether it was asked. */
  readonly ask: (
    address: string,
    live?: Outcome<Entry>,
  ) => Promise<Outcome<Entry> & { readonly asked: boolean }>;
  /** Cursors that the feed was begun with. */
  readonly begun: readonly (string | undefined)[];
  stop(): Promise<void>;
}

/** What a directory says that is not reached. */
export const DOWN: Outcome<never> = unknown('directory', 'd', 'refused');

/** Time of a test's, which goes on over restarts. */
export interface TestTime {
  now: number;
}

/** Opens a mirror in a folder of its own, or in one that was left. */
export async function openTestMirror(
  more: Partial<Omit<MirrorOptions, 'settings'>> & {
    readonly settings?: Partial<MirrorOptions['settings']>;
  } = {},
  time: TestTime = { now: 1_000_000 },
): Promise<MirrorUnderTest> {
  const folder =
    more.settings?.path === undefined ? await makeTemporaryDirectory('mirror') : undefined;
  const path = more.settings?.path ?? join(folder?.path ?? '', 'd.db');
  const begun: (string | undefined)[] = [];
  let next = Promise.withResolvers<readonly Change[] | Error>();
  let waiting = Promise.withResolvers<void>();
  const mirror = await openMirror({
    name: 'd',
    fingerprint: 'f',
    follow: async function* (cursor, signal) {
      signal.throwIfAborted();
      begun.push(cursor);
      const ended = Promise.withResolvers<never>();
      ended.promise.catch(() => {});
      signal.addEventListener('abort', () => ended.reject(new Error('ended')));
      for (;;) {
        waiting.resolve();
        const batch = await Promise.race([next.promise, ended.promise]);
        next = Promise.withResolvers();
        if (batch instanceof Error) throw batch;
        yield batch;
      }
    },
    confirm: async () => 'gone',
    rules: { sharedAliases: false },
    limits: { depth: 3, members: 5 },
    changed: () => {},
    released: () => {},
    clock: { now: () => time.now },
    log: silentLog,
    calendar: {
      now: () => time.now,
      stamp: () => ({ at: time.now }),
      ageOf: ({ at }) => Math.max(0, time.now - at),
      isAgeKnown: ({ at }) => time.now >= at,
    },
    open: openHere,
    retryMs: [0],
    ...more,
    settings: { ...SETTINGS, ...more.settings, path },
  });
  mirror.begin();
  return {
    mirror,
    path,
    begun,
    tell: async (batch) => {
      await waiting.promise;
      waiting = Promise.withResolvers();
      next.resolve(batch);
      await waiting.promise;
    },
    pass: async (ms) => {
      time.now += ms;
      await mirror.tick();
    },
    ask: async (address, live = DOWN) => {
      let asked = false;
      const { policy } = mirrored(mirror, 'd');
      const outcome = await policy(() => {
        asked = true;
        return live;
      })(address, { arrivedAt: time.now, deadline: time.now + 200 });
      return { ...outcome, asked };
    },
    stop: async () => {
      await mirror.stop();
      await folder?.remove();
    },
  };
}
