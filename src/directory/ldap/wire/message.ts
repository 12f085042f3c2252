import { BerReader } from 'ldapts';
import type { LdapEntry } from '../search.ts';

/** How an operation ended. */
export interface LdapResult {
  /** RFC 4511 appendix A. */
  readonly code: number;
  /** The server's own words, often empty. */
  readonly diagnostic: string;
  /** Where it would have us ask instead (code 10). */
  readonly referrals: readonly string[];
  /** Values of response controls by OID. */
  readonly controls: ReadonlyMap<string, Buffer>;
  /** An extended operation's answer. */
  readonly value?: Buffer;
}

/** What a server sends. Id 0 is its own word: that it disconnects (RFC 4511, 4.4.1). */
export type LdapMessage = { readonly id: number } & (
  | { readonly kind: 'entry'; readonly entry: LdapEntry }
  | { readonly kind: 'reference'; readonly urls: readonly string[] }
  | { readonly kind: 'result'; readonly type: number; readonly result: LdapResult }
  | { readonly kind: 'intermediate' }
);

const TAG = {
  entry: 0x64,
  reference: 0x73,
  intermediate: 0x79,
  bindResult: 0x61,
  searchResult: 0x65,
  extendedResult: 0x78,
  set: 0x31,
  octets: 0x04,
  boolean: 0x01,
  referral: 0xa3,
  responseName: 0x8a,
  responseValue: 0x8b,
  controls: 0xa0,
} as const;

/**
 * Reads one LDAPMessage.
 * @throws {Error} where it is none that a client of ours can be sent
 */
export function readMessage(bytes: Buffer): LdapMessage {
  const reader = new BerReader(bytes);
  enter(reader);
  const id = present(reader.readInt());
  const type = present(reader.peek());
  const end = enter(reader);
  switch (type) {
    case TAG.entry:
      return { id, kind: 'entry', entry: readEntry(reader, end) };
    case TAG.reference:
      return { id, kind: 'reference', urls: readStrings(reader, end) };
    case TAG.intermediate:
      return { id, kind: 'intermediate' };
    case TAG.bindResult:
    case TAG.searchResult:
    case TAG.extendedResult:
      return { id, kind: 'result', type, result: readResult(reader, end) };
    default:
      throw new Error(`an answer of the unknown type ${type}`);
  }
}

function readEntry(reader: BerReader, end: number): LdapEntry {
  const dn = readString(reader);
  const attributes = new Map<string, readonly Buffer[]>();
  enter(reader);
  readUntil(reader, end, () => {
    enter(reader);
    const name = nameOf(readString(reader));
    const valuesEnd = enter(reader, TAG.set);
    const values = readUntil(reader, valuesEnd, () => present(reader.readString(TAG.octets, true)));
    attributes.set(name, [...(attributes.get(name) ?? []), ...values]);
  });
  return { dn, attributes };
}

/** A search for `mail` finds `mail;lang-de` too (RFC 4512, 2.5), so its values are values of `mail`. */
const nameOf = (description: string): string => {
  const name = description.toLowerCase();
  return name.includes(';range=') ? name : name.replace(/;.*$/, '');
};

function readResult(reader: BerReader, end: number): LdapResult {
  const code = present(reader.readEnumeration());
  readString(reader);
  const diagnostic = readString(reader);
  let referrals: readonly string[] = [];
  if (reader.offset < end && reader.peek() === TAG.referral) {
    referrals = readStrings(reader, enter(reader));
  }
  const value = reader.offset < end ? readValue(reader, end) : undefined;
  // What else an operation's own result holds (a SASL answer) is passed over.
  reader.offset = end;
  const controls = readControls(reader);
  return { code, diagnostic, referrals, controls, ...(value !== undefined && { value }) };
}

/** What an extended operation answers, behind its name. */
function readValue(reader: BerReader, end: number): Buffer | undefined {
  if (reader.peek() === TAG.responseName) present(reader.readString(TAG.responseName, true));
  if (reader.offset >= end || reader.peek() !== TAG.responseValue) return undefined;
  return present(reader.readString(TAG.responseValue, true));
}

function readControls(reader: BerReader): ReadonlyMap<string, Buffer> {
  const controls = new Map<string, Buffer>();
  if (reader.peek() !== TAG.controls) return controls;
  readUntil(reader, enter(reader), () => {
    const end = enter(reader);
    const oid = readString(reader);
    if (reader.offset < end && reader.peek() === TAG.boolean) reader.readBoolean();
    if (reader.offset < end) controls.set(oid, present(reader.readString(TAG.octets, true)));
    reader.offset = end;
  });
  return controls;
}

const readStrings = (reader: BerReader, end: number): readonly string[] =>
  readUntil(reader, end, () => readString(reader));

const readString = (reader: BerReader): string => present(reader.readString());

/** Goes into what begins here; gives where it ends. Lengths of four bytes may be negative to the reader. */
function enter(reader: BerReader, tag?: number): number {
  present(reader.readSequence(tag));
  if (reader.length < 0 || reader.length > reader.remain) throw new Error(TORN);
  return reader.offset + reader.length;
}

/** Reads one after the other up to `end`, which must be where the last one ends. */
function readUntil<T>(reader: BerReader, end: number, read: () => T): readonly T[] {
  const all: T[] = [];
  while (reader.offset < end) {
    const begin = reader.offset;
    all.push(read());
    if (reader.offset <= begin || reader.offset > end) throw new Error(TORN);
  }
  return all;
}

const TORN = 'an answer whose parts do not fit into one another';

/** The reader gives `null` where its bytes end too early. */
function present<T>(value: T | null): T {
  if (value === null) throw new Error('an answer that ends in the middle');
  return value;
}
