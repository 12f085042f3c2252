import { isTree } from '../config/sources/tree.ts';
import type { Proof } from '../directory/directory.ts';
import { readMs } from '../lookup/durations.ts';
import type { Outcome } from '../lookup/outcome.ts';
import type { Mark, Shelf, Shelved } from '../lookup/share.ts';
import type { FleetFigures, ShelfFigures } from './figures.ts';
import type { Link } from './link.ts';
import type { Outdated, Worth } from './news.ts';
import { readBytes, readCount, readList, readTaken } from './replies.ts';
import type { Seal } from './seal.ts';
import { MOST_AHEAD_MS } from './time.ts';
import { RATE_LIFE_MS, type Rate } from './turns.ts';

export interface ShelfOptions {
  readonly link: Link;
  readonly seal: Seal;
  /** What comes before all names. */
  readonly base: string;
  /** Of the directory's settings, and the table: those of other settings share nothing. */
  readonly room: string;
  /** This process, for turns, and the daemon's name, for people. */
  readonly me: string;
  readonly name: string;
  readonly outdated: Outdated;
  /** What was told before this is not known. */
  readonly since: () => number;
  /** The era that it is. */
  readonly era: () => string | undefined;
  readonly rate: Rate;
  readonly figures: FleetFigures;
  readonly counted: ShelfFigures;
  /** How long who is found, and who is not, is kept there; how long a turn is. Milliseconds. */
  readonly foundMs: number;
  readonly noneMs: number;
  readonly turnMs: number;
}

/** A larger value is not laid down: it would hold up all others. */
const MOST_BYTES = 256 * 1024;

/** What is sealed. Times are the fleet's. */
type Lying = readonly [
  askedAt: number,
  mark: number,
  status: 'found' | 'none',
  values: readonly unknown[],
  by: string,
  era: string,
  proof?: Proof,
];

/** Creates the shelf of one directory's people, or of one of its tables. */
export function createShelf<T>(options: ShelfOptions): Shelf<T> {
  const { link, seal, outdated, figures, counted, rate } = options;
  const { time } = link;
  const isOpen = (): boolean => link.isUp() && Number.isFinite(options.since());

  /** Where it lies: a tag of its own, so that a cluster has its turn beside it. */
  const namesOf = (key: string): readonly [string, ...(readonly string[])] => {
    const [first, ...others] = seal.names(`${options.room} ${key}`);
    return [`${options.base}:{${first}}`, ...others.map((name) => `${options.base}:{${name}}`)];
  };

  const open = (closed: Buffer | null, name: string): Lying | undefined => {
    if (closed === null) return undefined;
    const text = seal.open(closed, name);
    if (text === undefined) {
      figures.refused.seal += 1;
      return undefined;
    }
    const lying = readLying(text);
    if (lying === undefined) figures.refused.format += 1;
    return lying;
  };

  /** What lies there is somebody's word: whether it can be believed now. */
  const judge = (key: string, lying: Lying): Shelved<T> | undefined => {
    const [askedAt, mark, status, values, by, era, proof] = lying;
    const now = time.now();
    if (now === undefined || askedAt > now + MOST_AHEAD_MS) {
      figures.refused.clock += 1;
      return undefined;
    }
    const isOfNow = era === options.era() && mark >= options.since();
    const worth = isOfNow ? outdated.judge(mark, key, values) : 'gone';
    if (!isBelieved(status, worth, askedAt)) {
      counted.reads.outdated += 1;
      return undefined;
    }
    const about = { askedAt: Math.trunc(time.toLocal(askedAt)), by };
    if (proof !== undefined) {
      counted.reads.none += 1;
      return { status: 'none', proof, ...about };
    }
    const isOld = worth === 'old';
    counted.reads[isOld ? 'old' : 'fresh'] += 1;
    // Who closed it had it from a directory of the same settings, as values of this kind.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const value = values as readonly T[];
    return { status: 'found', value, ...about, ...(isOld && { isOld }) };
  };

  const isBelieved = (status: Lying[2], worth: Worth, askedAt: number): boolean =>
    status === 'none' ? worth === 'good' && time.countsNone(askedAt) : worth !== 'gone';

  const giveBack = (key: string): void => {
    const [name] = namesOf(key);
    link.send((engine) => engine.del(`${name}:turn`));
  };

  return {
    isOpen,
    mark: () => {
      const [at, era] = [time.now(), options.era()];
      return isOpen() && at !== undefined && era !== undefined ? { at, era } : undefined;
    },
    read: async (key) => {
      const names = namesOf(key);
      const begunAt = readMs();
      const replies = await link.ask((engine) =>
        Promise.all(names.map(async (name) => readBytes(await engine.getBuffer(name)))),
      );
      figures.readDurations.record(readMs() - begunAt);
      if (replies === undefined) {
        counted.reads.late += 1;
        return undefined;
      }
      const lying = replies
        .map((closed, i) => open(closed, names[i] ?? ''))
        .filter((each) => each !== undefined)
        .reduce<Lying | undefined>((a, b) => (a !== undefined && a[0] >= b[0] ? a : b), undefined);
      if (lying !== undefined) return judge(key, lying);
      counted.reads.absent += 1;
      return undefined;
    },
    claim: async (key, rank) => {
      const fleetMs = time.now() ?? 0;
      const [name] = namesOf(key);
      const { own, others } = rate.keys(rank, fleetMs);
      const isOwn = rate.takeOwn();
      const said = await link.ask(async (engine) => {
        const [won, count, before] = await Promise.all([
          engine.set(`${name}:turn`, options.me, 'PX', options.turnMs, 'NX'),
          engine.incr(own),
          engine.mget(...others),
          engine.pexpire(own, RATE_LIFE_MS),
        ]);
        const [other = 0, knownBefore = 0, strangersBefore = 0] = readList(before).map(numberOf);
        const counts = { own: readCount(count), other, knownBefore, strangersBefore };
        return { hasWon: readTaken(won), counts };
      });
      if (said === undefined) {
        counted.turns.alone += 1;
        return 'ours';
      }
      const { hasWon, counts } = said;
      const claim = hasWon ? turnOf(isOwn, rate.isOver(rank, counts, fleetMs)) : 'another';
      counted.turns[claim] += 1;
      // Who does not ask is not counted.
      if (claim !== 'ours') link.send((engine) => engine.decr(own));
      if (claim === 'over') giveBack(key);
      return claim;
    },
    write: (key, outcome: Outcome<T>, mark: Mark) => {
      const [name] = namesOf(key);
      const askedAt = time.now();
      const isShared = outcome.status === 'none' || (outcome.status === 'found' && !outcome.stale);
      if (!isShared || mark === undefined || askedAt === undefined) return giveBack(key);
      const isFound = outcome.status === 'found';
      const lying: Lying = isFound
        ? [askedAt, mark.at, 'found', outcome.value, options.name, mark.era]
        : [askedAt, mark.at, 'none', [], options.name, mark.era, outcome.proof];
      const closed = seal.close(JSON.stringify(lying), name);
      if (closed.length > MOST_BYTES) {
        counted.writes.large += 1;
        return giveBack(key);
      }
      const lifeMs = Math.max(1, isFound ? options.foundMs : options.noneMs);
      const refused = (): void => {
        counted.writes.refused += 1;
      };
      // A counter that fell would look like a restart: it counts what the engine has taken.
      link.send(async (engine) => {
        await Promise.all([engine.set(name, closed, 'PX', lifeMs), engine.del(`${name}:turn`)]);
        counted.writes.taken += 1;
      }, refused);
    },
    waited: (end) => {
      counted.waits[end] += 1;
    },
  };
}

const turnOf = (isOwn: boolean, isOver: boolean): 'ours' | 'over' =>
  isOver && !isOwn ? 'over' : 'ours';

const numberOf = (text: unknown): number => {
  const number = Number(text ?? 0);
  return Number.isFinite(number) ? number : 0;
};

function readLying(text: string): Lying | undefined {
  const parts: unknown = JSON.parse(text);
  if (!Array.isArray(parts)) return undefined;
  const [askedAt, mark, status, values, by, era, proof]: readonly unknown[] = parts;
  if (!isNumber(askedAt) || !isNumber(mark) || !isText(by) || !isText(era)) return undefined;
  if (status === 'none' && isProof(proof)) return [askedAt, mark, status, [], by, era, proof];
  if (status !== 'found' || !isFilled(values)) return undefined;
  return [askedAt, mark, status, values, by, era];
}

const isNumber = (part: unknown): part is number => typeof part === 'number';
const isText = (part: unknown): part is string => typeof part === 'string';
const isFilled = (part: unknown): part is readonly unknown[] =>
  Array.isArray(part) && part.length > 0;

const isProof = (proof: unknown): proof is Proof =>
  isTree(proof) && typeof proof['by'] === 'string' && typeof proof['how'] === 'string';
