import { createHash } from 'node:crypto';
import { type Filter, PresenceFilter } from 'ldapts';
import type { Dereference, LdapEntry, Scope } from '../search.ts';

/** An attribute that answers hang on, where it is looked for, and among whom. */
export interface Sight {
  readonly owner: Owner;
  readonly attribute: string;
  /** `value`: people are searched by it, so somebody has to be found by a value. `look`: it is only read of an entry. */
  readonly by: 'value' | 'look';
  /** Many have the same value: it is looked for at one of them only. */
  readonly isShared?: true;
  /** The values of an entry that count, as they are stored. */
  readonly valuesOf: (entry: LdapEntry) => readonly string[];
}

/** Whose attributes they are. */
export interface Owner {
  /** `account`, `group`, `entry of table lists`. */
  readonly name: string;
  /** The settings that say who that is, for messages. */
  readonly settings: string;
  /** Empty: the root. */
  readonly base: string;
  readonly scope: Scope;
  readonly dereference?: Dereference;
  /** Those of them that meet one of `conditions`; absent where there are none. */
  readonly among: (conditions: readonly Filter[]) => Filter | undefined;
}

/** Somebody who had an attribute. */
export interface Witness {
  readonly sight: Sight;
  readonly dn: string;
  readonly value: string;
}

/** The filter that finds those who have any value in one of the attributes. */
export const holdersOf = (
  { among }: Owner,
  sights: readonly Pick<Sight, 'attribute'>[],
): Filter | undefined => among(sights.map(({ attribute }) => new PresenceFilter({ attribute })));

/** Names a sight in what is kept, as long as it is looked for in the same place and among the same. */
export function nameOf(sight: Sight): string {
  const { owner, attribute } = sight;
  const filter = holdersOf(owner, [sight])?.toString() ?? '';
  const print = createHash('sha256').update(`${owner.base}\n${owner.scope}\n${filter}`);
  return `${owner.name} ${attribute} ${print.digest('hex').slice(0, 12)}`;
}
