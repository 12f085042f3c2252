import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { Entry } from '../../src/directory/directory.ts';
import { mirrored } from '../../src/lookup/mirror.ts';
import type { Outcome } from '../../src/lookup/outcome.ts';
import type { Mirror } from '../../src/mirror/mirror.ts';
import { type OpenOrders, openHere } from '../../src/mirror/store/thread.ts';
import type { Step } from './mirrorsteps.ts';
import { type How, MINUTE, MirrorWorld, NAMES, NEXT_MS, type WorldStep } from './mirrorworld.ts';
import { openLawMirror } from './openmirror.ts';

/** How long a mirror is in step after its feed has spoken. */
const IN_STEP_MS = 2 * NEXT_MS + 5000;
const DAY = 1440 * MINUTE;
export const ACCEPT_MS = 7 * DAY;
const GRACE_MS = 15 * MINUTE;

/** How often each thing was seen. */
export type Seen = Map<string, number>;

export interface Choice {
  readonly whenAbsent: 'ask' | 'deny';
  readonly denyFor: number;
}

/** How long ago somebody may have been absent whom the mirror denies. */
const denialMs = ({ denyFor, whenAbsent }: Choice): number =>
  Math.max(denyFor, whenAbsent === 'deny' ? IN_STEP_MS : 0);

/** One plan under way. */
export class MirrorRun {
  readonly world = new MirrorWorld();
  mirror: Mirror | undefined;
  /** Orders that the file still takes. */
  #left = Number.POSITIVE_INFINITY;
  #killed = Promise.withResolvers<void>();
  /** Whose loss an administrator has accepted since they were hidden. */
  #accepted: ReadonlySet<string> = new Set();
  /** Whose loss was accepted since the feed told of it last: their grace is over. */
  #over: ReadonlySet<string> = new Set();
  /** When the feed told that they are gone. */
  readonly #toldGone = new Map<string, number>();
  /** Of those, whose loss counts. */
  readonly #letGo = new Set<string>();
  readonly #folder: string;
  readonly #choice: Choice;
  readonly #seen: Seen;

  constructor(folder: string, choice: Choice, seen: Seen) {
    this.#folder = folder;
    this.#choice = choice;
    this.#seen = seen;
  }

  async open(): Promise<void> {
    const { world } = this;
    world.restart();
    this.#left = Number.POSITIVE_INFINITY;
    const orders: OpenOrders = (options) => {
      const real = openHere(options);
      return {
        give: async (order) => {
          if (this.#left <= 0) {
            this.#killed.resolve();
            throw new Error('killed');
          }
          if (order.do === 'apply') this.#left -= 1;
          return real.give(order);
        },
        close: () => real.close(),
      };
    };
    this.mirror = await openLawMirror(() => world.now, {
      settings: {
        path: join(this.#folder, 'd.db'),
        acceptFor: ACCEPT_MS,
        guard: 0.1,
        grace: GRACE_MS,
        ...this.#choice,
      },
      follow: (cursor, signal) => world.follow(cursor, signal),
      confirm: world.confirm,
      open: orders,
    });
    this.mirror.begin();
  }

  async take(step: Step): Promise<void> {
    this.world.now += 1;
    await this.#carryOut(step);
    await this.mirror?.tick();
    this.#noteLetGo();
  }

  /** Those of whom few enough were lost, for long enough, are not among those that are held because more were lost later. */
  #noteLetGo(): void {
    if (this.mirror === undefined || this.mirror.held() !== undefined) return;
    for (const [each, at] of this.#toldGone)
      if (this.world.now >= at + GRACE_MS) this.#letGo.add(each);
  }

  async #carryOut(step: Step): Promise<void> {
    // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- all others happen to the directory
    switch (step.do) {
      case 'feed':
        return this.#feed(step.how);
      case 'crash':
        this.#left = step.after;
        this.#killed = Promise.withResolvers();
        await Promise.race([this.#feed(step.how), this.#killed.promise]);
        return this.#reopen();
      case 'restart':
        return this.#reopen();
      case 'accept':
        if (this.mirror?.accept() === undefined) return undefined;
        this.#accepted = new Set(NAMES);
        this.#over = new Set(this.#toldGone.keys());
        return undefined;
      case 'ask':
        return this.#ask(name(step.who));
      default:
        return this.#happen(step);
    }
  }

  #happen(step: WorldStep): void {
    const before = this.world.hidden;
    this.world.take(step);
    // Who is hidden anew is not who was accepted.
    const isAnew = (each: string): boolean => this.world.hidden.has(each) && !before.has(each);
    this.#accepted = new Set([...this.#accepted].filter((each) => !isAnew(each)));
  }

  async #feed(how: How): Promise<void> {
    const { world } = this;
    const before = world.told;
    await world.feed(how);
    const after = world.told;
    if (after === before || after === undefined) return;
    for (const each of before?.people.keys() ?? [])
      if (!after.people.has(each)) this.#toldGone.set(each, after.at);
    this.#over = new Set([...this.#over].filter((each) => !before?.people.has(each)));
    for (const each of after.people.keys()) {
      this.#toldGone.delete(each);
      this.#letGo.delete(each);
    }
  }

  async #reopen(): Promise<void> {
    await this.mirror?.stop();
    await this.open();
  }

  async #ask(address: string): Promise<void> {
    const { world, mirror } = this;
    if (mirror === undefined) return;
    const { policy } = mirrored(mirror, 'd');
    const live = (key: string): Outcome<Entry> => world.live(key);
    const context = { arrivedAt: world.now, deadline: world.now + 200 };
    const outcome = await policy(live)(address, context);
    const isHeld = mirror.held() !== undefined;
    this.#count(outcome, isHeld);
    const what = `${address} at ${world.now}, ${JSON.stringify(mirror.status())}`;
    if (outcome.status === 'none') this.#checkNone(address, mirror, what);
    if (outcome.status === 'found') this.#checkFound(address, outcome, what);
    this.#checkKnown(address, outcome, mirror, what);
  }

  #checkNone(address: string, mirror: Mirror, what: string): void {
    const { world } = this;
    const isLive = world.isUp && !world.shown.has(address);
    const wasAbsent = world.was(denialMs(this.#choice), ({ shown }) => !shown.has(address));
    assert(isLive || wasAbsent, `denied, and was there all the time: ${what}`);
    const isLie = world.hidden.has(address) && this.#toldGone.has(address);
    const isHeld = mirror.held() !== undefined && isLie;
    assert(!isHeld || this.#isOver(address), `denied, and is held: ${what}`);
    const goneAt = this.#toldGone.get(address);
    const { isInStep } = mirror.status();
    const isGrace = goneAt !== undefined && world.now < goneAt + GRACE_MS && isInStep;
    const isAccepted = this.#accepted.has(address) || this.#over.has(address);
    assert(!(isGrace && !isAccepted), `denied within grace: ${what}`);
  }

  /** Whether somebody's loss counts. */
  #isOver(address: string): boolean {
    return this.#accepted.has(address) || this.#letGo.has(address);
  }

  #checkFound(
    address: string,
    { stale, value }: Outcome<Entry> & { status: 'found' },
    what: string,
  ): void {
    const { world } = this;
    const bound = stale === undefined ? IN_STEP_MS : ACCEPT_MS;
    const wasThere = world.was(bound, ({ people }) => people.has(address));
    assert(wasThere, `accepted, and was not there for long: ${what}`);
    if (value[0]?.enabled !== true) return;
    const wasEnabled = world.was(bound, ({ people }) => people.get(address) === true);
    assert(wasEnabled, `accepted, and was disabled all the time: ${what}`);
  }

  /** Whoever was told, and is there still, gets mail without the directory. */
  #checkKnown(address: string, outcome: Outcome<Entry>, mirror: Mirror, what: string): void {
    const { world } = this;
    const { ageMs } = mirror.status();
    if (world.told === undefined || ageMs === undefined || ageMs > ACCEPT_MS) return;
    const isTold = world.told.people.get(address) === true && world.people.get(address) === true;
    if (!isTold || world.since(address) >= world.told.at || world.hidden.size > 0) return;
    if (this.#isUnseen(address, mirror)) return;
    assert.equal(outcome.status, 'found', `known, and deferred: ${what}`);
  }

  /**
   * Whether a listing left somebody out for whom nobody asks: with too many others, who were known when they were shown last; or
   * made anew, so that nothing was told but that the former one is gone: then the directory is asked, as long as it is reached.
   */
  #isUnseen(address: string, mirror: Mirror): boolean {
    const { world } = this;
    const isHeld = mirror.held() !== undefined;
    return world.leftOut.has(address) && (isHeld || (world.isAnew(address) && !world.isUp));
  }

  #count(outcome: Outcome<Entry>, isHeld: boolean): void {
    const kind =
      outcome.status === 'found' && outcome.stale !== undefined ? 'stale' : outcome.status;
    for (const each of [kind, ...(isHeld ? [`${kind} while held`] : [])])
      this.#seen.set(each, (this.#seen.get(each) ?? 0) + 1);
    if (!this.world.isUp && kind === 'none')
      this.#seen.set('none while down', (this.#seen.get('none while down') ?? 0) + 1);
  }
}

const name = (i: number): string => NAMES[i] ?? '';
