// node bench/fleet/simulation.ts [SECONDS]: up to a thousand daemons over one directory, in time that is reckoned; no network. The same each time.
import { createDice } from '../../test/soak/dice.ts';
import { drawZipf } from '../questions.ts';
import { formatMeasurement } from '../report.ts';
import { createAgenda } from './agenda.ts';

const SECONDS = Number(process.argv[2] ?? 300);
/** Memories fill first. */
const WARM_MS = 120_000;

const PEOPLE = 10_000;
const STRANGERS = 2000;
/** Every tenth lookup is for a stranger. */
const STRANGE = 10;
const SEED = 7;

/** `cache`, as it is by default, and what `lookup/share.ts` does. Milliseconds. */
const FRESH_MS = 60_000;
const FRESH_NONE_MS = 10_000;
const PREFETCH = 0.75;
const SAME_MS = 250;
const WAIT_MS = 80;
const LOOK_MS = 15;
const TIMEOUT_MS = 2000;
const TURN_MS = TIMEOUT_MS + 500;

/** What the engine takes for an answer. */
const ENGINE_MS = 1;

interface Scene {
  readonly daemons: number;
  /** Lookups a second of all together. */
  readonly rate: number;
  readonly are: 'alone' | 'a fleet';
  /** What the directory takes for an answer. */
  readonly directoryMs?: number;
  /** All daemons begin anew, at once, in the middle. */
  readonly restart?: true;
}

/** What was seen a second, once memories were full. */
interface Seen {
  readonly questions: number;
  /** The most of one second. */
  readonly peak: number;
  readonly reads: number;
  readonly claims: number;
  readonly writes: number;
  /** Questions of those who did not get another's answer in time. */
  readonly hedged: number;
}

/** What a daemon remembers of a key. */
interface Kept {
  readonly askedAt: number;
  readonly refreshAt: number;
  readonly freshUntil: number;
}

/** Keys from 0 on are people, those below are strangers. */
function simulate({ daemons, rate, are, directoryMs = 20, restart }: Scene): Seen {
  const dice = createDice(SEED);
  const order = drawZipf(PEOPLE);
  const agenda = createAgenda();
  const memories = Array.from({ length: daemons }, () => new Map<number, Kept>());
  const underWay = Array.from({ length: daemons }, () => new Set<number>());
  const shelf = new Map<number, number>();
  const turns = new Map<number, number>();
  const bySecond = new Uint32Array(SECONDS + 60);
  const counts = { reads: 0, claims: 0, writes: 0, hedged: 0 };
  const chance = (): number => dice.throw(1_000_000) / 1_000_000;
  const isWarm = (at: number): boolean => at >= WARM_MS;
  const count = (what: keyof typeof counts, at: number): void => {
    if (isWarm(at)) counts[what] += 1;
  };
  const freshMsOf = (key: number): number => (key < 0 ? FRESH_NONE_MS : FRESH_MS);

  const keep = (daemon: number, key: number, askedAt: number): void => {
    const lifeMs = freshMsOf(key) * (0.9 + 0.2 * chance());
    const refreshAt = key < 0 ? Number.POSITIVE_INFINITY : askedAt + lifeMs * PREFETCH;
    memories[daemon]?.set(key, { askedAt, refreshAt, freshUntil: askedAt + lifeMs });
    underWay[daemon]?.delete(key);
  };

  const ask = (at: number, daemon: number, key: number, share: 'shared' | 'own'): void => {
    // That somebody is nobody takes a second question, which proves it.
    const second = Math.trunc(at / 1000);
    bySecond[second] = (bySecond[second] ?? 0) + (key < 0 ? 2 : 1);
    const answeredAt = at + directoryMs;
    agenda.at(answeredAt, () => keep(daemon, key, answeredAt));
    if (share === 'own') return;
    agenda.at(answeredAt + ENGINE_MS, () => {
      count('writes', answeredAt);
      shelf.set(key, answeredAt);
      turns.delete(key);
    });
  };

  /** What the fleet knows, where that is of use. */
  const look = (at: number, daemon: number, key: number): number | undefined => {
    count('reads', at);
    const lying = shelf.get(key);
    if (lying === undefined || at - lying >= freshMsOf(key)) return undefined;
    const kept = memories[daemon]?.get(key);
    const isRefresh = kept !== undefined && at < kept.freshUntil && lying <= kept.askedAt + SAME_MS;
    return isRefresh ? undefined : lying;
  };

  const claim = (at: number, daemon: number, key: number): void => {
    count('claims', at);
    const until = turns.get(key);
    if (until !== undefined && at < until) return wait(at, daemon, key, undefined, at + TIMEOUT_MS);
    turns.set(key, at + TURN_MS);
    ask(at, daemon, key, 'shared');
  };

  const wait = (
    at: number,
    daemon: number,
    key: number,
    hurriedUntil: number | undefined,
    end: number,
  ): void => {
    const isHurried = at >= (memories[daemon]?.get(key)?.freshUntil ?? 0);
    const until = isHurried ? (hurriedUntil ?? at + WAIT_MS) : undefined;
    if (at >= (until ?? end)) {
      count('hedged', at);
      return ask(at, daemon, key, 'shared');
    }
    agenda.at(at + LOOK_MS + ENGINE_MS, (now) => {
      const lying = look(now, daemon, key);
      if (lying === undefined) wait(now, daemon, key, until, end);
      else keep(daemon, key, lying);
    });
  };

  const lookUp = (at: number, daemon: number, key: number): void => {
    const kept = memories[daemon]?.get(key);
    if (kept !== undefined && at < kept.freshUntil && at < kept.refreshAt) return;
    if (underWay[daemon]?.has(key) === true) return;
    underWay[daemon]?.add(key);
    if (are === 'alone') return ask(at, daemon, key, 'own');
    agenda.at(at + ENGINE_MS, (now) => {
      const lying = look(now, daemon, key);
      if (lying !== undefined) return keep(daemon, key, lying);
      agenda.at(now + ENGINE_MS, (later) => claim(later, daemon, key));
    });
  };

  if (restart)
    agenda.at((WARM_MS + SECONDS * 1000) / 2, () => {
      for (const memory of memories) memory.clear();
    });
  let drawn = 0;
  for (let at = 0; at < SECONDS * 1000; at -= (Math.log(1 - chance()) * 1000) / rate) {
    agenda.runTo(at);
    drawn += 1;
    const isStranger = dice.throw(STRANGE) === 0;
    const key = isStranger ? -1 - dice.throw(STRANGERS) : (order[drawn % order.length] ?? 0);
    lookUp(at, dice.throw(daemons), key);
  }
  const seconds = SECONDS - WARM_MS / 1000;
  const counted = bySecond.subarray(WARM_MS / 1000, SECONDS);
  const each = (value: number): number => value / seconds;
  return {
    questions: each(counted.reduce((one, other) => one + other, 0)),
    peak: Math.max(...counted),
    reads: each(counts.reads),
    claims: each(counts.claims),
    writes: each(counts.writes),
    hedged: each(counts.hedged),
  };
}

const rowOf = (scene: Scene, one: Seen): readonly string[] => {
  const seen = simulate(scene);
  const { questions, peak, reads, claims, writes, hedged } = seen;
  return [
    `${scene.rate}/s, ${scene.daemons} ${scene.daemons === 1 ? 'daemon' : scene.are}${scene.restart ? ', all restarted' : ''}${scene.directoryMs === undefined ? '' : `, ${scene.directoryMs} ms`}`,
    (questions / one.questions).toFixed(2),
    ...[questions, peak, reads, claims, writes, hedged].map((value) => value.toFixed(0)),
  ];
};

const rows = [100, 1000, 5000].flatMap((rate) => {
  const single: Scene = { daemons: 1, rate, are: 'alone' };
  const one = simulate(single);
  const scenes: readonly Scene[] = [
    single,
    ...[10, 100, 1000].flatMap((daemons): readonly Scene[] => [
      { daemons, rate, are: 'alone' },
      { daemons, rate, are: 'a fleet' },
    ]),
    ...(rate === 1000
      ? ([
          { daemons: 1000, rate, are: 'a fleet', directoryMs: 150 },
          { daemons: 1000, rate, are: 'a fleet', directoryMs: 1000 },
          { daemons: 1000, rate, are: 'alone', restart: true },
          { daemons: 1000, rate, are: 'a fleet', restart: true },
        ] as const)
      : []),
  ];
  return scenes.map((scene) => rowOf(scene, one));
});

process.stdout.write(
  `${formatMeasurement({
    title: `simulated, of ${SECONDS} s the last ${SECONDS - WARM_MS / 1000}: ${PEOPLE} people (Zipf), every tenth lookup for one of ${STRANGERS} strangers`,
    columns: ['', '× one', 'questions/s', 'peak', 'reads/s', 'claims/s', 'writes/s', 'hedged/s'],
    rows,
    notes: [],
    figures: {},
    faults: [],
  })}\n`,
);
