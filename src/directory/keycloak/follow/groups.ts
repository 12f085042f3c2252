import { Fault } from '../../directory.ts';
import { PAGE } from '../http/paging.ts';
import type { GroupRow } from '../people/rows.ts';
import { countGroups, pageGroups } from '../trust/listing.ts';
import { childrenOf, type Listing, listedGroup, type Named } from './listed.ts';

/** So often all groups are read again where some came or went meanwhile. */
const TRIES = 3;

/**
 * Shows all groups at all depths, each with whoever lies in it.
 * @throws {Fault} `doubt` where Keycloak counts others
 */
export async function* listAllGroups(
  listing: Listing,
  attribute: string,
  rest: () => Promise<void>,
  signal: AbortSignal,
): AsyncGenerator<Named> {
  const { ask } = listing;
  for (let tried = 1; ; tried++) {
    const seen = new Set<string>();
    for await (const group of groupsOf(listing, seen, signal)) {
      yield await listedGroup(listing, attribute, group, signal);
      await rest();
    }
    const count = await countGroups(ask, signal);
    if (count === seen.size) return;
    if (tried >= TRIES) {
      throw new Fault('doubt', `keycloak counts ${count} groups and shows ${seen.size}`);
    }
  }
}

async function* groupsOf(
  { ask }: Pick<Listing, 'ask'>,
  seen: Set<string>,
  signal: AbortSignal,
): AsyncGenerator<GroupRow> {
  async function* withBelow(groups: readonly GroupRow[]): AsyncGenerator<GroupRow> {
    for (const group of groups) {
      if (seen.has(group.id)) continue;
      seen.add(group.id);
      yield group;
      yield* withBelow(await childrenOf(ask, group, () => {}, signal));
    }
  }
  for (let first = 0; ; first += PAGE - 1) {
    const page = await pageGroups(ask, { first, max: PAGE }, signal);
    yield* withBelow(page);
    if (page.length < PAGE) return;
  }
}
