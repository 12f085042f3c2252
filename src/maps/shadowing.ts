import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { CandidateKind } from './candidates.ts';
import { compareMatches } from './compare.ts';
import type { Differences, ShadowFigure } from './differences.ts';
import type { Shadow } from './domains.ts';
import type { Asked, Kind, MapWorld } from './kind.ts';
import { type Match, search } from './search.ts';

/** What was said of an address in a domain that has a shadow. */
export interface Answered {
  readonly shadow: Shadow;
  readonly match: Match;
  /** At that domain. */
  readonly asked: Asked;
  readonly kind: Kind;
  readonly kinds: ReadonlySet<CandidateKind>;
  readonly world: MapWorld;
}

/** Asks shadows, and compares what they say with what was answered. */
export interface Shadowing {
  /** Counts from zero what is to be compared. */
  expect(of: string, by: string): void;
  /** Notes what is to be compared, some time later. It returns at once, and never throws. */
  note(answered: Answered): void;
}

/** What address maps look at, and who hears what they answer; absent: shadows are not asked. */
export interface ShadowedWorld extends MapWorld {
  readonly shadowing?: Pick<Shadowing, 'note'>;
}

export interface ShadowingOptions {
  readonly differences: Differences;
  readonly clock: Clock;
  readonly log: Log;
}

/** So many of one pair of directories wait for their turn; more are dropped, and counted. */
export const MOST_WAITING = 500;

/** So many of one pair are compared at once. */
export const AT_ONCE = 4;

/** An address that is asked for again and again is compared this often. */
export const AGAIN_MS = 60_000;

/** Between so many and twice as many are known to have been compared lately. */
const RECENT = 4096;

/** One pair of directories: what waits, and what was compared lately. */
interface Line {
  readonly figure: ShadowFigure;
  readonly waiting: Answered[];
  running: number;
  young: Map<string, number>;
  old: Map<string, number>;
}

/** Creates what compares, in turns of its own: nothing here is done while somebody waits for an answer. */
export function createShadowing({ differences, clock, log }: ShadowingOptions): Shadowing {
  const lines = new Map<ShadowFigure, Line>();

  const lineOf = ({ of, by }: Shadow): Line => {
    const figure = differences.figureOf(of, by);
    let line = lines.get(figure);
    if (line === undefined) {
      line = { figure, waiting: [], running: 0, young: new Map(), old: new Map() };
      lines.set(figure, line);
    }
    return line;
  };

  const compare = async ({ figure }: Line, answered: Answered): Promise<void> => {
    const { shadow, match, asked, kind, kinds, world } = answered;
    const { delimiters } = world.rules;
    const arrivedAt = clock.now();
    const context = { arrivedAt, deadline: Number.POSITIVE_INFINITY };
    const other = await search(asked, shadow.domain, kinds, delimiters, context);
    if (isBeyond(match, other, shadow)) return;
    const comparison = compareMatches(match, other, kind, asked, world);
    differences.note(figure, kind.name, asked.text, comparison);
  };

  const run = async (line: Line): Promise<void> => {
    for (;;) {
      // Whoever asks goes first: a shadow that answers at once would else take all the turns.
      await turn();
      const answered = line.waiting.shift();
      if (answered === undefined) break;
      try {
        await compare(line, answered);
      } catch (error) {
        line.figure.unknown += 1;
        log.error({ err: error }, 'a comparison with a shadow failed by a bug of idpmap');
      }
    }
    line.running -= 1;
  };

  return {
    expect: (of, by) => void differences.figureOf(of, by),
    note: (answered) => {
      const line = lineOf(answered.shadow);
      const key = `${answered.kind.name} ${answered.asked.text}`;
      const now = clock.now();
      if (wasCompared(line, key, now)) return;
      if (line.waiting.length >= MOST_WAITING) {
        line.figure.dropped += 1;
        return;
      }
      remember(line, key, now);
      line.waiting.push(answered);
      if (line.running >= AT_ONCE) return;
      line.running += 1;
      void run(line);
    },
  };
}

function wasCompared({ young, old }: Line, key: string, now: number): boolean {
  const at = young.get(key) ?? old.get(key);
  return at !== undefined && now < at + AGAIN_MS;
}

function remember(line: Line, key: string, now: number): void {
  if (line.young.size >= RECENT) {
    line.old = line.young;
    line.young = new Map();
  }
  line.young.set(key, now);
}

/** Whether somebody of another domain was found, where the shadow is asked for this one alone: it would be found there, too. */
const isBeyond = (match: Match, other: Match, { domain }: Shadow): boolean =>
  match.outcome.status === 'found' &&
  match.candidate.kind === 'aliasOf' &&
  domain.aliasOf === undefined &&
  other.outcome.status === 'none';
