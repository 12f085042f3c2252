import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { nameless } from '../lookup/health.ts';

/** A map that is asked for and that nobody has configured. */
export interface UnconfiguredMap {
  /** As clients wrote it, cut and cleaned: it names nobody. */
  readonly name: string;
  /** How often, since it was first seen. */
  readonly count: number;
  /** When last, on the daemon's clock. */
  readonly askedAt: number;
}

/** Notes which maps are asked for in vain. Their names are chosen by whoever connects, so all of it is bounded. */
export interface Unconfigured {
  /** `map` was asked for; `configured` are those that are there. */
  readonly note: (map: string, configured: Iterable<string>) => void;
  /** Those of the last hour, the one asked for most often first. */
  readonly list: () => readonly UnconfiguredMap[];
}

const HOUR_MS = 3_600_000;

/** So many are remembered; of those beyond, one takes the place of the one asked for least. */
const MOST_MAPS = 20;

/** So many are told in the log an hour. */
const MOST_TOLD = 10;

/** No map that somebody means is called longer. */
const MAX_NAME_LENGTH = 64;

interface Asked {
  readonly name: string;
  count: number;
  askedAt: number;
  /** Not told again before. */
  quietUntil: number;
}

/** Creates it; nothing was asked for yet. Each map is told in the log once an hour. */
export function createUnconfigured(clock: Clock, log: Log): Unconfigured {
  const all = new Map<string, Asked>();
  let hourEnds = Number.NEGATIVE_INFINITY;
  let told = 0;

  const makeRoom = (): void => {
    const over = clock.now() - HOUR_MS;
    for (const [key, { askedAt }] of all) if (askedAt < over) all.delete(key);
    if (all.size < MOST_MAPS) return;
    const [least] = [...all].toSorted(([, a], [, b]) => a.count - b.count);
    if (least !== undefined) all.delete(least[0]);
  };

  const find = (map: string): Asked => {
    const key = map.slice(0, MAX_NAME_LENGTH + 1);
    const known = all.get(key);
    if (known !== undefined) return known;
    makeRoom();
    const asked = { name: showName(key), count: 0, askedAt: 0, quietUntil: 0 };
    all.set(key, asked);
    return asked;
  };

  const tell = (asked: Asked, configured: Iterable<string>): void => {
    const now = clock.now();
    if (now < asked.quietUntil) return;
    if (now >= hourEnds) {
      hourEnds = now + HOUR_MS;
      told = 0;
    }
    asked.quietUntil = now + HOUR_MS;
    told += 1;
    if (told <= MOST_TOLD) log.warn({ map: asked.name, configured: [...configured] }, UNCONFIGURED);
    else if (told === MOST_TOLD + 1)
      log.warn({}, 'further maps that are not configured are asked for: none is told for an hour');
  };

  return {
    note: (map, configured) => {
      const asked = find(map);
      asked.count += 1;
      asked.askedAt = clock.now();
      tell(asked, configured);
    },
    list: () =>
      [...all.values()]
        .filter(({ askedAt }) => askedAt >= clock.now() - HOUR_MS)
        .map(({ name, count, askedAt }) => ({ name, count, askedAt }))
        .toSorted((a, b) => b.count - a.count),
  };
}

const UNCONFIGURED =
  'a map is asked for that is not configured, its mail is deferred: correct its name in main.cf, or add it under maps';

function showName(name: string): string {
  const shown = nameless(name);
  return shown.length > MAX_NAME_LENGTH ? `${shown.slice(0, MAX_NAME_LENGTH)}…` : shown;
}
