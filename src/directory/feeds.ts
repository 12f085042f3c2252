import type { Mark } from './directory.ts';

/** How changes reach a mirror, in the words of `idpmap mirror status`. */
export const FEEDS = {
  syncrepl: 'content synchronisation (RFC 4533)',
  dirsync: 'DirSync, and listings',
  events: 'events, and listings',
  rows: 'rows that changed, and listings',
  listings: 'listings alone',
} as const satisfies Readonly<Record<string, NonNullable<Mark['feed']>>>;
