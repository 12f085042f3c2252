/** `Ann Smith <ann@example.org>`, with or without quotation marks. */
const NAMED = /^[^<>]*<(?<address>[^<>]+@[^<>]+)>$/su;
const SCHEME = /^mailto:/iu;

/**
 * The address in a value as people and programs write it where an address is wanted: with blanks around it, as
 * `MAILTO:ann@example.org`, or as `Ann Smith <ann@example.org>`. What is none stays as it is.
 */
export function addressIn(value: string): string {
  const bare = value.trim();
  // Nearly every value: looking for two signs costs least.
  if (!bare.includes('<') && !bare.includes(':')) return bare;
  const { address = bare } = NAMED.exec(bare)?.groups ?? {};
  return address.trim().replace(SCHEME, '').trim();
}

/** Ways to write an address that a directory can be asked for by value, beside the address itself. */
export const writtenForms = (address: string): readonly string[] => [`mailto:${address}`];
