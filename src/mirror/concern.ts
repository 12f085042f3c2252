import type { Result, Standing } from './orders.ts';

/** How a mirror stood at a time. */
export interface Stood {
  readonly standing: Standing | undefined;
  /** Whether anything is said. */
  readonly isWhole: boolean;
}

/** Of whom what was said may be otherwise once an order was carried out. */
export function concernOf(
  { put, gone, released = [], touched }: Result,
  before: Stood,
  now: Stood,
): readonly string[] | 'all' {
  // Before everybody has been listed once, nothing is said.
  if (!before.isWhole && !now.isWhole) return [];
  const isOther =
    before.isWhole !== now.isWhole || before.standing?.isHeld !== now.standing?.isHeld;
  if (isOther || touched === 'many') return 'all';
  const isSame = put + gone === 0 && before.standing?.lost === now.standing?.lost;
  return isSame ? [] : [...touched, ...released];
}
