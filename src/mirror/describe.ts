import { formatDuration } from '../config/schema/units.ts';
import type { MirrorSettings } from '../config/settings/mirror.ts';
import type { MirrorFigures } from './figures.ts';
import type { Said } from './said.ts';
import type { MirrorStatus } from './status.ts';
import { describeLoss } from './store/guard.ts';
import type { Standing } from './store/orders.ts';
import { sizeOf } from './store/storefile.ts';
import type { Timeline } from './store/timeline.ts';

export interface StatusParts {
  readonly settings: Pick<MirrorSettings, 'path' | 'acceptFor' | 'denyFor'>;
  readonly standing: Standing | undefined;
  readonly timeline: Timeline;
  readonly isInStep: boolean;
  readonly figures: MirrorFigures;
  readonly now: number;
  readonly fault: string | undefined;
  readonly feed: string | undefined;
  readonly takenFrom: string | undefined;
}

/** Tells how a mirror stands. */
export function statusOf(parts: StatusParts): MirrorStatus {
  const {
    settings,
    standing = NOTHING,
    timeline,
    isInStep,
    figures,
    now,
    fault,
    feed,
    takenFrom,
  } = parts;
  const { accounts, groups, addresses, lost, syncedAt, isHeld } = standing;
  const { listing, listings, changes, confirmed, gaps, answers } = figures;
  return {
    path: settings.path,
    ...(feed !== undefined && { feed }),
    isInStep,
    ...(syncedAt !== undefined && { ageMs: Math.max(0, timeline.at() - syncedAt) }),
    ...(fault !== undefined && { fault }),
    ...(takenFrom !== undefined && { takenFrom }),
    accounts,
    groups,
    addresses,
    lost,
    ...(isHeld && { held: describeLoss(standing) }),
    ...(listing !== undefined && { listing: listingOf(listing, now) }),
    bytes: sizeOf(settings.path),
    acceptForMs: settings.acceptFor,
    denyForMs: settings.denyFor,
    counts: { listings, changes, confirmed, gaps, answers },
  };
}

const NOTHING: Standing = {
  accounts: 0,
  groups: 0,
  addresses: 0,
  lost: 0,
  unasked: 0,
  isHeld: false,
  isWhole: false,
};

const listingOf = (
  { endedAt, tookMs, put, gone }: NonNullable<MirrorFigures['listing']>,
  now: number,
): NonNullable<MirrorStatus['listing']> => ({ agoMs: now - endedAt, tookMs, put, gone });

const UNITS = [86_400_000, 3_600_000, 60_000];

/** In whole units of which there are at least two. */
function roughly(ms: number): number {
  const unit = UNITS.find((each) => ms >= 2 * each) ?? 1000;
  return Math.round(ms / unit) * unit;
}

/** What a mirror that said this is to be told of, for `explain`. */
export function describe(
  said: Said,
  { grace }: Pick<MirrorSettings, 'grace'>,
  { isInStep, ageMs, held = 'people are held', takenFrom }: MirrorStatus,
): string {
  if (ageMs === undefined) return 'nothing is listed whole yet';
  const age = formatDuration(roughly(ageMs));
  const step = stepOf(isInStep, age, takenFrom);
  const words: Readonly<Record<Said['is'], string>> = {
    found: `has it, ${step}`,
    stale: `has it, ${step}: stands in`,
    absent: `lacks it, ${step}`,
    doubt: describeDoubt(said, step),
    lost: describeLost(
      said,
      `deferred for ${formatDuration(grace)} after that, or as long as it is held`,
    ),
    nothing: `says nothing, ${step}`,
  };
  if (said.is === 'stale' && said.held !== undefined) return `has it, held: ${held}`;
  const isDenied = said.is === 'absent' && said.denied !== undefined;
  return isDenied ? `${words.absent} (deny)` : words[said.is];
}

function stepOf(isInStep: boolean, age: string, takenFrom: string | undefined): string {
  const by = takenFrom === undefined ? '' : `, taken from ${takenFrom}`;
  return isInStep ? `in step, told ${age} ago${by}` : `out of step, ${age} behind${by}`;
}

const describeLost = (said: Said, deferred: string): string => {
  const isAsked = said.is === 'lost' ? said.isAsked : undefined;
  if (isAsked === 'elsewhere') return 'lost it, and somebody else has it: asked';
  return isAsked === 'members'
    ? 'has it, a group whose members may be held: asked, and not denied'
    : `lost it: ${deferred}`;
};

const describeDoubt = (said: Said, step: string): string =>
  said.is === 'doubt' && said.isAsked === true
    ? `two have it, ${step}: asked`
    : `in doubt, ${step}`;
