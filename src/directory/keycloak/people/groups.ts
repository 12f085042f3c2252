import type { Address } from '../../../address/address.ts';
import { loosely } from '../../../address/spellings.ts';
import { type Entry, Fault } from '../../directory.ts';
import { mailAddress } from '../../people/spelling.ts';
import type { Ask } from '../http/api.ts';
import { readAll } from '../http/paging.ts';
import { accountOf, isField, normalise, takesPart } from './account.ts';
import { believeDisabled } from './disabled.ts';
import type { FindOptions } from './options.ts';
import { attributeQuery, MAX_HOLDERS, spellingsOf } from './query.ts';
import { type GroupRow, readGroups, readUsers, type UserRow } from './rows.ts';

/** Finds the groups that have `address` in `attribute`, each with the members of all groups in it. */
export async function findGroups(
  ask: Ask,
  attribute: string,
  address: Address,
  options: FindOptions,
  signal: AbortSignal,
): Promise<readonly Entry[]> {
  const found = await Promise.all(
    spellingsOf(address).texts.map((spelling) =>
      findSpelled(ask, attribute, spelling, address, signal),
    ),
  );
  const byId = new Map(found.flat().map((group) => [group.id, group]));
  return Promise.all(
    [...byId.values()].map((group) => entryOf(ask, group, attribute, options, signal)),
  );
}

async function findSpelled(
  ask: Ask,
  attribute: string,
  spelling: string,
  { text }: Address,
  signal: AbortSignal,
): Promise<readonly GroupRow[]> {
  const query = {
    q: attributeQuery(attribute, spelling),
    briefRepresentation: false,
    max: MAX_HOLDERS,
  };
  const rows = readGroups(await ask('/groups', query, signal));
  const shown = rows.flatMap(withThoseBelow);
  const holding = shown.filter((group) => addressesOf(group, attribute).includes(text));
  const isAlike = (held: string): boolean => loosely(held) === loosely(text);
  if (rows.length > 0 && !shown.some((group) => addressesOf(group, attribute).some(isAlike))) {
    throw new Fault(
      'directory',
      `keycloak shows groups, none of which has the ${attribute} that was asked for`,
    );
  }
  if (rows.length >= MAX_HOLDERS) {
    throw new Fault(
      'entry',
      `${MAX_HOLDERS} groups or more have it as ${attribute}, leave it to one`,
    );
  }
  return holding;
}

/** Keycloak shows a group below those that it lies in. */
const withThoseBelow = (group: GroupRow): readonly GroupRow[] => [
  group,
  ...group.subGroups.flatMap(withThoseBelow),
];

const addressesOf = ({ attributes }: GroupRow, attribute: string): readonly string[] =>
  (attributes[attribute] ?? []).map(normalise);

async function entryOf(
  ask: Ask,
  group: GroupRow,
  attribute: string,
  options: FindOptions,
  signal: AbortSignal,
): Promise<Entry> {
  const { settings } = options;
  const [address = '', ...aliases] = addressesOf(group, attribute);
  const members = await readMembers(ask, group.id, options, signal);
  const accounts = members
    .filter((user) => user.enabled && takesPart(user, settings))
    .map((user) => accountOf(user, settings));
  const addresses = accounts.map(mailAddress).filter((own) => own !== '');
  return {
    id: group.id,
    kind: 'group',
    address,
    aliases,
    logins: [...new Set(accounts.flatMap(({ logins }) => logins))],
    members: [...new Set(addresses)],
    enabled: true,
  };
}

/** Reads the members of a group and of the groups in it, level by level. */
async function readMembers(
  ask: Ask,
  id: string,
  { settings, seen }: FindOptions,
  signal: AbortSignal,
): Promise<readonly UserRow[]> {
  const { depth: maxDepth, members: maxMembers } = settings.groups;
  const members = new Map<string, UserRow>();
  let level: readonly string[] = [id];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth) throw tooLarge(`groups lie in it ${maxDepth} deep and deeper`);
    const below: string[] = [];
    for (const group of level) {
      const users = await readAll(
        ask,
        {
          path: `/groups/${encodeURIComponent(group)}/members`,
          // Aliases of members do not count, and the full form of a page takes seconds.
          query: { briefRepresentation: isField(settings.addressFrom) },
          read: readUsers,
          check: (rows) => checkSize(rows.length, maxMembers),
        },
        signal,
      );
      for (const user of users) members.set(user.id, user);
      for (const user of users) seen(user);
      await believeDisabled(ask, users, signal);
      checkSize(members.size, maxMembers);
      const children = await readAll(
        ask,
        {
          path: `/groups/${encodeURIComponent(group)}/children`,
          query: { briefRepresentation: true },
          read: readGroups,
          check: (rows) => checkSize(rows.length, maxMembers),
        },
        signal,
      );
      below.push(...children.map((child) => child.id));
    }
    level = below;
  }
  return [...members.values()];
}

function checkSize(size: number, most: number): void {
  if (size > most) throw tooLarge(`it has more than ${most} members or groups`);
}

const tooLarge = (why: string): Fault =>
  new Fault(
    'entry',
    `the group is too large, ${why}: raise groups.members or groups.depth, and Postfix's virtual_alias_expansion_limit`,
  );
