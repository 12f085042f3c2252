import { textsOf } from '../people/values.ts';
import type { LdapEntry } from '../search.ts';

/** Says whether an entry is in some state. */
export interface Condition {
  readonly attribute: string;
  holds(entry: LdapEntry): boolean;
}

/** An attribute's name or OID. */
const CONDITION = /^(?<attribute>[a-z\d.-]+)(?:=(?<value>.+)|&(?<bits>\d{1,19}))$/i;

/**
 * Reads `nsAccountLock=true` (a value, case does not matter) or `userAccountControl&2` (one of these bits is set).
 * @throws {SyntaxError}
 */
export function parseCondition(text: string): Condition {
  const { attribute, value, bits } = CONDITION.exec(text)?.groups ?? {};
  if (attribute === undefined) {
    throw new SyntaxError(
      `"${text}" is no condition, write attribute=value or attribute&bits, as in nsAccountLock=true`,
    );
  }
  if (bits !== undefined) {
    const mask = BigInt(bits);
    return {
      attribute,
      holds: (entry) =>
        textsOf(entry, attribute).some(
          (found) => /^-?\d{1,19}$/.test(found) && (BigInt(found) & mask) !== 0n,
        ),
    };
  }
  const wanted = value?.toLowerCase();
  return {
    attribute,
    holds: (entry) => textsOf(entry, attribute).some((found) => found.toLowerCase() === wanted),
  };
}
