import { type Change, type Entry, Fault, type Listed } from '../../src/directory/directory.ts';
import { none } from '../../src/directory/finding.ts';
import { type Outcome, unknown } from '../../src/lookup/outcome.ts';
import type { Confirm } from '../../src/mirror/feed/confirm.ts';
import { Stepped } from './stepped.ts';

/**
 * How a feed goes on. `missing`: a listing leaves two out. `behind`: it shows two as they were when they were told last, and tells
 * what they are now with the next changes. `late`: of changes, one is told with the next ones. `quiet`: it tells of nobody, and
 * that it has told all.
 */
export type How = 'changes' | 'listing' | 'missing' | 'behind' | 'late' | 'quiet';

/** What happens to people who are all there all the time, and so are their addresses. */
export type Move =
  | { readonly do: 'move'; readonly address: number; readonly who: number }
  /** One of their aliases is their own address now. */
  | { readonly do: 'rename' | 'renew' | 'swap'; readonly who: number };

export const NEXT_MS = 60_000;
const PEOPLE = 6;
/** Each has two at the beginning. */
export const ADDRESSES: readonly string[] = Array.from(
  { length: 2 * PEOPLE },
  (_, i) => `${'ab'[i % 2]}${Math.trunc(i / 2)}@example.org`,
);
export const MOST = PEOPLE - 1;

interface Person {
  /** Another one once they were removed and made anew. */
  readonly id: string;
  readonly own: string;
  readonly aliases: readonly string[];
}

const listedOf = ({ id, own, aliases }: Person): Listed => ({
  id,
  kind: 'account',
  address: own,
  aliases,
  logins: [],
  members: [],
  enabled: true,
  names: [],
});

/** A directory in which addresses go from one to the other, and nobody ever loses one to nobody. */
export class MovedWorld {
  now = 1_000_000;
  isUp = true;
  #people: readonly Person[] = Array.from({ length: PEOPLE }, (_, i) => ({
    id: `p${i}`,
    own: ADDRESSES[2 * i] ?? '',
    aliases: [ADDRESSES[2 * i + 1] ?? ''],
  }));
  /** As they were told last. */
  #told: readonly Person[] = [];
  #made = 0;
  #how: How = 'changes';
  readonly #steps = new Stepped();

  take(step: Move): void {
    const { who } = step;
    const person = this.#people[who];
    if (person === undefined) return;
    const [first, ...others] = person.aliases;
    if (step.do === 'move') this.#move(ADDRESSES[step.address] ?? '', who);
    else if (step.do === 'renew') this.#change(who, { ...person, id: `new${(this.#made += 1)}` });
    else if (step.do === 'swap') this.#swap(who, (who + 1) % PEOPLE);
    else if (first !== undefined)
      this.#change(who, { ...person, own: first, aliases: [...others, person.own] });
  }

  live(address: string): Outcome<Entry> {
    if (!this.isUp) return unknown('directory', 'd', 'down');
    const holder = this.#holderOf(address);
    return holder === undefined
      ? none('connection', 'shown')
      : { status: 'found', value: [listedOf(holder)] };
  }

  readonly confirm: Confirm = async ({ id, address }) => {
    if (!this.isUp) return 'unknown';
    const holder = this.#holderOf(address);
    if (holder === undefined) return 'gone';
    return holder.id === id ? listedOf(holder) : 'another';
  };

  /** Lets the feed go on, until it waits again. */
  feed(how: How): Promise<void> {
    return this.#steps.step(() => {
      this.#how = how;
    });
  }

  /** Its process ended: the next one follows anew. */
  restart(): void {
    this.#steps.restart();
  }

  async *follow(start: string | undefined, signal: AbortSignal): AsyncGenerator<readonly Change[]> {
    signal.throwIfAborted();
    const mayGoOn = this.#steps.waiter(signal);
    for (let isFirst = start === undefined; ; isFirst = false) {
      await mayGoOn();
      if (!this.isUp) throw new Fault('directory', 'down');
      yield this.#next(isFirst);
    }
  }

  #holderOf(address: string): Person | undefined {
    return this.#people.find(({ own, aliases }) => own === address || aliases.includes(address));
  }

  #change(who: number, next: Person): void {
    this.#people = this.#people.with(who, next);
  }

  /** Whoever has it as their own keeps it. */
  #move(address: string, who: number): void {
    if (this.#people.some(({ own }) => own === address)) return;
    this.#people = this.#people.map((person, i) => {
      const aliases = person.aliases.filter((each) => each !== address);
      return { ...person, aliases: i === who ? [...aliases, address] : aliases };
    });
  }

  #swap(who: number, other: number): void {
    const [one, two] = [this.#people[who], this.#people[other]];
    if (one === undefined || two === undefined) return;
    this.#change(who, { ...one, own: two.own });
    this.#change(other, { ...two, own: one.own });
  }

  #next(isFirst: boolean): readonly Change[] {
    if (isFirst) return this.#list('listing');
    if (this.#how === 'quiet') return [this.#mark()];
    return this.#how === 'changes' || this.#how === 'late'
      ? this.#changes()
      : this.#list(this.#how);
  }

  #list(how: How): readonly Change[] {
    // They are not the same each time, and the order of a listing is not that of changes.
    const two = new Set([this.now % PEOPLE, (this.now + 1) % PEOPLE]);
    const shown = this.#people.flatMap((person, i) => {
      if (!two.has(i) || how === 'listing') return [person];
      if (how === 'missing') return [];
      return this.#told.filter((each) => each.id === person.id);
    });
    this.#told = this.#people.map(
      (person) => shown.find(({ id }) => how === 'behind' && id === person.id) ?? person,
    );
    return [
      { kind: 'listing', part: 'p' },
      this.#put(shown),
      { kind: 'listed', part: 'p' },
      this.#mark(),
    ];
  }

  #changes(): readonly Change[] {
    const all = this.#people.filter((person) => !this.#told.includes(person));
    const late = this.#how === 'late' ? all[this.now % all.length] : undefined;
    const changed = all.filter((person) => person !== late);
    this.#told = this.#people.flatMap((person) =>
      person === late ? this.#told.filter(({ id }) => id === person.id) : [person],
    );
    // That somebody was removed and made anew is not told.
    return [this.#put(changed), this.#mark()];
  }

  #put(people: readonly Person[]): Change {
    return {
      kind: 'put',
      entries: people.map((person) => [`p:${person.id}`, listedOf(person)] as const),
    };
  }

  #mark(): Change {
    return { kind: 'mark', cursor: 'c', agoMs: 0, nextMs: NEXT_MS, tellsNew: true };
  }
}
