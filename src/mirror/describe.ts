import type { MirrorSettings } from '../config/settings/mirror.ts';
import type { MirrorFigures } from './figures.ts';
import { describeLoss } from './guard.ts';
import type { Standing } from './orders.ts';
import type { Said } from './said.ts';
import type { Timeline } from './timeline.ts';

/** How a mirror stands, for commands, metrics and the status page. Durations in milliseconds. */
export interface MirrorStatus {
  readonly path: string;
  readonly accounts: number;
  readonly groups: number;
  readonly isInStep: boolean;
  /** Since when it may lag; absent: nothing was ever listed whole. */
  readonly ageMs?: number;
  /** Since the last whole listing. */
  readonly listedMs?: number;
  /** Whoever is new is told before the next listing. */
  readonly tellsNew: boolean;
  /** Entries that lost an address of late. */
  readonly lost: number;
  /** What is held, in words; absent: nothing is. */
  readonly held?: string;
  /** Why its file can't be used, or it is told no more; absent: it goes on. */
  readonly fault?: string;
  /** How long it may stand in for a directory that fails. */
  readonly acceptForMs: number;
  readonly figures: MirrorFigures;
}

export interface StatusParts {
  readonly settings: Pick<MirrorSettings, 'path' | 'acceptFor'>;
  readonly standing: Standing | undefined;
  readonly timeline: Timeline;
  readonly isInStep: boolean;
  readonly figures: MirrorFigures;
  readonly fault?: string;
}

export function statusOf({
  settings,
  standing,
  timeline,
  isInStep,
  figures,
  fault = figures.reason,
}: StatusParts): MirrorStatus {
  const { accounts = 0, groups = 0, lost = 0, syncedAt, listedAt } = standing ?? {};
  const since = (time: number): number => Math.max(0, timeline.at() - time);
  return {
    path: settings.path,
    accounts,
    groups,
    isInStep,
    ...(syncedAt !== undefined && { ageMs: since(syncedAt) }),
    ...(listedAt !== undefined && { listedMs: since(listedAt) }),
    tellsNew: standing?.progress?.tellsNew === true,
    lost,
    ...(standing?.isHeld === true && { held: describeLoss(standing) }),
    ...(fault !== undefined && { fault }),
    acceptForMs: settings.acceptFor,
    figures,
  };
}

/** What a mirror that said this is to be told of, for `explain`. */
export function describe(
  said: Said,
  { grace }: Pick<MirrorSettings, 'grace'>,
  { isInStep, ageMs, held }: MirrorStatus,
): string {
  if (ageMs === undefined) return 'nothing is listed whole yet';
  const age = `${ageMs} ms ago`;
  const step = isInStep ? `in step, told ${age}` : `out of step since ${age}`;
  switch (said.is) {
    case 'found':
      return `has it, ${step}`;
    case 'stale':
      return said.held === undefined
        ? `has it, ${step}, stands in`
        : `has it, held: ${held ?? said.held}`;
    case 'absent':
      return `lacks it, ${step}${said.deniedUntil === undefined ? '' : ' (deny)'}`;
    case 'doubt':
      return `in doubt, ${step}`;
    case 'lost':
      return `lost it a short while ago, deferred for ${grace} ms or as long as it is held`;
    case 'nothing':
      return `says nothing, ${step}`;
  }
}
