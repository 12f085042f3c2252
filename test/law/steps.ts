import fc from 'fast-check';
import type { Entry } from '../../src/directory/directory.ts';
import { account, group } from '../support/scripted.ts';
import { LISTED } from './lists.ts';
import { MAPS, type MapName, WRITTEN } from './model.ts';
import type { LawMode, Turn } from './world.ts';

const MODES: readonly LawMode[] = [
  'well',
  'slow',
  'fails',
  'hangs',
  'blind',
  'doubts',
  'forgets',
  'bug',
];
const RARE: readonly LawMode[] = ['loses', 'unproved', 'unreadable', 'disagrees'];
const NAMES = ['ann', 'bob', 'ann+x', ...Object.keys(WRITTEN)];
export const CROWD = Array.from({ length: 14 }, (_, i) => `n${i}`);

/** Just before and just after each bound: deadline, probe, timeout, unknown, none, prefetch, fresh, stale. */
const WAITS = [
  1, 199, 301, 999, 1001, 2001, 4400, 5600, 8900, 11_100, 49_600, 53_900, 66_100, 299_000, 301_000,
];

export const PEOPLE: Readonly<Record<string, (address: string) => readonly Entry[]>> = {
  nobody: () => [],
  account: (address) => [account(address)],
  disabled: (address) => [account(address, { enabled: false })],
  alias: (address) => [account('boss@x.org', { aliases: [address] })],
  loginless: (address) => [account(address, { logins: [] })],
  group: (address) => [group(address, ['carl@elsewhere.example'])],
};

/** One loss of several: some are asked for once they are gone, and then all may be shown again. */
export interface Round {
  /** From where in the crowd on, and how many. */
  readonly from: number;
  readonly count: number;
  readonly later: number;
  readonly turn?: Turn;
  readonly after: 'stays' | 'returns';
}

export type Step =
  | {
      readonly do: 'ask';
      readonly names: readonly string[];
      readonly map: MapName;
      readonly at: string;
      /** Which of the ways to write a name. */
      readonly written: number;
    }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'mode'; readonly which: number; readonly mode: LawMode }
  /** A directory answers in the same tick from now on where it can, or by promises again. */
  | { readonly do: 'pace'; readonly which: number; readonly isAtOnce: boolean }
  | {
      readonly do: 'person';
      readonly which: number;
      readonly name: string;
      readonly kind: string;
      readonly place: Place;
    }
  /** All of the crowd are there and known, and their directory loses them. */
  | {
      readonly do: 'lose';
      readonly which: number;
      readonly place: Place;
      readonly rounds: readonly Round[];
    }
  /** Known people are asked for when they are due again, and a directory is otherwise; then it is well again. */
  | {
      readonly do: 'outage';
      readonly which: number;
      readonly kind: string;
      readonly map: MapName;
      readonly mode: LawMode;
      readonly due: number;
      readonly later: number;
    }
  /** The directory lists so many domains, or none can be read. */
  | { readonly do: 'list'; readonly size: number | 'fails' }
  /** All are listed, and after another life has begun only so many. */
  | { readonly do: 'shrink'; readonly size: number; readonly turn: Turn }
  | { readonly do: 'domains' }
  | { readonly do: 'turn'; readonly turn: Turn }
  /** A search that began before goes on after it. */
  | { readonly do: 'late'; readonly turn: Turn };

/** Where somebody stands: among people, or in a table. */
export type Place = 'people' | 'table';

const which = fc.constantFrom(0, 1);
const place = fc.constantFrom<Place>('people', 'people', 'people', 'table');
const TURNS: readonly Turn[] = ['restart', 'reload', 'takeover'];
const turn = fc.constantFrom(...TURNS);
const some = fc.shuffledSubarray([...NAMES, ...NAMES, ...NAMES], { minLength: 1, maxLength: 4 });
const later = fc.constantFrom(53_900, 66_100, 120_000);

/** All are lost twice, or three at a time, between which they are shown again. */
const rounds: fc.Arbitrary<readonly Round[]> = fc.oneof(
  fc.record({ later, turn }).map((round): readonly Round[] => [
    { from: 0, count: CROWD.length, ...round, after: 'stays' },
    { from: 0, count: CROWD.length, later: round.later, after: 'stays' },
  ]),
  fc
    .array(fc.record({ later, turn: fc.option(turn, { nil: undefined }), returns: fc.boolean() }), {
      minLength: 3,
      maxLength: 4,
    })
    .map((all) =>
      all.map(
        (round, i): Round => ({
          from: 3 * i,
          count: 4,
          later: round.later,
          ...(round.turn !== undefined && { turn: round.turn }),
          after: round.returns ? 'returns' : 'stays',
        }),
      ),
    ),
);

const weighted = (weight: number, arbitrary: fc.Arbitrary<Step>) => ({ weight, arbitrary });

const FAILS = ['fails', 'fails', 'fails', 'fails'] as const;

/** One step; what is rare by chance is drawn on purpose. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  weighted(
    12,
    fc.record({
      do: fc.constant('ask' as const),
      names: fc.oneof({ weight: 4, arbitrary: some }, { weight: 1, arbitrary: fc.constant(CROWD) }),
      map: fc.constantFrom(...MAPS),
      at: fc.constantFrom('x.org', 'x.org', 'x.org', 'y.org'),
      written: fc.nat(3),
    }),
  ),
  weighted(6, fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(...WAITS) })),
  weighted(
    6,
    fc.record({
      do: fc.constant('mode' as const),
      which,
      mode: fc.oneof(fc.constant('well' as const), fc.constantFrom(...MODES, ...MODES, ...RARE)),
    }),
  ),
  weighted(2, fc.record({ do: fc.constant('pace' as const), which, isAtOnce: fc.boolean() })),
  weighted(
    4,
    fc.record({
      do: fc.constant('person' as const),
      which,
      name: fc.constantFrom(...NAMES),
      kind: fc.constantFrom(...Object.keys(PEOPLE)),
      place,
    }),
  ),
  weighted(
    1,
    fc.record({
      do: fc.constant('outage' as const),
      which,
      kind: fc.constantFrom(...Object.keys(PEOPLE)),
      map: fc.constantFrom(...MAPS),
      mode: fc.constantFrom(...MODES, ...RARE, 'unreadable', 'unreadable'),
      due: fc.constantFrom(49_600, 66_100),
      later: fc.constantFrom(1, 8900, 66_100, 301_000),
    }),
  ),
  weighted(1, fc.record({ do: fc.constant('lose' as const), which, place, rounds })),
  weighted(
    1,
    fc.record({
      do: fc.constant('list' as const),
      size: fc.constantFrom(LISTED.length, LISTED.length - 1, 5, 1, 0, ...FAILS),
    }),
  ),
  weighted(
    1,
    fc.record({
      do: fc.constant('shrink' as const),
      size: fc.constantFrom(0, 1, 5, 8, 9, 9),
      turn,
    }),
  ),
  weighted(1, fc.record({ do: fc.constant('domains' as const) })),
  weighted(1, fc.record({ do: fc.constant('turn' as const), turn })),
  weighted(1, fc.record({ do: fc.constant('late' as const), turn })),
);
