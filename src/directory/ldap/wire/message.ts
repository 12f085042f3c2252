import { BerReader } from 'ldapts';
import type { LdapEntry } from '../search.ts';
import { enter, present, readOptional, readUntil } from './ber.ts';

/** How an operation ended. */
export interface LdapResult {
  /** RFC 4511 appendix A. */
  readonly code: number;
  /** The server's own words, often empty; one line, cut off where it is long. */
  readonly diagnostic: string;
  /** Where it would have us ask instead (code 10). */
  readonly referrals: readonly string[];
  readonly controls: Controls;
  /** An extended operation's answer. */
  readonly value?: Buffer;
}

/** What a server sends. Id 0 is its own word: that it disconnects (RFC 4511, 4.4.1). */
export type LdapMessage = { readonly id: number } & (
  | { readonly kind: 'entry'; readonly entry: LdapEntry; readonly controls: Controls }
  | { readonly kind: 'reference'; readonly urls: readonly string[] }
  | { readonly kind: 'result'; readonly type: number; readonly result: LdapResult }
  /** An entry that is more than anybody can be; what it is too much of. */
  | { readonly kind: 'too large'; readonly reason: string }
  /** A word in between (RFC 4511, 4.13); what it is about, and what it says. */
  | { readonly kind: 'intermediate'; readonly oid: string; readonly value: Buffer | undefined }
);

/** Values of response controls by OID. */
export type Controls = ReadonlyMap<string, Buffer>;

/** So much of the server's own words is kept, of each key that fails. */
const MAX_WORDS = 300;
/** A name of an entry, an attribute or a server may have so many bytes. */
const MAX_NAME_BYTES = 8 * 1024;
/** An entry may have so many attributes and values, each of which costs many times its bytes. */
const MAX_PARTS = 250_000;
/** So many servers are told of that hold a part of what was searched. */
const MAX_URLS = 20;
/** So many of a message's controls are read: those that are asked for are one or two. */
const MAX_CONTROLS = 20;

const TAG = {
  entry: 0x64,
  reference: 0x73,
  intermediate: 0x79,
  bindResult: 0x61,
  searchResult: 0x65,
  compareResult: 0x6f,
  extendedResult: 0x78,
  set: 0x31,
  octets: 0x04,
  boolean: 0x01,
  referral: 0xa3,
  wordName: 0x80,
  wordValue: 0x81,
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
      return readEntry(id, reader, end);
    case TAG.reference:
      return { id, kind: 'reference', urls: readUrls(reader, end) };
    case TAG.intermediate:
      return { id, kind: 'intermediate', ...readWord(reader, end) };
    case TAG.bindResult:
    case TAG.searchResult:
    case TAG.compareResult:
    case TAG.extendedResult:
      return { id, kind: 'result', type, result: readResult(reader, end) };
    default:
      throw new Error(`an answer of the unknown type ${type}`);
  }
}

/**
 * Reads the id alone of a message that may be cut off behind it.
 * @throws {Error} where there is none
 */
export function readId(bytes: Buffer): number {
  const reader = new BerReader(bytes);
  // The length that is told may be more than is there.
  reader.offset = 2 + (bytes.readUInt8(1) < 0x80 ? 0 : bytes.readUInt8(1) & 0x7f);
  return present(reader.readInt());
}

function readEntry(id: number, reader: BerReader, end: number): LdapMessage {
  const attributes = new Map<string, Buffer[]>();
  const dn = readName(reader);
  let excess = dn === undefined ? 'an entry whose name is too long' : undefined;
  let parts = 0;
  enter(reader);
  readUntil(reader, end, () => {
    enter(reader);
    const description = readName(reader);
    if (description === undefined) excess ??= 'an attribute whose name is too long';
    // Those of one attribute gather in one list: one that is repeated must not be copied each time.
    const values = excess === undefined ? gathered(attributes, nameOf(description ?? '')) : [];
    parts += 1;
    readUntil(reader, enter(reader, TAG.set), () => {
      const value = present(reader.readString(TAG.octets, true));
      parts += 1;
      if (excess === undefined) values.push(value);
    });
    if (parts > MAX_PARTS) excess ??= `an entry of more than ${MAX_PARTS} values`;
  });
  return dn === undefined || excess !== undefined
    ? { id, kind: 'too large', reason: excess ?? '' }
    : { id, kind: 'entry', entry: { dn, attributes }, controls: readControls(reader) };
}

function gathered(attributes: Map<string, Buffer[]>, name: string): Buffer[] {
  const known = attributes.get(name);
  if (known !== undefined) return known;
  const fresh: Buffer[] = [];
  attributes.set(name, fresh);
  return fresh;
}

/** A name; absent: it is too long for one. */
function readName(reader: BerReader): string | undefined {
  const bytes = present(reader.readString(TAG.octets, true));
  return bytes.length > MAX_NAME_BYTES ? undefined : bytes.toString('utf8');
}

/** A search for `mail` finds `mail;lang-de` too (RFC 4512, 2.5), so its values are values of `mail`. */
const nameOf = (description: string): string => {
  const name = description.toLowerCase();
  // Nearly all have none.
  if (!name.includes(';') || name.includes(';range=')) return name;
  return name.replace(/;.*$/, '');
};

function readResult(reader: BerReader, end: number): LdapResult {
  const code = present(reader.readEnumeration());
  present(reader.readString(TAG.octets, true));
  const diagnostic = readWords(reader);
  let referrals: readonly string[] = [];
  if (reader.offset < end && reader.peek() === TAG.referral) {
    referrals = readUrls(reader, enter(reader));
  }
  const value = reader.offset < end ? readValue(reader, end) : undefined;
  // What else an operation's own result holds (a SASL answer) is passed over.
  reader.offset = end;
  const controls = readControls(reader);
  return { code, diagnostic, referrals, controls, ...(value !== undefined && { value }) };
}

/** The server's own words as one line for logs and terminals, of which no more is ever made than is shown. */
function readWords(reader: BerReader): string {
  const bytes = present(reader.readString(TAG.octets, true));
  const words = bytes
    .subarray(0, 4 * MAX_WORDS)
    .toString('utf8')
    .replaceAll(/[\p{C}\s]+/gu, ' ')
    .trim();
  return words.length > MAX_WORDS || bytes.length > 4 * MAX_WORDS
    ? `${words.slice(0, MAX_WORDS)} …`
    : words;
}

/** What an extended operation answers, behind its name. */
function readValue(reader: BerReader, end: number): Buffer | undefined {
  if (reader.peek() === TAG.responseName) present(reader.readString(TAG.responseName, true));
  if (reader.offset >= end || reader.peek() !== TAG.responseValue) return undefined;
  return present(reader.readString(TAG.responseValue, true));
}

function readWord(
  reader: BerReader,
  end: number,
): { readonly oid: string; readonly value: Buffer | undefined } {
  const oid = readOptional(reader, end, TAG.wordName, () => reader.readString(TAG.wordName));
  const value = readOptional(reader, end, TAG.wordValue, () =>
    reader.readString(TAG.wordValue, true),
  );
  return { oid: oid ?? '', value };
}

function readControls(reader: BerReader): Controls {
  const controls = new Map<string, Buffer>();
  if (reader.peek() !== TAG.controls) return controls;
  readUntil(reader, enter(reader), () => {
    const end = enter(reader);
    const oid = readName(reader) ?? '';
    if (reader.offset < end && reader.peek() === TAG.boolean) reader.readBoolean();
    if (reader.offset < end && controls.size < MAX_CONTROLS)
      controls.set(oid, present(reader.readString(TAG.octets, true)));
    reader.offset = end;
  });
  return controls;
}

/** URLs, as many as anybody reads. */
function readUrls(reader: BerReader, end: number): readonly string[] {
  const urls: string[] = [];
  readUntil(reader, end, () => {
    const url = readName(reader);
    if (url !== undefined && urls.length < MAX_URLS) urls.push(url);
  });
  return urls;
}
