import { EqualityFilter, type Filter, PresenceFilter } from 'ldapts';
import { type Address, parseAddress, parseDomain } from '../../../address/address.ts';
import { localSpellings, spellingsOf, withCapitals } from '../../../address/spellings.ts';
import type { LdapEntry } from '../search.ts';
import { textsOf } from './values.ts';

/** One way in which entries hold addresses. */
export interface AddressSource {
  readonly attribute: string;
  /** What an entry that holds `address` this way has in the attribute; empty: none can. */
  readonly valuesFor: (address: Address) => readonly string[];
  /** The addresses that an entry holds this way, as it has them. */
  readonly addressesOf: (entry: LdapEntry) => readonly string[];
}

const PATTERN = /^\{(?<attribute>[a-z\d.;-]+)\}@(?<domain>[^@\s{}]+)$/i;
const ATTRIBUTE = /^[a-z\d.;-]+$/i;

/**
 * Reads an attribute's name, or a pattern such as `{uid}@example.org`. Of an attribute's values, only those that begin
 * with `prefix` (case does not matter) are addresses, without it.
 * @throws {SyntaxError}
 */
export function parseSource(text: string, prefix = ''): AddressSource {
  const { attribute, domain = '' } = PATTERN.exec(text)?.groups ?? {};
  if (attribute !== undefined) return composed(attribute, domain, text);
  if (!ATTRIBUTE.test(text)) {
    throw new SyntaxError(
      `"${text}" is neither an attribute (mail) nor a pattern ({uid}@example.org)`,
    );
  }
  const begin = prefix.toLowerCase();
  return {
    attribute: text,
    valuesFor: (address) =>
      withCapitals(spellingsOf(address).texts).map((spelling) => prefix + spelling),
    addressesOf: (entry) =>
      textsOf(entry, text)
        .filter((value) => value.toLowerCase().startsWith(begin))
        .map((value) => value.slice(prefix.length)),
  };
}

function composed(attribute: string, written: string, text: string): AddressSource {
  const domain = parseDomain(written);
  if (domain === undefined) throw new SyntaxError(`"${written}" in "${text}" is no domain`);
  return {
    attribute,
    valuesFor: (address) =>
      address.domain === domain ? withCapitals(localSpellings(address)) : [],
    addressesOf: (entry) => textsOf(entry, attribute).map((value) => `${value}@${domain}`),
  };
}

/** The filters that find who holds `address` in one of these ways. */
export const conditionsFor = (
  sources: readonly AddressSource[],
  address: Address,
): readonly Filter[] =>
  sources.flatMap(({ attribute, valuesFor }) =>
    valuesFor(address).map((value) => new EqualityFilter({ attribute, value })),
  );

/** The filters that find who holds any address in one of these ways. */
export const anyOf = (sources: readonly AddressSource[]): readonly Filter[] =>
  sources.map(({ attribute }) => new PresenceFilter({ attribute }));

/** Normalised addresses, each once; what is none is left as it is, for `clean.ts` to drop and count. */
export const normalised = (addresses: readonly string[]): readonly string[] => [
  ...new Set(addresses.map((address) => parseAddress(address)?.text ?? address)),
];
