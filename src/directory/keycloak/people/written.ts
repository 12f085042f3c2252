import { isMailbox, normaliseAddress } from '../../../address/address.ts';

/** An address as forms and imports leave it: in blanks, as a link, with a name before it. */
const WRAPPED = /^\s*(?:mailto:|[^<>@]*<(?:mailto:)?)?([^<>,;\s]+@[^<>,;\s]+)>?\s*$/iu;

/**
 * The address that a value of Keycloak's means, normalised: also ` ann@example.org `, `MAILTO:ann@example.org` and
 * `Ann <ann@example.org>`. Absent where it is no address, or might be several.
 */
export function addressIn(value: string): string | undefined {
  const plain = normaliseAddress(value);
  if (plain !== undefined && isMailbox(plain)) return plain;
  const bare = WRAPPED.exec(value)?.[1];
  const meant = bare === undefined ? undefined : normaliseAddress(bare);
  return meant !== undefined && isMailbox(meant) ? meant : plain;
}

/** A value without what stands around the address that it means, with its own letters. */
export function bareAddress(value: string): string {
  if (isMailbox(value)) return value;
  const bare = WRAPPED.exec(value)?.[1];
  return bare !== undefined && isMailbox(bare) ? bare : value;
}

/** As addresses are compared; what is none stays as it is, to be dropped and counted later. */
export const normalise = (value: string): string => addressIn(value) ?? value;
