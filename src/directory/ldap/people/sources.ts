import { EqualityFilter, type Filter, PresenceFilter } from 'ldapts';
import { type Address, normaliseAddress, parseDomain } from '../../../address/address.ts';
import {
  localSpellings,
  rareSpellings,
  spellingsOf,
  withCapitals,
} from '../../../address/spellings.ts';
import { addressIn, writtenForms } from '../../../address/written.ts';
import type { LdapEntry } from '../search.ts';
import { textsOf } from './values.ts';

/** One way in which entries hold addresses. */
export interface AddressSource {
  readonly attribute: string;
  /** What an entry that holds `address` this way has in the attribute; empty: none can. */
  readonly valuesFor: (address: Address) => readonly string[];
  /** The addresses that an entry holds this way, without blanks, names and `mailto:` round them. */
  readonly addressesOf: (entry: LdapEntry) => readonly string[];
  /** That which is marked as the own one among them: Active Directory's `SMTP:` in capitals. */
  readonly primaryOf: (entry: LdapEntry) => string | undefined;
  /** The values that hold them, as they are stored. */
  readonly valuesIn: (entry: LdapEntry) => readonly string[];
  /** The address that a stored value holds; absent: none. */
  readonly addressIn: (value: string) => string | undefined;
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
  return sourceOf(
    text,
    prefix === ''
      ? addressIn
      : (value) =>
          value.trimStart().toLowerCase().startsWith(begin)
            ? addressIn(value.trimStart().slice(prefix.length))
            : undefined,
    (address) =>
      [
        ...withCapitals(spellingsOf(address).texts).flatMap((spelling) => [
          spelling,
          ...writtenForms(spelling),
        ]),
        ...rareSpellings(address),
      ].map((spelling) => prefix + spelling),
    prefix.toUpperCase() === begin ? undefined : prefix.toUpperCase(),
  );
}

function composed(attribute: string, written: string, text: string): AddressSource {
  const domain = parseDomain(written);
  if (domain === undefined) throw new SyntaxError(`"${written}" in "${text}" is no domain`);
  return sourceOf(
    attribute,
    (value) => `${value.trim()}@${domain}`,
    (address) => (address.domain === domain ? withCapitals(localSpellings(address)) : []),
  );
}

const sourceOf = (
  attribute: string,
  addressFrom: AddressSource['addressIn'],
  valuesFor: AddressSource['valuesFor'],
  mark?: string,
): AddressSource => ({
  attribute,
  valuesFor,
  addressIn: addressFrom,
  addressesOf: (entry) => textsOf(entry, attribute).flatMap((value) => addressFrom(value) ?? []),
  primaryOf: (entry) =>
    textsOf(entry, attribute)
      .filter((value) => mark !== undefined && value.trimStart().startsWith(mark))
      .map(addressFrom)[0],
  valuesIn: (entry) =>
    textsOf(entry, attribute).filter((value) => addressFrom(value) !== undefined),
});

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
  ...new Set(addresses.map((address) => normaliseAddress(address) ?? address)),
];
