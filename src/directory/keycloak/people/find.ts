import type { Address } from '../../../address/address.ts';
import type { Entry, Finding } from '../../directory.ts';
import { findingOf, none, valuesOf } from '../../finding.ts';
import { believeAbsent } from '../../people/spelling.ts';
import type { Ask } from '../http/api.ts';
import { BlockedValue } from '../http/faults.ts';
import { blame } from '../trust/blame.ts';
import { nobody, showUsers } from '../trust/listing.ts';
import { accountOf, isField, needsAttributes, takesPart } from './account.ts';
import { isMade, usernameIn } from './addressfrom.ts';
import { believeDisabled, withReasons } from './disabled.ts';
import { findGroups } from './groups.ts';
import { type Holding, provedHolders } from './holders.ts';
import type { FindOptions } from './options.ts';
import { canBeHeld, holderQueries, MAX_HOLDERS, spellingsOf } from './query.ts';

/**
 * Finds whoever holds `address`: one question where it is an account's own; aliases and groups are asked for only where
 * nobody has it, both, for a group's own address beats an account's alias.
 */
export async function findHolders(
  ask: Ask,
  address: Address,
  options: FindOptions,
  signal: AbortSignal,
): Promise<Finding<Entry>> {
  const { aliasAttribute, groupAttribute } = options.settings;
  const own = await findOwners(ask, address, options, signal);
  if (own.status === 'found') return own;
  if (!canBeHeld(address)) {
    believeAbsent(spellingsOf(address));
    return own;
  }
  const [aliased, groups] = await Promise.all([
    aliasAttribute === undefined ? own : findUsers(ask, aliasAttribute, address, options, signal),
    groupAttribute === undefined
      ? own
      : findGroups(ask, groupAttribute, address, options, signal).catch(async (error: unknown) => {
          throw await blame(ask, error, signal);
        }),
  ]);
  return findingOf([...valuesOf(aliased), ...valuesOf(groups)], () => {
    believeAbsent(spellingsOf(address));
    return nobody(own, aliased, groups);
  });
}

/** Finds the accounts that have `address` as their own: one question. */
export const findOwners = (
  ask: Ask,
  address: Address,
  options: FindOptions,
  signal: AbortSignal,
): Promise<Finding<Entry>> =>
  findUsers(ask, options.settings.addressFrom, address, options, signal);

async function findUsers(
  ask: Ask,
  name: string,
  address: Address,
  options: FindOptions,
  signal: AbortSignal,
): Promise<Finding<Entry>> {
  const { field, values } = valuesFor(name, address, options);
  if (values.length === 0) return none('form', `no ${field} can be written so`);
  const findings = await Promise.all(
    values.map((value) => findSpelled(ask, field, value, address, options, signal)),
  );
  const byId = new Map(findings.flatMap(valuesOf).map((entry) => [entry.id, entry]));
  return findingOf([...byId.values()], () => nobody(...findings));
}

/** The values that are asked for, and where they would lie. */
function valuesFor(
  name: string,
  address: Address,
  { writtenIn }: FindOptions,
): { readonly field: string; readonly values: readonly string[] } {
  const texts = [...new Set([...spellingsOf(address).texts, ...writtenIn(name, address.text)])];
  if (isMade(name)) {
    const usernames = texts.map((text) => usernameIn(name, text, address));
    return { field: 'username', values: usernames.filter((value) => value !== undefined) };
  }
  return { field: name, values: isField(name) || canBeHeld(address) ? texts : [] };
}

async function findSpelled(
  ask: Ask,
  name: string,
  spelling: string,
  address: Address,
  { settings, seen, counts, around, blocked }: FindOptions,
  signal: AbortSignal,
): Promise<Finding<Entry>> {
  const queries = holderQueries(name, spelling);
  const brief = !needsAttributes(settings);
  const holding: Holding = {
    name,
    spelling,
    brief,
    areCounted: isField(name) || counts(name),
    around: () => around(name, address.text, signal),
    holds: (user) => holds(accountOf(user, settings), address.text),
  };
  try {
    const list = { condition: queries.list, brief, max: MAX_HOLDERS };
    const shown = await showUsers(ask, list, signal);
    for (const user of shown) seen(user);
    const users = await provedHolders(ask, holding, queries, shown, signal);
    if (users.status === 'none') return users;
    for (const user of users.value) seen(user);
    const known = brief ? await withReasons(ask, users.value, signal) : users.value;
    await believeDisabled(ask, known, signal);
    const taking = known.filter((user) => takesPart(user, settings));
    return findingOf(
      taking.map((user) => accountOf(user, settings)),
      () => none('probe', `whoever has it as ${name} takes no part in mail`),
    );
  } catch (error) {
    if (!(error instanceof BlockedValue)) throw await blame(ask, error, signal);
    blocked();
    return none('form', 'keycloak lets nobody have it');
  }
}

const holds = ({ address, aliases }: Entry, text: string): boolean =>
  address === text || aliases.includes(text);
