import type { Clock } from '../clock.ts';
import type { Log, ShowAddress } from '../log.ts';
import { type Comparison, DIFFERENCES, type Difference } from './compare.ts';
import type { Kind } from './kind.ts';

/** What was compared of one directory and its shadow since the start. It lives through a reload. */
export interface ShadowFigure {
  /** The directories that answer, and the one that is compared with them. */
  readonly of: string;
  readonly by: string;
  same: number;
  /** By what differed. */
  readonly differences: Record<Difference, number>;
  /** One of the two did not know. */
  unknown: number;
  /** Not even asked: too many waited. */
  dropped: number;
}

/** An address of which the two differed when they were compared last. */
export interface SeenDifference {
  readonly address: string;
  readonly map: Kind['name'];
  readonly of: string;
  readonly by: string;
  readonly difference: Difference;
  /** As `performance.now()` tells time. */
  readonly at: number;
}

/** What comparisons came to: figures, and the addresses that differed last. */
export interface Differences {
  readonly figureOf: (of: string, by: string) => ShadowFigure;
  note(figure: ShadowFigure, map: Kind['name'], address: string, comparison: Comparison): void;
  /** All that were compared since the start. */
  readonly figures: () => readonly ShadowFigure[];
  /** Those that differed when they were compared last, the latest first. */
  readonly list: () => readonly SeenDifference[];
}

export interface DifferencesOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly showAddress: ShowAddress;
}

/** So many addresses are kept. */
export const MOST_DIFFERENCES = 100;

/** Of one pair a line this often: thousands may differ. */
const TELL_MS = 60_000;

/** Creates the record of differences. */
export function createDifferences({ clock, log, showAddress }: DifferencesOptions): Differences {
  const figures = new Map<string, ShadowFigure>();
  const seen = new Map<string, SeenDifference>();
  const told = new Map<ShadowFigure, number>();

  const tell = (figure: ShadowFigure, { address, map, of, by, difference }: SeenDifference) => {
    const now = clock.now();
    if (now < (told.get(figure) ?? Number.NEGATIVE_INFINITY) + TELL_MS) return;
    told.set(figure, now);
    log.info(
      {
        directory: of,
        shadow: by,
        map,
        difference,
        address: showAddress(address),
        compared: figure.same + countDifferences(figure),
        different: countDifferences(figure),
      },
      'the shadow differs: it would answer otherwise, idpmap status --shadow lists where',
    );
  };

  return {
    figureOf: (of, by) => {
      const key = `${of} ${by}`;
      const figure = figures.get(key) ?? createFigure(of, by);
      figures.set(key, figure);
      return figure;
    },
    note: (figure, map, address, comparison) => {
      if (comparison === 'unknown') {
        figure.unknown += 1;
        return;
      }
      const { of, by } = figure;
      const key = `${of} ${by} ${map} ${address}`;
      // Anew at the end: the oldest goes first, and whoever is the same by now is no difference any more.
      seen.delete(key);
      if (comparison === 'same') {
        figure.same += 1;
        return;
      }
      figure.differences[comparison] += 1;
      const difference = { address, map, of, by, difference: comparison, at: performance.now() };
      seen.set(key, difference);
      const [oldest] = seen.keys();
      if (seen.size > MOST_DIFFERENCES && oldest !== undefined) seen.delete(oldest);
      tell(figure, difference);
    },
    figures: () => [...figures.values()],
    list: () => [...seen.values()].toReversed(),
  };
}

function createFigure(of: string, by: string): ShadowFigure {
  const differences = { missing: 0, extra: 0, disabled: 0, address: 0, members: 0, logins: 0 };
  return { of, by, same: 0, differences, unknown: 0, dropped: 0 };
}

/** How often the two differed. */
export const countDifferences = ({ differences }: Pick<ShadowFigure, 'differences'>): number =>
  DIFFERENCES.reduce((sum, each) => sum + differences[each], 0);
