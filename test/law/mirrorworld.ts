import { type Change, type Entry, Fault, Gap, type Listed } from '../../src/directory/directory.ts';
import { none } from '../../src/directory/finding.ts';
import type { Outcome } from '../../src/lookup/outcome.ts';
import { unknown } from '../../src/lookup/outcome.ts';
import type { Confirm } from '../../src/mirror/feed/confirm.ts';
import { Stepped } from './stepped.ts';

/** How a feed goes on the next time. `weak`: a listing leaves two out. `cut`: a listing ends in its midst. */
export type How = 'changes' | 'listing' | 'weak' | 'cut' | 'gap';

export const MINUTE = 60_000;

/** What the feed promises. */
export const NEXT_MS = MINUTE;

export const NAMES: readonly string[] = Array.from({ length: 12 }, (_, i) => `p${i}@example.org`);

/** These are disabled from the start on. */
const DISABLED = new Set(NAMES.slice(7, 9));

export const entryOf = (address: string, enabled: boolean, id = address): Listed => ({
  id,
  kind: 'account',
  address,
  aliases: [],
  logins: [],
  members: [],
  enabled,
  names: [],
});

/** What those are called who were made anew; others by their name. */
type Ids = ReadonlyMap<string, readonly string[]>;

/** Who is there, and whether they are enabled. */
export type People = ReadonlyMap<string, boolean>;

interface Moment {
  readonly at: number;
  /** By whom each name is held. */
  readonly ids: Ids;
  /** As they are. */
  readonly people: People;
  /** As the directory shows them. */
  readonly shown: People;
}

/** What a cursor stands for. */
interface Snapshot extends Pick<Moment, 'ids' | 'shown'> {
  /** How many moments there had been. */
  readonly moments: number;
}

/** What happens to the directory. */
export type WorldStep =
  | { readonly do: 'create' | 'remove' | 'disable' | 'renew'; readonly who: number }
  | { readonly do: 'removeMany' | 'hide'; readonly many: number }
  | { readonly do: 'wait'; readonly minutes: number }
  | { readonly do: 'up' | 'down' | 'show' };

/** A directory that a plan moves: it tells what changed when it is told to, lies, fails, and forgets. */
export class MirrorWorld {
  now = 1_000_000;
  isUp = true;
  readonly people = new Map(NAMES.slice(0, 9).map((name) => [name, !DISABLED.has(name)]));
  /** Whom it hides from everybody. */
  hidden: ReadonlySet<string> = new Set();
  /** Whom the last mark that was kept had told of, and when that was. */
  told: { readonly at: number; readonly people: People } | undefined;
  /** Whom the last listing left out, although they are there. */
  leftOut: ReadonlySet<string> = new Set();
  readonly #moments: Moment[] = [];
  readonly #snapshots = new Map<string, Snapshot>();
  /** All that each name was ever held by, the last one holds it. */
  readonly #ids = new Map<string, readonly string[]>();
  #hasForgotten = false;
  #how: How = 'changes';
  readonly #steps = new Stepped();

  constructor() {
    this.note();
  }

  get shown(): People {
    return new Map([...this.people].filter(([name]) => !this.hidden.has(name)));
  }

  /** Something changed. */
  note(): void {
    this.#moments.push({
      at: this.now,
      ids: new Map(this.#ids),
      people: new Map(this.people),
      shown: this.shown,
    });
  }

  /** What happens to it. */
  take(step: WorldStep): void {
    const some = (many: number): readonly string[] => [...this.people.keys()].slice(0, many);
    const happen: {
      readonly [K in WorldStep['do']]: (step: Extract<WorldStep, { do: K }>) => void;
    } = {
      create: ({ who }) => this.people.set(NAMES[who] ?? '', true),
      remove: ({ who }) => this.people.delete(NAMES[who] ?? ''),
      disable: ({ who }) => {
        if (this.people.has(NAMES[who] ?? '')) this.people.set(NAMES[who] ?? '', false);
      },
      renew: ({ who }) => this.#renew(NAMES[who] ?? ''),
      removeMany: ({ many }) => some(many).forEach((each) => this.people.delete(each)),
      hide: ({ many }) => {
        this.hidden = new Set(some(many));
      },
      show: () => {
        this.hidden = new Set();
      },
      wait: ({ minutes }) => {
        this.now += minutes * MINUTE;
      },
      up: () => {
        this.isUp = true;
      },
      down: () => {
        this.isUp = false;
      },
    };
    const carryOut = <K extends WorldStep['do']>(one: Extract<WorldStep, { do: K }> & { do: K }) =>
      happen[one.do](one);
    carryOut(step);
    this.note();
  }

  /** Whether at some instant of the last `ms` it was so. */
  was(ms: number, isSo: (moment: Moment) => boolean): boolean {
    const from = this.now - ms;
    return this.#moments.some(
      (moment, i) => (this.#moments[i + 1]?.at ?? Number.POSITIVE_INFINITY) >= from && isSo(moment),
    );
  }

  /** Since when somebody is as they are now. */
  since(name: string): number {
    const now = this.people.get(name);
    const id = this.#idOf(name);
    const other = this.#moments.findLastIndex(
      ({ people, ids }) => people.get(name) !== now || idIn(ids, name) !== id,
    );
    return this.#moments[other + 1]?.at ?? 0;
  }

  live(address: string): Outcome<Entry> {
    if (!this.isUp) return unknown('directory', 'd', 'down');
    const enabled = this.shown.get(address);
    return enabled === undefined
      ? none('connection', 'shown')
      : { status: 'found', value: [entryOf(address, enabled, this.#idOf(address))] };
  }

  readonly confirm: Confirm = async ({ id, address }) => {
    if (!this.isUp) return 'unknown';
    const enabled = this.shown.get(address);
    if (enabled === undefined) return 'gone';
    if (id === this.#idOf(address)) return entryOf(address, enabled, id);
    return enabled ? 'another' : 'gone';
  };

  /** Lets the feed go on, until it waits again. */
  feed(how: How): Promise<void> {
    return this.#steps.step(() => {
      this.#how = how;
    });
  }

  #idOf(name: string): string {
    return idIn(this.#ids, name);
  }

  /** Whether somebody was made anew, under another name of the feed's. */
  isAnew(name: string): boolean {
    return this.#ids.has(name);
  }

  /** Removes somebody, and makes another one of the same address. */
  #renew(name: string): void {
    if (!this.people.has(name)) return;
    const before = this.#ids.get(name) ?? [name];
    this.#ids.set(name, [...before, `${name}#${before.length}`]);
    this.people.set(name, true);
  }

  #refOf(name: string): string {
    return `p:${this.#idOf(name)}`;
  }

  #listed([name, enabled]: readonly [string, boolean]): readonly [string, Listed] {
    return [this.#refOf(name), entryOf(name, enabled, this.#idOf(name))];
  }

  /** Its process ended: the next one follows anew. */
  restart(): void {
    this.#steps.restart();
  }

  async *follow(start: string | undefined, signal: AbortSignal): AsyncGenerator<readonly Change[]> {
    signal.throwIfAborted();
    let cursor = start;
    const mayGoOn = this.#steps.waiter(signal);
    for (;;) {
      await mayGoOn();
      if (!this.isUp) throw new Fault('directory', 'down');
      this.#readGap(cursor);
      const shown = this.shown;
      const at = this.now;
      if (cursor === undefined || this.#how !== 'changes') yield* this.#list(shown);
      else yield [...this.#changes(cursor, shown), this.#mark(shown)];
      if (cursor === undefined || this.#how !== 'changes') yield [this.#mark(shown)];
      cursor = String(this.#snapshots.size - 1);
      this.told = { at, people: shown };
    }
  }

  /** What lay between is forgotten: it says so once, and goes on from now where nobody listens. */
  #readGap(cursor: string | undefined): void {
    if (cursor === undefined) {
      this.#hasForgotten = false;
      return;
    }
    if (this.#hasForgotten) {
      this.#snapshots.set(cursor, this.#snapshotOf(this.shown));
      this.#hasForgotten = false;
    }
    if (this.#how !== 'gap') return;
    this.#hasForgotten = true;
    this.#how = 'changes';
    throw new Gap('the log is cleared');
  }

  *#list(shown: People): Generator<readonly Change[]> {
    const all = [...shown].map((each) => this.#listed(each));
    const known = this.told?.people ?? new Map();
    // It can leave out only whom the mirror knows: of a stranger to both nobody could tell.
    const left =
      this.#how === 'weak' ? all.filter(([, { address }]) => known.has(address)).slice(-2) : [];
    // Who was left out before is not shown by one that ends in its midst.
    if (this.#how !== 'cut') this.leftOut = new Set(left.map(([, { address }]) => address));
    const half = Math.floor(all.length / 2);
    yield [
      { kind: 'listing', part: 'p' },
      { kind: 'put', entries: all.slice(0, half) },
    ];
    if (this.#how === 'cut') throw new Fault('directory', 'cut');
    yield [{ kind: 'put', entries: all.slice(half).filter((each) => !left.includes(each)) }];
    yield [{ kind: 'listed', part: 'p' }];
  }

  #changes(cursor: string, shown: People): readonly Change[] {
    const before = this.#snapshots.get(cursor);
    // Also whoever came and went since then: a listing that was not ended may have shown them.
    const since = this.#moments.slice(before?.moments).map((moment) => moment.shown);
    const all = new Set(
      [...(before === undefined ? [] : [before.shown]), ...since].flatMap((each) => [
        ...each.keys(),
      ]),
    );
    const gone = [...all].filter((name) => !shown.has(name));
    const put = [...shown].filter(
      ([name, enabled]) =>
        before?.shown.get(name) !== enabled || idIn(before.ids, name) !== this.#idOf(name),
    );
    return [
      {
        kind: 'put',
        entries: put.map((each) => this.#listed(each)),
      },
      // That somebody was removed and made anew is not told: only who is there now.
      {
        kind: 'gone',
        refs: gone.flatMap((name) => (this.#ids.get(name) ?? [name]).map((id) => `p:${id}`)),
      },
    ];
  }

  #snapshotOf(shown: People): Snapshot {
    return { ids: new Map(this.#ids), shown, moments: this.#moments.length };
  }

  #mark(shown: People): Change {
    const cursor = String(this.#snapshots.size);
    this.#snapshots.set(cursor, this.#snapshotOf(shown));
    return { kind: 'mark', cursor, agoMs: 0, nextMs: NEXT_MS, tellsNew: true };
  }
}

const idIn = (ids: Ids, name: string): string => ids.get(name)?.at(-1) ?? name;
