import fc from 'fast-check';
import { STREAM_STEPS } from './sharedstream.ts';
import { NAMES } from './sharedworld.ts';

export const DAEMONS = 3;
const daemon = fc.nat(DAEMONS - 1);
const who = fc.nat(NAMES.length - 1);

/** What may happen to three daemons, their engine and their directory. */
export const STEP = fc.oneof(
  { weight: 16, arbitrary: fc.record({ do: fc.constant('put' as const), who, login: fc.nat(3) }) },
  { weight: 10, arbitrary: fc.record({ do: fc.constant('remove' as const), who }) },
  {
    weight: 24,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(300, 900, 2500, 6000, 9000, 20_000, 70_000),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'kill' as const,
        'kill' as const,
        'restart' as const,
        'empty' as const,
        'freeze' as const,
        'thaw' as const,
        'cut' as const,
        'heal' as const,
        'sync' as const,
      ),
      daemon,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constantFrom(...STREAM_STEPS), back: fc.nat(40) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('forget' as const, 'directory down' as const, 'directory up' as const),
    }),
  },
);
export type Step = typeof STEP extends fc.Arbitrary<infer Taken> ? Taken : never;

/** Plans that broke the law once, whatever chance brings. */
export const FOUND: Step[][] = [
  // Who lists anew took an old listing, and was as it had been then, in step.
  [
    { do: 'wait', ms: 20_000 },
    { do: 'kill', daemon: 0 },
    { do: 'put', who: 0, login: 0 },
    { do: 'wait', ms: 20_000 },
    { do: 'sync', daemon: 0 },
    { do: 'wait', ms: 300 },
    { do: 'flush', back: 0 },
    { do: 'wait', ms: 300 },
    { do: 'remove', who: 0 },
    { do: 'put', who: 0, login: 0 },
  ],
];
