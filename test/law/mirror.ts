import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Entry } from '../../src/directory/directory.ts';
import { silentLog } from '../../src/log.ts';
import { mirrored } from '../../src/lookup/mirror.ts';
import type { Outcome } from '../../src/lookup/outcome.ts';
import { type Mirror, openMirror } from '../../src/mirror/mirror.ts';
import { type OpenOrders, openHere } from '../../src/mirror/thread.ts';
import { type How, MINUTE, MirrorWorld, NAMES, NEXT_MS } from './mirrorworld.ts';

/** How long a mirror is in step after its feed has spoken. */
const IN_STEP_MS = 2 * NEXT_MS + 5000;
const DAY = 1440 * MINUTE;
const ACCEPT_MS = 7 * DAY;
const GRACE_MS = 15 * MINUTE;

type Step =
  | { readonly do: 'create' | 'remove' | 'disable' | 'ask'; readonly who: number }
  | { readonly do: 'removeMany' | 'hide'; readonly many: number }
  | { readonly do: 'wait'; readonly minutes: number }
  | { readonly do: 'feed'; readonly how: How }
  /** The process is killed when the file has taken so many orders of a feed. */
  | { readonly do: 'crash'; readonly after: number; readonly how: How }
  | { readonly do: 'up' | 'down' | 'show' | 'accept' | 'restart' };

const who = fc.nat(NAMES.length - 1);
const STEPS: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom('create' as const, 'remove' as const, 'disable' as const),
        who,
      }),
    },
    { weight: 12, arbitrary: fc.record({ do: fc.constant('ask' as const), who }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constantFrom('removeMany' as const, 'hide' as const),
        many: fc.integer({ min: 5, max: 12 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('wait' as const),
        minutes: fc.constantFrom(1, 10, 16, 300, 3000, 11_000),
      }),
    },
    {
      weight: 9,
      arbitrary: fc.record({
        do: fc.constant('feed' as const),
        how: fc.constantFrom<How>('changes', 'changes', 'listing', 'weak', 'cut', 'gap'),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('crash' as const),
        after: fc.integer({ min: 1, max: 3 }),
        how: fc.constantFrom<How>('changes', 'changes', 'listing'),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.constantFrom<Step>(
        { do: 'up' },
        { do: 'up' },
        { do: 'down' },
        { do: 'show' },
        { do: 'accept' },
        { do: 'restart' },
      ),
    },
  ),
  { minLength: 5, maxLength: 60, size: 'max' },
);

/** How often each thing was seen. */
export type Seen = Map<string, number>;

/** Checks the law for mirrors through `runs` plans; rejects with the first one that breaks it. */
export async function checkMirror(
  runs: number,
  { shrinks = 'yes' }: { readonly shrinks?: 'yes' | 'no' } = {},
): Promise<Seen> {
  const seen: Seen = new Map();
  await fc.assert(
    fc.asyncProperty(
      STEPS,
      fc.constantFrom('ask' as const, 'deny' as const),
      fc.constantFrom(0, 200 * MINUTE, ACCEPT_MS),
      (plan, whenAbsent, denyFor) => carryOut(plan, { whenAbsent, denyFor }, seen),
    ),
    { numRuns: runs, endOnFailure: shrinks === 'no' },
  );
  return seen;
}

interface Choice {
  readonly whenAbsent: 'ask' | 'deny';
  readonly denyFor: number;
}

async function carryOut(plan: readonly Step[], choice: Choice, seen: Seen): Promise<void> {
  const folder = mkdtempSync(join(FOLDER, 'mirror-law-'));
  const run = new Run(folder, choice, seen);
  try {
    await run.open();
    for (const step of plan) await run.take(step);
  } finally {
    await run.mirror?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file is a file wherever it lies, and in memory there is no disk to wait for. */
const FOLDER = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** One plan under way. */
class Run {
  readonly world = new MirrorWorld();
  mirror: Mirror | undefined;
  /** Orders that the file still takes. */
  #left = Number.POSITIVE_INFINITY;
  #killed = Promise.withResolvers<void>();
  /** Whose loss an administrator has accepted since they were hidden. */
  #accepted: ReadonlySet<string> = new Set();
  /** When the feed told that they are gone. */
  readonly #toldGone = new Map<string, number>();
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
        close: real.close,
      };
    };
    this.mirror = await openMirror({
      name: 'd',
      settings: {
        path: join(this.#folder, 'd.db'),
        acceptFor: ACCEPT_MS,
        guard: 0.1,
        grace: GRACE_MS,
        ...this.#choice,
      },
      fingerprint: 'f',
      follow: (cursor, signal) => world.follow(cursor, signal),
      confirm: world.confirm,
      rules: { sharedAliases: false },
      limits: { depth: 5, members: 100 },
      changed: () => {},
      released: () => {},
      clock: { now: () => world.now },
      log: silentLog,
      calendar: {
        now: () => world.now,
        stamp: () => ({ at: world.now }),
        ageOf: ({ at }) => world.now - at,
      },
      open: orders,
      retryMs: [0],
    });
    this.mirror.begin();
  }

  async take(step: Step): Promise<void> {
    const { world, mirror } = this;
    if (mirror === undefined) return;
    world.now += 1;
    switch (step.do) {
      case 'create':
        world.people.set(name(step.who), true);
        world.note();
        break;
      case 'remove':
        world.people.delete(name(step.who));
        world.note();
        break;
      case 'disable':
        if (world.people.has(name(step.who))) world.people.set(name(step.who), false);
        world.note();
        break;
      case 'removeMany':
        for (const each of [...world.people.keys()].slice(0, step.many)) world.people.delete(each);
        world.note();
        break;
      case 'hide':
        world.hidden = new Set([...world.people.keys()].slice(0, step.many));
        this.#accepted = new Set();
        world.note();
        break;
      case 'show':
        world.hidden = new Set();
        world.note();
        break;
      case 'wait':
        world.now += step.minutes * MINUTE;
        break;
      case 'feed':
        await this.#feed(step.how);
        break;
      case 'crash':
        this.#left = step.after;
        this.#killed = Promise.withResolvers();
        await Promise.race([this.#feed(step.how), this.#killed.promise]);
        await this.#reopen();
        break;
      case 'up':
        world.isUp = true;
        break;
      case 'down':
        world.isUp = false;
        break;
      case 'accept':
        if (mirror.accept() !== undefined) this.#accepted = new Set(NAMES);
        break;
      case 'restart':
        await this.#reopen();
        break;
      case 'ask':
        await this.#ask(name(step.who), mirror);
        break;
    }
    await this.mirror?.tick();
  }

  async #feed(how: How): Promise<void> {
    const { world } = this;
    const before = world.told;
    await world.feed(how);
    const after = world.told;
    if (after === before || after === undefined) return;
    for (const each of before?.people.keys() ?? [])
      if (!after.people.has(each)) this.#toldGone.set(each, after.at);
    for (const each of after.people.keys()) this.#toldGone.delete(each);
  }

  async #reopen(): Promise<void> {
    await this.mirror?.stop();
    await this.open();
  }

  async #ask(address: string, mirror: Mirror): Promise<void> {
    const { world } = this;
    const { policy } = mirrored(mirror, 'd');
    const live = (key: string): Outcome<Entry> => world.live(key);
    const context = { arrivedAt: world.now, deadline: world.now + 200 };
    const outcome = await policy(live)(address, context);
    const isHeld = mirror.held() !== undefined;
    this.#count(outcome, isHeld);
    const what = `${address} at ${world.now}, ${JSON.stringify(mirror.status())}`;
    if (outcome.status === 'none') this.#checkNone(address, mirror, what);
    if (outcome.status === 'found') this.#checkFound(address, outcome, isHeld, what);
    this.#checkKnown(address, outcome, mirror, what);
  }

  #checkNone(address: string, mirror: Mirror, what: string): void {
    const { world } = this;
    const { denyFor, whenAbsent } = this.#choice;
    const isLive = world.isUp && !world.shown.has(address);
    const bound = Math.max(denyFor, whenAbsent === 'deny' ? IN_STEP_MS : 0);
    const wasAbsent = world.was(bound, ({ shown }) => !shown.has(address));
    expect(isLive || wasAbsent, `denied, and was there all the time: ${what}`).toBe(true);
    const isLie = world.hidden.has(address) && this.#toldGone.has(address);
    const isKept = mirror.held() !== undefined && isLie && !this.#accepted.has(address);
    expect(isKept, `denied, and is held: ${what}`).toBe(false);
    const goneAt = this.#toldGone.get(address);
    const { isInStep } = mirror.status();
    const isGrace = goneAt !== undefined && world.now < goneAt + GRACE_MS && isInStep;
    expect(isGrace && !this.#accepted.has(address), `denied within grace: ${what}`).toBe(false);
  }

  #checkFound(
    address: string,
    { stale, value }: Outcome<Entry> & { status: 'found' },
    isHeld: boolean,
    what: string,
  ): void {
    const { world } = this;
    const bound = stale === undefined ? IN_STEP_MS : ACCEPT_MS + (isHeld ? ACCEPT_MS : 0);
    const wasThere = world.was(bound, ({ people }) => people.has(address));
    expect(wasThere, `accepted, and was not there for long: ${what}`).toBe(true);
    if (value[0]?.enabled !== true) return;
    const wasEnabled = world.was(bound, ({ people }) => people.get(address) === true);
    expect(wasEnabled, `accepted, and was disabled all the time: ${what}`).toBe(true);
  }

  /** Whoever was told, and is there still, gets mail without the directory. */
  #checkKnown(address: string, outcome: Outcome<Entry>, mirror: Mirror, what: string): void {
    const { world } = this;
    const { ageMs } = mirror.status();
    if (world.told === undefined || ageMs === undefined || ageMs > ACCEPT_MS) return;
    const isTold = world.told.people.get(address) === true && world.people.get(address) === true;
    if (!isTold || world.since(address) >= world.told.at || world.hidden.size > 0) return;
    expect(outcome.status, `known, and deferred: ${what}`).toBe('found');
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
