import type { Change, Listed, Mark } from '../../directory/directory.ts';
import { cleanEntry } from '../../directory/people/clean.ts';

/** What a mirror would hold after what it was told, and what of that no mirror could use. */
export interface Copy {
  /** Applies a batch; gives the mark that ends it, absent: there was none. */
  apply(batch: readonly Change[]): Mark | undefined;
  readonly entries: ReadonlyMap<string, Listed>;
  /** Each kind once. */
  readonly faults: ReadonlySet<string>;
  /** Parts whose listing has begun, and not ended. */
  open(): readonly string[];
  /** The feed was begun again: what was being listed is not. */
  restart(): void;
}

const partOf = (ref: string): string => ref.slice(0, Math.max(0, ref.indexOf(':')));

/** Keeps what is told as a mirror does, in memory, but asks for nobody who is missing: they are gone. */
export function createCopy(): Copy {
  const entries = new Map<string, Listed>();
  const faults = new Set<string>();
  const listings = new Map<string, Set<string>>();
  const known = new Set<string>();

  const show = (ref: string): void => {
    const part = partOf(ref);
    if (!known.has(part))
      faults.add(`it tells of ${ref}, and no listing of a part ${JSON.stringify(part)} has begun`);
    listings.get(part)?.add(ref);
  };
  const end = (part: string): void => {
    const shown = listings.get(part);
    if (shown === undefined) {
      faults.add(`the listing of ${JSON.stringify(part)} ends, and has not begun`);
      return;
    }
    listings.delete(part);
    for (const ref of entries.keys())
      if (partOf(ref) === part && !shown.has(ref)) entries.delete(ref);
  };
  const put = (shown: readonly (readonly [string, Listed])[]): void => {
    for (const [ref, entry] of shown) {
      show(ref);
      entries.set(ref, cleaned(entry));
    }
  };
  const keep = (refs: readonly string[]): void => {
    for (const ref of refs) {
      show(ref);
      if (!entries.has(ref)) faults.add(`${ref} is said to be as it was put, and never was`);
    }
  };
  const tell = (change: Change): void => {
    switch (change.kind) {
      case 'listing':
        known.add(change.part);
        listings.set(change.part, new Set());
        break;
      case 'listed':
        end(change.part);
        break;
      case 'put':
        put(change.entries);
        break;
      case 'still':
        keep(change.refs);
        break;
      case 'gone':
        for (const ref of change.refs) entries.delete(ref);
        break;
      case 'mark':
        judge(change);
    }
  };
  const judge = ({ cursor, agoMs, nextMs }: Mark): void => {
    if (typeof cursor !== 'string') faults.add('its cursor is no text');
    if (!(agoMs >= 0)) faults.add(`its mark says agoMs: ${agoMs}`);
    if (!(nextMs > 0)) faults.add(`its mark says nextMs: ${nextMs}`);
  };

  return {
    apply: (batch) => {
      for (const change of batch) tell(change);
      return batch.findLast((change) => change.kind === 'mark');
    },
    entries,
    faults,
    open: () => [...listings.keys()],
    restart: () => listings.clear(),
  };
}

/** As a mirror keeps it; one that it would doubt says so. */
function cleaned(entry: Listed): Listed {
  try {
    return { ...entry, ...cleanEntry(entry, { dropped: 0 }) };
  } catch (error) {
    return { ...entry, doubt: entry.doubt ?? String(error) };
  }
}
