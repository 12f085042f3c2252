import { type Film, type Shot, still } from './film.ts';
import type { Scrape } from './scrape.ts';

/** What a daemon shows while all is well, and then. */
export interface Scene {
  readonly calm: readonly Shot[];
  readonly storm: readonly Shot[];
  /** Absent: a minute. */
  readonly step?: Film['step'];
}

/** Scenes by the alert that has to fire in them. */
export type Scenes = Readonly<Record<string, readonly (() => Promise<Scene>)[]>>;

/** What happened between two scrapes happens once, and stays so for so many steps. */
export const once = (before: Scrape, after: Scrape, steps = 20): Scene => ({
  calm: [still(before, 10)],
  storm: [{ from: before, to: after, steps, happens: 'once' }],
});

/** It happens again in each step. */
export const again = (before: Scrape, after: Scrape, steps = 20): Scene => ({
  calm: [still(before, 10)],
  storm: [{ from: before, to: after, steps, happens: 'each' }],
});
