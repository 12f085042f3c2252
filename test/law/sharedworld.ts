import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { type Change, Fault, Gap, type Listed } from '../../src/directory/directory.ts';
import type { Confirm } from '../../src/mirror/feed/confirm.ts';
import type { Pacing } from '../../src/mirror/shared/pacing.ts';

/** How often the directory's feed tells, and how long a mirror is in step after that. */
export const POLL_MS = 5000;
export const IN_STEP_MS = 2 * POLL_MS + 5000;
/** A listing is read in so many pages, and everybody is listed anew after this. */
const PAGE = 3;
const PAGE_MS = 400;
const REFRESH_MS = 60_000;

export const NAMES: readonly string[] = Array.from({ length: 10 }, (_, i) => `p${i}@example.org`);

export const entryOf = (address: string, login: string): Listed => ({
  id: address,
  kind: 'account',
  address,
  aliases: [],
  logins: [login],
  members: [],
  enabled: true,
  names: [],
});

interface Due {
  readonly at: number;
  readonly who: number;
  readonly run: () => void;
}

/** Time that a plan moves: everything happens in its order, and a daemon that is frozen meets it late. */
export class Time {
  now = 1_000_000;
  readonly frozen = new Set<number>();
  #due: Due[] = [];

  /** Time as the daemon `who` goes by it; the directory is -1. */
  of(who: number): Pacing {
    return {
      now: () => this.now,
      pause: (ms, signal) =>
        new Promise((resolve, reject) => {
          const abort = (): void => reject(new Error('ended'));
          if (signal.aborted) return abort();
          signal.addEventListener('abort', abort);
          const run = (): void => {
            signal.removeEventListener('abort', abort);
            resolve();
          };
          this.#due.push({ at: this.now + ms, who, run });
        }),
      every: (ms, work) => {
        let isOver = false;
        const again = (): void => {
          if (isOver) return;
          void work();
          this.#due.push({ at: this.now + ms, who, run: again });
        };
        this.#due.push({ at: this.now + ms, who, run: again });
        return () => {
          isOver = true;
        };
      },
    };
  }

  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    await settle();
    for (;;) {
      const ready = this.#due.filter(({ at, who }) => at <= until && !this.frozen.has(who));
      const next = ready.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#due.splice(this.#due.indexOf(next), 1);
      this.now = Math.max(this.now, next.at);
      next.run();
      await settle();
    }
    this.now = until;
  }
}

/** All that follows from what happened, files included, has happened. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 6; i++) await turnOfTheLoop();
}

interface Moment {
  readonly at: number;
  readonly people: ReadonlyMap<string, string>;
}

/** A directory whose changes are numbered: a cursor is a number. It is read a while before that is told. */
export class SharedDirectory {
  readonly people = new Map(NAMES.slice(0, 7).map((name) => [name, 'a']));
  readonly #moments: Moment[] = [];
  readonly #log: string[] = [];
  readonly #time: Time;
  /** What lies before is not known any more. */
  #forgotten = 0;
  isUp = true;
  /** Feeds at work now; since the start: feeds that were begun, and listings. */
  active = 0;
  begun = 0;
  listings = 0;

  constructor(time: Time) {
    this.#time = time;
    this.#note();
  }

  change(name: string, to: string | undefined): void {
    if (to === undefined) this.people.delete(name);
    else this.people.set(name, to);
    this.#log.push(name);
    this.#note();
  }

  forget(): void {
    this.#forgotten = this.#log.length;
  }

  #note(): void {
    this.#moments.push({ at: this.#time.now, people: new Map(this.people) });
  }

  /** Whether at some instant of the last `ms` it was so. */
  was(ms: number, isSo: (people: ReadonlyMap<string, string>) => boolean): boolean {
    const from = this.#time.now - ms;
    return this.#moments.some(
      ({ people }, i) =>
        (this.#moments[i + 1]?.at ?? Number.POSITIVE_INFINITY) >= from && isSo(people),
    );
  }

  readonly confirm: Confirm = async ({ address }) => {
    const login = this.people.get(address);
    return login === undefined ? 'gone' : entryOf(address, login);
  };

  async *follow(
    start: string | undefined,
    signal: AbortSignal,
    pacing: Pacing,
  ): AsyncGenerator<readonly Change[]> {
    this.active += 1;
    this.begun += 1;
    try {
      let at = start === undefined ? undefined : Number(start);
      let listedAt = start === undefined ? Number.NEGATIVE_INFINITY : pacing.now();
      for (;;) {
        // Whoever tries again at once would, of a directory that is down, in no time at all.
        if (!this.isUp) await pacing.pause(1000, signal);
        if (at === undefined || pacing.now() > listedAt + REFRESH_MS) {
          listedAt = pacing.now();
          at = yield* this.#list(at, signal, pacing);
        } else at = yield* this.#poll(at);
        await pacing.pause(POLL_MS, signal);
      }
    } finally {
      this.active -= 1;
    }
  }

  async *#list(
    before: number | undefined,
    signal: AbortSignal,
    pacing: Pacing,
  ): AsyncGenerator<readonly Change[], number> {
    this.listings += 1;
    let at = before ?? this.#log.length;
    yield [{ kind: 'listing', part: 'p' }];
    const names = [...NAMES];
    while (names.length > 0) {
      this.#check(at);
      const page = names.splice(0, PAGE).filter((name) => this.people.has(name));
      yield [this.#put(page)];
      await pacing.pause(PAGE_MS, signal);
      const batch = this.#changes(at);
      at = this.#log.length;
      yield before === undefined ? batch : [...batch, markAt(at)];
    }
    this.#check(at);
    const batch = this.#changes(at);
    at = this.#log.length;
    yield [...batch, { kind: 'listed', part: 'p' }, markAt(at)];
    return at;
  }

  *#poll(from: number): Generator<readonly Change[], number> {
    this.#check(from);
    const at = this.#log.length;
    yield [...this.#changes(from), markAt(at)];
    return at;
  }

  #check(at: number): void {
    if (!this.isUp) throw new Fault('directory', 'down');
    if (at < this.#forgotten) throw new Gap('forgotten');
  }

  #put(names: readonly string[]): Change {
    return {
      kind: 'put',
      entries: names.map((name) => [`p:${name}`, entryOf(name, this.people.get(name) ?? '')]),
    };
  }

  #changes(from: number): readonly Change[] {
    const names = [...new Set(this.#log.slice(from))];
    const refs = names.filter((name) => !this.people.has(name)).map((name) => `p:${name}`);
    return [this.#put(names.filter((name) => this.people.has(name))), { kind: 'gone', refs }];
  }
}

const markAt = (at: number): Change => ({
  kind: 'mark',
  cursor: String(at),
  agoMs: 0,
  nextMs: POLL_MS,
  tellsNew: true,
});
