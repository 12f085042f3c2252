import type { Entry } from '../directory/directory.ts';
import type { Concern } from '../directory/hooks.ts';

/** What one daemon tells all others. */
export type News =
  /** An era of the fleet's time begins here: what was laid down before can't be compared with what is told from now on. */
  | { readonly op: 'begin'; readonly era: string }
  /** Whoever is concerned is to be forgotten. */
  | { readonly op: 'forget'; readonly directory: string; readonly concern: Named }
  /** All of the directory counts no more as fresh. */
  | { readonly op: 'expire'; readonly directory: string }
  /** An administrator lets this be forgotten. */
  | { readonly op: 'purge'; readonly what: Purged }
  /** The domains that the directory lists may be others now. */
  | { readonly op: 'domains'; readonly directory: string }
  /** What is held of the directory is taken by those who hold the same: these digests. */
  | { readonly op: 'accept'; readonly directory: string; readonly digests: readonly string[] }
  /** The directory answers again. */
  | { readonly op: 'healed'; readonly directory: string };

/** As a directory's concern, as JSON has it. */
export interface Named {
  readonly ids: readonly string[];
  readonly addresses: readonly string[];
  readonly domains?: readonly string[];
  readonly groups?: 'all';
}

/** As a command's purge. */
export type Purged =
  | { readonly address: string }
  | { readonly domain: string }
  | { readonly directory: string }
  | { readonly all: true };

/** Writes a directory's concern as news. */
export const newsOf = (directory: string, concern: Concern): News =>
  concern === 'everything'
    ? { op: 'expire', directory }
    : {
        op: 'forget',
        directory,
        concern: {
          ids: [...concern.ids],
          addresses: [...concern.addresses],
          ...(concern.domains && { domains: [...concern.domains] }),
          ...(concern.groups && { groups: concern.groups }),
        },
      };

/** Reads it again. */
export const concernOf = ({ ids, addresses, domains, groups }: Named): Concern => ({
  ids: new Set(ids),
  addresses: new Set(addresses),
  ...(domains && { domains: new Set(domains) }),
  ...(groups && { groups }),
});

/** What an answer is worth by the news: `old` may stand in for a directory that fails, `gone` may not be used at all. */
export type Worth = 'good' | 'old' | 'gone';

/** What the news have made of one directory's answers. Times are the fleet's. */
export interface Outdated {
  /** Takes news of that instant into account. */
  note(news: News, at: number): void;
  /** What an answer is worth whose question began at `mark`. */
  judge(mark: number, key: string, values: readonly unknown[]): Worth;
}

/** The key of what is no address and no key of a table: the domains that a directory lists. */
export const LISTED = '';

/** The clocks of two daemons, as the engine has set them, differ by less. */
const SLACK_MS = 250;

/** More names than this are everybody. */
const MOST_NAMES = 50_000;

/** Creates it; nothing is outdated yet. */
export function createOutdated(name: string): Outdated {
  let staleAt = Number.NEGATIVE_INFINITY;
  let goneAt = Number.NEGATIVE_INFINITY;
  let groupsAt = Number.NEGATIVE_INFINITY;
  let listedAt = Number.NEGATIVE_INFINITY;
  const ids = new Map<string, number>();
  const addresses = new Map<string, number>();
  const domains = new Map<string, number>();
  const all = [ids, addresses, domains];

  const put = (names: Map<string, number>, which: readonly string[], at: number): void => {
    for (const each of which) names.set(each, Math.max(at, names.get(each) ?? at));
    if (all.reduce((sum, { size }) => sum + size, 0) <= MOST_NAMES) return;
    // News that are told late come behind newer ones.
    const last = all.flatMap((each) => [...each.values()]).reduce((a, b) => Math.max(a, b), at);
    for (const each of all) each.clear();
    goneAt = Math.max(goneAt, last);
  };

  const forget = (concern: Named, at: number): void => {
    put(ids, concern.ids, at);
    put(addresses, concern.addresses, at);
    put(domains, concern.domains ?? [], at);
    // Whatever happens to somebody may change the members of any group.
    groupsAt = Math.max(groupsAt, at);
  };

  const purge = (what: Purged, at: number): void => {
    if ('address' in what) put(addresses, [what.address], at);
    else if ('domain' in what) put(domains, [what.domain], at);
    else if ('all' in what || what.directory === name) goneAt = Math.max(goneAt, at);
  };

  return {
    note: (news, at) => {
      if (news.op === 'purge') return purge(news.what, at);
      if (!('directory' in news) || news.directory !== name) return;
      if (news.op === 'forget') forget(news.concern, at);
      else if (news.op === 'expire') staleAt = Math.max(staleAt, at);
      else if (news.op === 'domains') listedAt = Math.max(listedAt, at);
    },
    judge: (mark, key, values) => {
      const isBefore = (at: number | undefined): boolean =>
        at !== undefined && mark <= at + SLACK_MS;
      const isNamed = (address: string): boolean =>
        isBefore(addresses.get(address)) ||
        (domains.size > 0 && isBefore(domains.get(domainIn(address))));
      const isHeldBy = (value: unknown): boolean =>
        isEntry(value) &&
        (isBefore(ids.get(value.id)) ||
          (value.kind === 'group' && isBefore(groupsAt)) ||
          [value.address, ...value.aliases, ...value.members].some(isNamed));
      if (key === LISTED && isBefore(listedAt)) return 'gone';
      if (isBefore(goneAt) || isNamed(key) || values.some(isHeldBy)) return 'gone';
      return isBefore(staleAt) ? 'old' : 'good';
    },
  };
}

/** The domain of an address or of a table's key: `@example.org` and `.example.org` are of it, too. */
const domainIn = (key: string): string => key.slice(key.lastIndexOf('@') + 1).replace(/^\./, '');

/** Rows of tables are texts, people are entries: who closed them made them. */
const isEntry = (value: unknown): value is Entry => typeof value === 'object' && value !== null;
