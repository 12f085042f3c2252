import type { Address } from '../../../address/address.ts';
import { loosely } from '../../../address/spellings.ts';
import { type Entry, Fault } from '../../directory.ts';
import { believeAbsent } from '../../people/spelling.ts';
import type { Ask } from '../http/api.ts';
import { BlockedValue } from '../http/replies.ts';
import { accountOf, isField, needsAttributes, takesPart } from './account.ts';
import { believeDisabled } from './disabled.ts';
import { findGroups } from './groups.ts';
import type { FindOptions, FindSettings } from './options.ts';
import { canBeHeld, holdersQuery, MAX_HOLDERS, spellingsOf } from './query.ts';
import { readUsers, type UserRow } from './rows.ts';

/**
 * Finds whoever holds `address`: one question where it is an account's own; aliases and groups are asked for only where
 * nobody has it, both, for a group's own address beats an account's alias.
 */
export async function findHolders(
  ask: Ask,
  address: Address,
  options: FindOptions,
  signal: AbortSignal,
): Promise<readonly Entry[]> {
  const { settings } = options;
  const own = await findOwners(ask, address, options, signal);
  if (own.length > 0) return own;
  if (!canBeHeld(address)) {
    believeAbsent(spellingsOf(address));
    return own;
  }
  const { aliasAttribute, groupAttribute } = settings;
  const [aliased, groups] = await Promise.all([
    aliasAttribute === undefined ? [] : findUsers(ask, aliasAttribute, address, options, signal),
    groupAttribute === undefined ? [] : findGroups(ask, groupAttribute, address, options, signal),
  ]);
  const all = [...aliased, ...groups];
  if (all.length === 0) believeAbsent(spellingsOf(address));
  return all;
}

/** Finds the accounts that have `address` as their own: one question. */
export const findOwners = (
  ask: Ask,
  address: Address,
  options: FindOptions,
  signal: AbortSignal,
): Promise<readonly Entry[]> =>
  findUsers(ask, options.settings.addressFrom, address, options, signal);

async function findUsers(
  ask: Ask,
  name: string,
  address: Address,
  options: FindOptions,
  signal: AbortSignal,
): Promise<readonly Entry[]> {
  if (!isField(name) && !canBeHeld(address)) return [];
  const found = await Promise.all(
    spellingsOf(address).texts.map((spelling) =>
      findSpelled(ask, name, spelling, address, options, signal),
    ),
  );
  const byId = new Map(found.flat().map((entry) => [entry.id, entry]));
  return preferEnabled([...byId.values()]);
}

async function findSpelled(
  ask: Ask,
  name: string,
  spelling: string,
  address: Address,
  { settings, seen, blocked }: FindOptions,
  signal: AbortSignal,
): Promise<readonly Entry[]> {
  const query = {
    ...holdersQuery(name, spelling),
    briefRepresentation: !needsAttributes(settings),
    max: MAX_HOLDERS,
  };
  const content = await ask('/users', query, signal).catch((error: unknown) => {
    if (!(error instanceof BlockedValue)) throw error;
    blocked();
    return [];
  });
  const users = readUsers(content);
  const entries = users.map((user) => accountOf(user, settings));
  if (!entries.every((entry) => holdsAlike(entry, address.text))) {
    throw new Fault(
      'directory',
      `keycloak shows somebody who does not have the ${name} that was asked for, is anything between it and idpmap that changes questions?`,
    );
  }
  if (users.length >= MAX_HOLDERS) {
    throw new Fault('entry', `${MAX_HOLDERS} users or more have it as ${name}, leave it to one`);
  }
  for (const user of users) seen(user);
  await believeDisabled(ask, users, signal);
  return entries.filter(
    (entry, i) => holds(entry, address.text) && isTakingPart(users[i], settings),
  );
}

const isTakingPart = (user: UserRow | undefined, settings: FindSettings): boolean =>
  user !== undefined && takesPart(user, settings);

const holds = ({ address, aliases }: Entry, text: string): boolean =>
  address === text || aliases.includes(text);

/** Whether a database that takes ü for u, as MariaDB does, may show it for the address. */
const holdsAlike = ({ address, aliases }: Entry, text: string): boolean =>
  [address, ...aliases].some((held) => loosely(held) === loosely(text));

/** Whoever left must not keep an address from their successor; several who left are as good as one. */
function preferEnabled(entries: readonly Entry[]): readonly Entry[] {
  const enabled = entries.filter((entry) => entry.enabled);
  if (enabled.length > 0) return enabled;
  const isOneAddress = new Set(entries.map(({ address }) => address)).size === 1;
  return isOneAddress ? entries.slice(0, 1) : entries;
}
