import type { Clock } from '../../../clock.ts';
import { Fault } from '../../directory.ts';
import type { Ask, Query } from '../http/api.ts';
import { PAGE } from '../http/paging.ts';
import { isServiceAccount } from '../people/account.ts';
import type { UserRow } from '../people/rows.ts';
import { countUsers, showUsers } from '../trust/listing.ts';

/** Lists everybody, page by page. */
export interface UserListing {
  readonly ask: Ask;
  /** Tells Keycloak's time. */
  readonly clock: Clock;
  /** How many of `count` may have come or gone meanwhile, beside those by whom it is another one now. */
  readonly moved: (count: number) => number;
  /** Waits between two pages. */
  readonly rest: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** Users of one window: pages within it are found by their offset, which costs the database more the further it is. */
const WINDOW = 1000;
const DAY_MS = 86_400_000;

/**
 * Shows all users, each at least once, by when they were created (from Keycloak 26.6 on), else from the front.
 * @throws {Fault} `doubt` where it shows fewer than there are
 */
export async function* listEverybody(listing: UserListing): AsyncGenerator<readonly UserRow[]> {
  const { ask, clock, signal } = listing;
  const before = await countUsers(ask, {}, signal);
  const until = clock.now() + DAY_MS;
  if (before > WINDOW && (await readsDates(listing, until))) {
    const shown = yield* countingRows(pagesOf(listing, windowsUntil(listing, until)));
    if (await isWhole(listing, before, shown)) return;
    // Some have no date: imports of long ago.
  }
  const shown = yield* countingRows(pagesOf(listing, [{}]));
  if (await isWhole(listing, before, shown)) return;
  throw new Fault(
    'doubt',
    `keycloak counts ${await countUsers(ask, {}, signal)} users and shows ${shown}: what it shows is not all`,
  );
}

/** Older ones take no notice of dates. */
export async function readsDates(
  { ask, signal }: Pick<UserListing, 'ask' | 'signal'>,
  until: number,
): Promise<boolean> {
  return (await countUsers(ask, { createdAfter: until }, signal)) === 0;
}

/** Whether as many were shown as there are, but for those who came and went. */
async function isWhole(
  { ask, moved, signal }: UserListing,
  before: number,
  shown: number,
): Promise<boolean> {
  const count = await countUsers(ask, {}, signal);
  return shown >= count - Math.abs(count - before) - moved(count);
}

/** Gives pages on, and how many people there were in them: counts leave the accounts of clients out, and windows don't. */
async function* countingRows(
  pages: AsyncGenerator<readonly UserRow[]>,
): AsyncGenerator<readonly UserRow[], number> {
  let shown = 0;
  for await (const page of pages) {
    shown += page.filter((user) => !isServiceAccount(user)).length;
    yield page;
  }
  return shown;
}

/** The time of creation in halves, until few enough were created in each. */
async function* windowsUntil({ ask, signal }: UserListing, until: number): AsyncGenerator<Query> {
  const count = (from: number, to: number): Promise<number> =>
    countUsers(ask, { createdAfter: from, createdBefore: to }, signal);
  async function* split(from: number, to: number, size: number): AsyncGenerator<Query> {
    if (size === 0) return;
    if (size <= WINDOW || from === to) {
      yield { createdAfter: from, createdBefore: to };
      return;
    }
    const middle = Math.trunc((from + to) / 2);
    const left = await count(from, middle);
    yield* split(from, middle, left);
    yield* split(middle + 1, to, Math.max(0, size - left));
  }
  yield* split(1, until, await count(1, until));
}

async function* pagesOf(
  listing: UserListing,
  windows: AsyncIterable<Query> | readonly Query[],
): AsyncGenerator<readonly UserRow[]> {
  for await (const window of windows) yield* pagesIn(listing, window);
}

/**
 * Reads one window. Offsets move where somebody before them vanishes: each page begins with the last row of the one before, and
 * where it shows nobody of that one, it is read again from further ahead. A short page is not always the last one: whom the
 * directory behind Keycloak has no more is left out of it.
 */
async function* pagesIn(
  { ask, rest, signal }: UserListing,
  window: Query,
): AsyncGenerator<readonly UserRow[]> {
  let last: ReadonlySet<string> = new Set();
  let isShort = true;
  for (let first = 0; ; ) {
    const list = { condition: { ...window, first }, brief: false, max: PAGE };
    const page = await showUsers(ask, list, signal);
    if (page.length === 0 && isShort) return;
    const seam = page.findLastIndex(({ id }) => last.has(id));
    if (seam === -1 && first > 0) {
      first = Math.max(0, first - PAGE / 2);
      continue;
    }
    yield page.slice(seam + 1);
    isShort = page.length < PAGE;
    last = new Set(page.map(({ id }) => id));
    first += PAGE - 1;
    await rest();
  }
}
