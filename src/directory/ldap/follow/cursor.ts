import type { Stamp } from '../../../clock.ts';

/** From where a feed goes on. Only at the server, and by the way, that it was made with: another one's cookies are others. */
export interface Cursor {
  readonly feed: 'syncrepl' | 'dirsync' | 'list';
  readonly server: string;
  /** Each part's, or each naming context's, in base64. */
  readonly cookies?: Readonly<Record<string, string>>;
  /** What the folders were that people lie in. */
  readonly folders?: string;
  /** When the last listing began, of a feed that does nothing else, and how long it took. */
  readonly listed?: Stamp;
  readonly tookMs?: number;
}

/** Writes one. */
export const writeCursor = (cursor: Cursor): string => JSON.stringify(cursor);

/** Reads one; absent: it is none of ours, so everybody is listed. */
export function readCursor(text: string | undefined): Cursor | undefined {
  try {
    const read: unknown = JSON.parse(text ?? 'null');
    return isCursor(read) ? read : undefined;
  } catch {
    return undefined;
  }
}

function isCursor(read: unknown): read is Cursor {
  if (typeof read !== 'object' || read === null) return false;
  if (!('feed' in read && 'server' in read && typeof read.server === 'string')) return false;
  switch (read.feed) {
    case 'list':
      return 'listed' in read && typeof read.listed === 'object' && 'tookMs' in read;
    case 'syncrepl':
    case 'dirsync':
      return 'cookies' in read && typeof read.cookies === 'object' && 'folders' in read;
    default:
      return false;
  }
}
