import { z } from 'zod';
import type { DeepReadonly } from '../../../config/schema.ts';

const stamp = z.object({
  at: z.number(),
  boot: z.string().exactOptional(),
  upMs: z.number().exactOptional(),
});

const cursor = z.object({
  feed: z.enum(['syncrepl', 'dirsync', 'list']),
  server: z.string(),
  /** Each part's, or each naming context's, in base64. */
  cookies: z.record(z.string(), z.string()).exactOptional(),
  /** What the folders were that people lie in. */
  folders: z.string().exactOptional(),
  /** When the last listing began, of a feed that lists again from time to time, and how long it took. */
  listed: stamp.exactOptional(),
  tookMs: z.number().exactOptional(),
});

/** From where a feed goes on. Only at the server, and by the way, that it was made with: another one's cookies are others. */
export type Cursor = DeepReadonly<z.output<typeof cursor>>;

/** Writes one. */
export const writeCursor = (from: Cursor): string => JSON.stringify(from);

/** Reads one; absent: it is none of ours, so everybody is listed. */
export function readCursor(text: string | undefined): Cursor | undefined {
  try {
    return cursor.parse(JSON.parse(text ?? 'null'));
  } catch {
    return undefined;
  }
}
