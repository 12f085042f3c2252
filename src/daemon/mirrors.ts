import { createHash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { MirrorSettings } from '../config/settings/mirror.ts';
import { Secret } from '../config/sources/secret.ts';
import type { Directory, Entry } from '../directory/directory.ts';
import { askEntries } from '../directory/people/ask.ts';
import type { GroupLimits } from '../directory/people/expand.ts';
import { HOW_ASKED } from '../directory/settings.ts';
import { type DirectorySettings, largestGroup } from '../directory/types.ts';
import type { Log } from '../log.ts';
import { noteChangeOf } from '../lookup/changes.ts';
import type { Lane } from '../lookup/lane.ts';
import type { Outcome } from '../lookup/outcome.ts';
import { createBeside } from '../lookup/path.ts';
import type { Confirm } from '../mirror/feed/confirm.ts';
import { type Mirror, openMirror } from '../mirror/mirror.ts';
import { shareFeed } from '../mirror/shared/sharing.ts';
import { isRecord, propertyOf } from '../record.ts';
import type { Membership } from './membership.ts';
import type { Memories } from './memories.ts';

/** What a mirror is made of. */
export interface MirroredDirectory {
  readonly name: string;
  readonly settings: DirectorySettings;
  readonly directory: Directory;
  readonly lane: Lane;
  readonly memories: Memories;
  readonly membership: Pick<Membership, 'feedOf'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Opens the mirror of a directory; absent: it has none. `former`: the one that served under its name, which may be writing
 * the same file until it ends.
 * @throws {Error} where the directory can't be mirrored
 */
export async function openMirrorOf(
  { name, settings, directory, lane, memories, membership, clock, log }: MirroredDirectory,
  former?: Mirror,
): Promise<Mirror | undefined> {
  const mirror = mirrorIn(settings);
  if (mirror === undefined) return undefined;
  if (directory.follow === undefined)
    throw new Error(
      `the directory ${name} can't be mirrored, for it can't list its people: take mirror out of its settings`,
    );
  const ask = createBeside(askEntries(directory, settings, { dropped: 0 }), lane);
  const fingerprint = fingerprintOf(settings);
  const own = directory.follow.bind(directory);
  const together = membership.feedOf(fingerprint);
  const shared = together && shareFeed({ follow: own, together });
  return openMirror({
    name,
    settings: mirror,
    fingerprint,
    follow: own,
    ...(shared && { ...shared, list: own }),
    confirm: confirming(ask),
    rules: { sharedAliases: settings.sharedAliases },
    limits: limitsOf(settings),
    changed: noteChangeOf,
    released: (addresses) => memories.changed({ ids: new Set(), addresses: new Set(addresses) }),
    clock,
    log,
    ...(former !== undefined && { after: former.ended }),
  });
}

/** What a directory's settings say of a mirror; those of one's own types may have none, or something else of the name. */
function mirrorIn(settings: DirectorySettings): MirrorSettings | undefined {
  const value: unknown = 'mirror' in settings ? settings.mirror : undefined;
  return isMirror(value) ? value : undefined;
}

const isMirror = (value: unknown): value is MirrorSettings =>
  isRecord(value) && 'path' in value && 'acceptFor' in value;

/** Deep enough for any group where a directory's settings have no limit. */
const DEPTH = 10;

function limitsOf(settings: DirectorySettings): GroupLimits {
  const groups: unknown = 'groups' in settings ? settings.groups : undefined;
  const depth = propertyOf(groups, 'depth');
  return {
    depth: typeof depth === 'number' ? depth : DEPTH,
    members: largestGroup(settings) || Number.POSITIVE_INFINITY,
  };
}

/** Settings that decide how a directory is asked, and not who is in it. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'mirror',
  'sharedAliases',
  ...HOW_ASKED,
  'tls',
  'connections',
  'connectTimeout',
  'searchTimeout',
  'maxAge',
  'returnAfter',
  'bindRetry',
  'selfCheck',
  'canary',
  'tables',
  'listDomains',
]);

/** A digest of the settings that decide who is in a directory, and by what feed it is told: without secrets. */
export function fingerprintOf(settings: DirectorySettings): string {
  const own = Object.entries(settings)
    .filter(([name]) => !ELSEWHERE.has(name))
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  // Types of directory whose mirrors have a choice of feeds have it there.
  const how = propertyOf(mirrorIn(settings), 'feed');
  const text = JSON.stringify([own, how], (_name, value: unknown) =>
    value instanceof Secret ? undefined : value,
  );
  return createHash('sha256').update(text).digest('base64url');
}

const confirming =
  (ask: (key: string) => Promise<Outcome<Entry>>): Confirm =>
  async ({ id, address }) => {
    const outcome = await ask(address);
    if (outcome.status === 'none') return 'gone';
    if (outcome.status === 'found') {
      const { stale, value } = outcome;
      if (stale !== undefined) return 'unknown';
      const another = value.some(({ enabled }) => enabled) ? 'another' : 'gone';
      return value.find((entry) => entry.id === id) ?? another;
    }
    // Somebody has it; that two have it, or that a group is too large, is no sign that anybody is gone.
    return outcome.cause === 'entry' ? 'there' : 'unknown';
  };
