import type { Result, Standing } from './store/orders.ts';

/** How a mirror stood at a time. */
export interface Stood {
  readonly standing: Standing | undefined;
  /** Whether anything is said. */
  readonly isWhole: boolean;
}

/** Of whom what was said may be otherwise once an order was carried out. */
export function concernOf(result: Result, before: Stood, now: Stood): readonly string[] | 'all' {
  // Before everybody has been listed once, nothing is said.
  if (!before.isWhole && !now.isWhole) return [];
  const { released = [], touched } = result;
  if (touched === 'many' || !isAlike(before, now)) return 'all';
  const isSame = result.put + result.gone === 0 && lostIn(before) === lostIn(now);
  return isSame ? [] : [...touched, ...released];
}

const isAlike = (before: Stood, now: Stood): boolean =>
  before.isWhole === now.isWhole &&
  before.standing?.isHeld === now.standing?.isHeld &&
  tellsAll(before) === tellsAll(now);

/** Whether who is not here was told to be nobody. */
const tellsAll = ({ standing }: Stood): boolean =>
  standing?.progress?.tellsNew === true && standing.lacksSome !== true;

const lostIn = ({ standing }: Stood): number | undefined => standing?.lost;
