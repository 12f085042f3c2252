import fc from 'fast-check';
import { type How, NAMES, type WorldStep } from './mirrorworld.ts';

/** One step of a plan: what happens to the directory, to its mirror, or to somebody who asks. */
export type Step =
  | WorldStep
  | { readonly do: 'ask'; readonly who: number }
  | { readonly do: 'feed'; readonly how: How }
  /** The process is killed when the file has taken so many orders of a feed. */
  | { readonly do: 'crash'; readonly after: number; readonly how: How }
  | { readonly do: 'accept' | 'restart' };

const who = fc.nat(NAMES.length - 1);
export const STEPS: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constantFrom<'create' | 'remove' | 'disable' | 'renew'>(
          'create',
          'remove',
          'disable',
          'renew',
        ),
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
