import { parseAddress } from '../../../address/address.ts';
import { preciseClock } from '../../../clock.ts';
import { Fault } from '../../directory.ts';
import type { Ask } from '../http/api.ts';
import { PAGE } from '../http/paging.ts';
import { withThoseBelow } from '../people/groups.ts';
import type { GroupSpellings } from '../people/options.ts';
import { spellingsOf } from '../people/query.ts';
import type { GroupRow } from '../people/rows.ts';
import { normalise } from '../people/written.ts';
import { countGroups, listChildren, pageGroups } from './listing.ts';

/** What a walk through all groups, at all depths, has seen. */
export interface GroupWalk {
  /** Values by the address that they mean, where a question for it would not find them. */
  readonly odd: ReadonlyMap<string, readonly string[]>;
  /** All addresses of groups, normalised. */
  readonly addresses: ReadonlySet<string>;
  /** The groups that were looked at, and those of them that have an address. */
  readonly groups: number;
  readonly addressed: number;
  /** Whether these are all. */
  readonly isWhole: boolean;
}

/** A walk ends after so long and so many groups, whatever is left: it stands beside lookups. */
const WALK_MS = 5000;
const MOST = 5000;
/** Group by group would be read what lies deeper. */
const DEPTH = 20;

/** Walks through all groups, and notes each value of `attribute` that is not written as it would be asked for. */
export async function walkGroups(
  ask: Ask,
  attribute: string,
  signal: AbortSignal,
): Promise<GroupWalk> {
  const until = preciseClock.now() + WALK_MS;
  const seen = new Map<string, GroupRow>();
  let isCut = false;
  const isFull = (): boolean => {
    isCut ||= seen.size >= MOST || preciseClock.now() > until;
    return isCut;
  };
  const note = async (groups: readonly GroupRow[], depth: number): Promise<void> => {
    for (const group of groups.flatMap(withThoseBelow)) {
      if (seen.has(group.id) || isFull()) continue;
      seen.set(group.id, group);
      const isShown = group.children === undefined || group.children === group.subGroups.length;
      if (isShown) continue;
      if (depth >= DEPTH) isCut = true;
      else await note(await listChildren(ask, group, () => {}, signal), depth + 1);
    }
  };
  for (let first = 0; !isFull(); first += PAGE - 1) {
    const page = await pageGroups(ask, { first, max: PAGE }, signal);
    await note(page, 0);
    if (page.length < PAGE) break;
  }
  const isWhole = !isCut && (await countGroups(ask, signal)) === seen.size;
  return { ...lookAtValues([...seen.values()], attribute), groups: seen.size, isWhole };
}

function lookAtValues(
  groups: readonly GroupRow[],
  attribute: string,
): Pick<GroupWalk, 'odd' | 'addresses' | 'addressed'> {
  const values = groups.map(({ attributes }) => attributes[attribute] ?? []);
  const odd = new Map<string, readonly string[]>();
  const addresses = new Set<string>();
  for (const value of values.flat()) {
    const meant = normalise(value);
    addresses.add(meant);
    const address = parseAddress(meant);
    if (address === undefined || spellingsOf(address).texts.includes(value)) continue;
    odd.set(meant, [...new Set([...(odd.get(meant) ?? []), value])]);
  }
  return { odd, addresses, addressed: values.filter((own) => own.length > 0).length };
}

/** Walks now and then: each time where there are few groups, else each tenth time. */
export interface GroupWatch extends Pick<GroupSpellings, 'of' | 'lack'> {
  /** @throws {Fault} `starting` where no walk has ended yet */
  ready(): void;
  walk(ask: Ask, signal: AbortSignal): Promise<void>;
}

const FEW = 200;
const RARELY = 10;

/** Creates the watch over the groups that have an address in `attribute`. */
export function createGroupWatch(attribute: string | undefined): GroupWatch {
  let last: GroupWalk | undefined;
  let rounds = 0;
  return {
    async walk(ask, signal) {
      if (attribute === undefined) return;
      rounds += 1;
      if (last !== undefined && last.groups > FEW && rounds % RARELY !== 1) return;
      last = await walkGroups(ask, attribute, signal);
    },
    of: (address) => last?.odd.get(address) ?? [],
    lack: (address) => last !== undefined && last.isWhole && !last.addresses.has(address),
    ready() {
      if (attribute === undefined || last !== undefined) return;
      throw new Fault('starting', 'the groups have not been read yet');
    },
  };
}
