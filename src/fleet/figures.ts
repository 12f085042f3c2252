import { createDurations, type Durations } from '../lookup/durations.ts';
import type { News } from './news.ts';

/** What a read of the shelf came to. */
export type ReadOutcome = 'fresh' | 'old' | 'none' | 'absent' | 'outdated' | 'late';

/** What is counted of one directory. */
export interface ShelfFigures {
  readonly reads: Record<ReadOutcome, number>;
  readonly turns: Record<'ours' | 'another' | 'over' | 'alone', number>;
  readonly waits: Record<'answered' | 'asked', number>;
  readonly writes: Record<'taken' | 'refused' | 'large', number>;
}

/** What is counted of the fleet, read when somebody asks for it. */
export interface FleetFigures {
  readonly directories: Map<string, ShelfFigures>;
  readonly readDurations: Durations;
  /** What lay there and was not believed. */
  readonly refused: Record<'seal' | 'clock' | 'format', number>;
  readonly news: Record<'heard' | 'told', Record<string, number>>;
  /** Lines of what mirrored directories told, read or laid down. */
  readonly lines: Record<'heard' | 'told', number>;
  /** How often the engine was lost. */
  downs: number;
}

const READ_BOUNDS_MS: readonly number[] = [0.25, 0.5, 1, 2.5, 5, 10, 20, 50];

/** Each kind stands there from the start: the first one would else be no increase. */
const NO_NEWS: Readonly<Record<News['op'], number>> = {
  begin: 0,
  forget: 0,
  expire: 0,
  purge: 0,
  domains: 0,
  accept: 0,
  healed: 0,
};

/** Creates figures that are all zero. */
export const createFleetFigures = (): FleetFigures => ({
  directories: new Map(),
  readDurations: createDurations(READ_BOUNDS_MS),
  refused: { seal: 0, clock: 0, format: 0 },
  news: { heard: { ...NO_NEWS }, told: { ...NO_NEWS } },
  lines: { heard: 0, told: 0 },
  downs: 0,
});

/** Those of one directory. */
export function figuresOf({ directories }: FleetFigures, directory: string): ShelfFigures {
  const known = directories.get(directory);
  if (known !== undefined) return known;
  const fresh: ShelfFigures = {
    reads: { fresh: 0, old: 0, none: 0, absent: 0, outdated: 0, late: 0 },
    turns: { ours: 0, another: 0, over: 0, alone: 0 },
    waits: { answered: 0, asked: 0 },
    writes: { taken: 0, refused: 0, large: 0 },
  };
  directories.set(directory, fresh);
  return fresh;
}
