import { hasRareLetter, RARE_LETTERS } from '../../../address/rare.ts';
import { preciseClock } from '../../../clock.ts';
import { Fault } from '../../directory.ts';
import { waitFor } from '../../waiting.ts';
import type { Ask } from '../http/api.ts';
import { liesInFields, valuesIn } from '../people/account.ts';
import { isMade } from '../people/addressfrom.ts';
import { partQuery } from '../people/query.ts';
import { normalise } from '../people/written.ts';
import { countUsers, showUsers } from './listing.ts';

/**
 * Who is stored with letters that nobody is asked for by (`ſmith@`): Keycloak and its databases compare letters, so these
 * are looked for now and then, and whoever has one is asked for as written.
 */
export interface LetterWatch {
  /** How `address`, which is normalised, is written in a field or attribute, as far as that was seen. */
  readonly of: (name: string, address: string) => readonly string[];
  /** In how many ways it is written in any of them. */
  readonly count: (address: string) => number;
  /** Looks, where that is due: a count for each letter. What fails, or takes too long, is gone on with at the next call. */
  look(ask: Ask): Promise<void>;
  /** Waits for the end of the first look. @throws {Fault} where it has not come */
  ready(signal: AbortSignal): Promise<void>;
  stop(): void;
}

/** So long after all were looked for it begins again, in ms. */
const REST_MS = 10 * 60_000;
/** So long it may look at once, in ms: a first *none* waits for it. */
const LOOK_MS = 1000;
/** So many are read of those who have one letter. More have it only where the database takes it for a common one. */
const MOST = 50;

/** Creates the watch over these fields and attributes of users. */
export function createLetterWatch(names: readonly string[]): LetterWatch {
  const looks = names.flatMap((name) => RARE_LETTERS.map((letter) => ({ name, letter })));
  const seen = new Map<(typeof looks)[number], readonly string[]>();
  const life = new AbortController();
  const first = Promise.withResolvers<void>();
  let isLooking = false;
  let next = 0;
  let due = Number.NEGATIVE_INFINITY;

  async function lookFor(
    { name, letter }: (typeof looks)[number],
    ask: Ask,
  ): Promise<readonly string[]> {
    const condition = partQuery(isMade(name) ? 'username' : name, letter);
    if ((await countUsers(ask, condition, life.signal)) === 0) return [];
    const users = await showUsers(
      ask,
      { condition, brief: liesInFields(name), max: MOST },
      life.signal,
    );
    return users.flatMap((user) => valuesIn(user, name).filter(hasRareLetter));
  }

  const of = (name: string, address: string): readonly string[] => {
    const written = [...seen]
      .filter(([look]) => look.name === name)
      .flatMap(([, values]) => values.filter((value) => normalise(value) === address));
    return [...new Set(written)];
  };

  return {
    of,
    count: (address) => names.reduce((sum, name) => sum + of(name, address).length, 0),
    async look(ask) {
      if (isLooking || preciseClock.now() < due) return;
      isLooking = true;
      const until = preciseClock.now() + LOOK_MS;
      try {
        for (; next < looks.length; next++) {
          const look = looks[next];
          if (look === undefined || preciseClock.now() > until) return;
          const values = await lookFor(look, ask);
          if (values.length > 0) seen.set(look, values);
          else seen.delete(look);
        }
        next = 0;
        due = preciseClock.now() + REST_MS;
      } catch {
        // What fails here fails the self-check, or the questions, by itself; whoever was seen stays known.
      } finally {
        isLooking = false;
        first.resolve();
      }
    },
    ready: (signal) =>
      waitFor(
        first.promise,
        signal,
        () => new Fault('starting', 'who has rare letters has not been looked for yet'),
      ),
    stop() {
      life.abort();
      first.resolve();
    },
  };
}
