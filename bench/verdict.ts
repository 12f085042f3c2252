import { formatSpread, type Spread } from './report.ts';

/** What a ratio is to be: at most, or at least, so much. */
export type Aim = { readonly most: number } | { readonly least: number };

/** Ratios of one run that are so far apart say more of the machine than of the program. */
const MOST_SPREAD = 2;

/** Whether `spread` keeps to its aim; absent: the machine does not let us tell. */
export function meets(spread: Spread, aim: Aim): boolean | undefined {
  if (!(spread.max / spread.min <= MOST_SPREAD)) return undefined;
  return 'most' in aim ? spread.median <= aim.most : spread.median >= aim.least;
}

/** A ratio for people: its median and range, what it is to be, and whether it is. */
export function formatVerdict(name: string, spread: Spread, aim?: Aim): string {
  const ratio = `${name}: × ${formatSpread(spread)}`;
  if (aim === undefined) return ratio;
  const isMet = meets(spread, aim);
  const wanted = 'most' in aim ? `at most ${aim.most}` : `at least ${aim.least}`;
  if (isMet === undefined)
    return `${ratio}; ${wanted}: no verdict, ratios spread over ${MOST_SPREAD} ×`;
  return `${ratio}; ${wanted}: ${isMet ? 'met' : 'missed'}`;
}
