import { createHash } from 'node:crypto';
import { HOW_ASKED } from '../directory/settings.ts';

/** Raised where this version makes other entries of the same rows: daemons of both share nothing meanwhile. */
const VERSION = 1;

/** What does not change what a directory answers. Whatever is added later does, until it stands here. */
const MEANINGLESS: ReadonlySet<string> = new Set([
  ...HOW_ASKED,
  'selfCheck',
  'connections',
  'events',
  'notify',
  'mirror',
]);

/**
 * Tells directories apart whose answers are not each other's: by their settings, by what begins an extension, and by what
 * `own` says of code that settings do not show. Secrets print as `***`, so that a new one changes nothing.
 */
export function fingerprintOf(settings: object, delimiters: string, own = ''): string {
  const meant = Object.entries(settings)
    .filter(([name]) => !MEANINGLESS.has(name))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([VERSION, delimiters, own, meant]))
    .digest('base64url');
}
