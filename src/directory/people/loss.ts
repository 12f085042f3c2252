import { type Extents, KINDS, type Kind } from './extents.ts';
import { lostOf, type Measure } from './measure.ts';

/** How much one edit may lose: a share from 0 to 1 of each kind of things. */
export type Guard = number;

/** What counted before: the content itself, or what was kept of it. */
export type Former = Extents | Measure;

/** So few may always be lost, unless they are more than half: somebody has cleaned up. */
const FEW = 5;

const NAMES: Readonly<Record<Kind, string>> = {
  accounts: 'accounts',
  groups: 'groups',
  members: "groups' members",
  aliases: 'aliases',
  domains: 'domains',
  rows: "tables' rows",
};

interface Tally {
  readonly total: number;
  readonly lost: number;
  /** Counted in a sample. */
  readonly isSampled?: boolean;
}

/**
 * Says what an edit loses where that is more than `guard` allows of the accounts, groups, groups' members, aliases, domains
 * or tables' rows: `612 of 800 accounts`. An address is lost that nobody enabled would hold any more.
 */
export function findLoss(before: Former, after: Extents, guard: Guard): string | undefined {
  const losses = KINDS.flatMap((kind) => {
    const { total, lost, isSampled } =
      'key' in before ? lostOf(before, after, kind) : count(before, after, kind);
    if (lost <= allowance(total, guard)) return [];
    return [`${isSampled === true ? 'about ' : ''}${lost} of ${total} ${NAMES[kind]}`];
  });
  return losses.length === 0
    ? undefined
    : `${losses.join(' and ')} (the guard allows ${percent(guard)})`;
}

/** More than `guard` of all, and more than a few or more than half: with `0` every loss counts. */
const allowance = (total: number, guard: Guard): number =>
  guard === 0 ? 0 : Math.max(guard * total, Math.min(FEW, total / 2));

function count(before: Extents, after: Extents, kind: Kind): Tally {
  let total = 0;
  let lost = 0;
  for (const item of before[kind].items()) {
    total++;
    if (!after[kind].has(item)) lost++;
  }
  return { total, lost };
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(6))} %`;
