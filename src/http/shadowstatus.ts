import { calendarOf } from '../clock.ts';
import type { Difference } from '../maps/compare.ts';
import {
  countDifferences,
  type Differences,
  type SeenDifference,
  type ShadowFigure,
} from '../maps/differences.ts';
import { type DirectoryStatus, judge } from './directorystatus.ts';
import type { WatchedDirectory } from './metrics/sources.ts';

/** How a directory that is asked beside others compares with them, as `/api/status` shows it: no address is in it. */
export interface ShadowStatus {
  /** The directories that answer, and the one that would. */
  readonly of: string;
  readonly by: string;
  /** As of a directory; `gone`: it is no shadow any more. */
  readonly state: DirectoryStatus['state'] | 'gone';
  readonly lastFault?: string;
  /** Answers that were compared, since the start. */
  readonly compared: number;
  /** In which the two differed, and in what. */
  readonly different: number;
  readonly differences: Readonly<Record<Difference, number>>;
  /** What could not be compared, for one of the two did not know, or too many waited. */
  readonly uncompared: { readonly unknown: number; readonly dropped: number };
  /** Addresses that differed when they were compared last, of the hundred that are kept, the latest first. */
  readonly recent: readonly Pick<ToldDifference, 'map' | 'difference' | 'when'>[];
}

interface ToldDifference extends Pick<SeenDifference, 'map' | 'difference'> {
  readonly when: string;
}

/** The shadows that are asked, by name. */
export type WatchedShadows = ReadonlyMap<string, Pick<WatchedDirectory, 'lane'>>;

/** Describes what was compared since the start. */
export function listShadows(
  differences: Pick<Differences, 'figures' | 'list'>,
  shadows: WatchedShadows,
): readonly ShadowStatus[] {
  const seen = differences.list();
  return differences.figures().map((figure) => describe(figure, shadows, seen));
}

function describe(
  figure: ShadowFigure,
  shadows: WatchedShadows,
  seen: readonly SeenDifference[],
): ShadowStatus {
  const { of, by, same, unknown, dropped } = figure;
  const lane = shadows.get(by)?.lane;
  const reason = lane?.health.lastFault()?.reason;
  const different = countDifferences(figure);
  return {
    of,
    by,
    state: lane === undefined ? 'gone' : judge(lane),
    ...(reason !== undefined && { lastFault: reason }),
    compared: same + different,
    different,
    differences: figure.differences,
    uncompared: { unknown, dropped },
    recent: seen
      .filter((each) => each.of === of && each.by === by)
      .map(({ map, difference, at }) => ({
        map,
        difference,
        when: new Date(calendarOf(at)).toISOString(),
      })),
  };
}
