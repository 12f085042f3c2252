import type { Directory, Entry } from '../../directory/directory.ts';
import type { CleanFigures } from '../../directory/people/clean.ts';
import type { Fleet } from '../../fleet/contract.ts';
import type { LineFigures } from '../../logwriter.ts';
import type { Lane } from '../../lookup/lane.ts';
import type { Memory } from '../../lookup/memory.ts';
import type { Differences } from '../../maps/differences.ts';
import type { DomainList } from '../../maps/domainlist.ts';
import type { MapFigures } from '../../maps/router.ts';
import type { Mirror } from '../../mirror/mirror.ts';
import type { Settings } from '../../settings.ts';
import type { Figures } from '../../socketmap/figures.ts';
import type { HttpFigures } from '../figures.ts';
import type { Lag } from './lag.ts';

/** One directory at work, as metrics look at it. */
export interface MeteredDirectory {
  readonly name: string;
  readonly settings: { readonly type: string };
  readonly directory: Pick<Directory, 'figures'>;
  readonly lane: Pick<Lane, 'figures' | 'breaker' | 'limiter' | 'flips'>;
  readonly cleaned: Readonly<CleanFigures>;
  readonly memories: {
    readonly entries: Pick<Memory<Entry>, 'sizes'>;
    readonly tables: ReadonlyMap<string, Pick<Memory<string>, 'sizes'>>;
  };
  readonly list?: Pick<DomainList, 'names' | 'isHeld' | 'isResting' | 'figures'>;
  readonly mirror?: Pick<Mirror, 'status'>;
}

/** One directory at work, as the status shows it: what metrics read of it, and how it fares. */
export interface WatchedDirectory extends MeteredDirectory {
  readonly directory: Pick<Directory, 'figures' | 'pending'>;
  readonly lane: Pick<Lane, 'figures' | 'breaker' | 'limiter' | 'flips' | 'health'>;
  readonly list?: Pick<DomainList, 'names' | 'isHeld' | 'isResting' | 'figures' | 'pending'>;
}

/** How often the configuration was read anew since the start, and with what success. */
export interface ReloadFigures {
  readonly succeeded: number;
  readonly failed: number;
  /** Whether the last one succeeded; so does the start. */
  readonly isLastGood: boolean;
  /** When the settings that serve were taken, as `performance.now()` tells time. */
  readonly lastGoodAt: number;
  /** Why the last one was refused; absent: it was not. */
  readonly refusal?: string;
}

/** What metrics are read from at each scrape: live objects of the daemon. */
export interface MetricSources {
  /** The program's. */
  readonly version: string;
  /** What answers at the time. */
  readonly state: () => {
    readonly settings: Settings;
    readonly served: ReadonlyMap<string, MeteredDirectory>;
  };
  readonly maps: Readonly<MapFigures>;
  readonly differences: Pick<Differences, 'figures'>;
  /** The daemons that know together; absent: this one is alone. */
  readonly fleet?: Pick<Fleet, 'figures' | 'status'>;
  readonly socketmap: Figures;
  readonly reloads: ReloadFigures;
  readonly logged: LineFigures;
  readonly web: HttpFigures;
}

/** The sources, and what is seen of the process. */
export interface Observed extends MetricSources {
  /** The event loop's, from the scrape before this one. */
  readonly lag: () => Lag;
}
