import type { Maybe } from '../directory/directory.ts';
import type { Context, Unknown } from '../lookup/outcome.ts';

/** What Postfix is told of one query. `reason` is one line without addresses and secrets; it goes to mail.log. */
export type Answer =
  | { readonly status: 'OK'; readonly data: string }
  | { readonly status: 'NOTFOUND' }
  /** `doubt`: what was not known; absent where there is another reason. */
  | { readonly status: 'TEMP'; readonly reason: string; readonly doubt?: Unknown }
  | { readonly status: 'PERM'; readonly reason: string }
  /** Postfix treats it as TEMP. The daemon never says it; a library's handler may. */
  | { readonly status: 'TIMEOUT'; readonly reason: string };

/** Answers for one map name: the daemon's maps and the library's handlers alike. Never rejects. */
export type MapHandler = (key: string, context: Context) => Maybe<Answer>;

/** Answers a query for any map: PERM where `map` is not configured. Never rejects. */
export type Router = (map: string, key: string, context: Context) => Maybe<Answer>;

export const NOTFOUND: Answer = { status: 'NOTFOUND' };

/** Says TEMP for what is not known: the cause and the directory, nothing that names a person. */
export const tempOf = (doubt: Unknown): Answer => ({
  status: 'TEMP',
  reason: `idpmap ${doubt.cause} ${doubt.directory}`,
  doubt,
});

/** NOTFOUND, unless there is a doubt. */
export const denyUnlessDoubtful = (doubt: Unknown | undefined): Answer =>
  doubt === undefined ? NOTFOUND : tempOf(doubt);
