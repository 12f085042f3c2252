import type { Context, Maybe } from '../lookup/outcome.ts';

/** What Postfix is told of one query. `reason` is one line without addresses and secrets; it goes to mail.log. */
export type Answer =
  | { readonly status: 'OK'; readonly data: string }
  | { readonly status: 'NOTFOUND' }
  | { readonly status: 'TEMP'; readonly reason: string }
  | { readonly status: 'PERM'; readonly reason: string }
  /** Postfix treats it as TEMP. The daemon never says it; a library's handler may. */
  | { readonly status: 'TIMEOUT'; readonly reason: string };

/** Answers for one map name: the daemon's maps and the library's handlers alike. Never rejects. */
export type MapHandler = (key: string, context: Context) => Maybe<Answer>;

/** Answers a query for any map: PERM where `map` is not configured. Never rejects. */
export type Router = (map: string, key: string, context: Context) => Maybe<Answer>;

export const NOTFOUND: Answer = { status: 'NOTFOUND' };
