import { domainToASCII, domainToUnicode } from 'node:url';
import { fold } from './fold.ts';

/** An address as idpmap compares it: local part folded as Postfix folds it, domain in lower-case A-labels. */
export interface Address {
  /** `local@domain`. */
  readonly text: string;
  readonly local: string;
  readonly domain: string;
}

/** RFC 5321's 64 + 1 + 255, in bytes of UTF-8. */
export const MAX_ADDRESS_BYTES = 320;

/** Lower-case ASCII that normalisation leaves as it is, nearly every key. Domains that want a closer look fail it. */
const PLAIN =
  /^[a-z0-9.!#$&'*+/=?^_{|}~%`-]+@(?!.*xn--)[a-z0-9_-]+(?:\.[a-z0-9_-]+)*(?<=[a-z_-][a-z0-9_-]*)$/;

/** Control characters, and U+FFFD, which stands for bytes that were not UTF-8. */
const UNUSABLE = /[\p{Cc}\ufffd]/u;

/** All that a domain may be written with: `domainToASCII` decodes `%61` and cuts at `/`, `?`, `#` and `:`. */
const DOMAIN = /^[a-z0-9_.\u0080-\u{10ffff}-]+$/iu;

/** Four times what a domain may have, for signs that fold to fewer. To encode 5000 ideographs in one label takes 90 ms. */
const MAX_DOMAIN_CHARS = 1024;

/** A domain in A-labels. The last label holds more than digits: else a URL parser reads an IPv4 address. */
const A_LABELS = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*(?<=[a-z_-][a-z0-9_-]*)$/;

/**
 * Reads `text` as an address; absent where no mailbox can be meant: no `@`, an empty side, over 320 bytes, control
 * characters, an address literal, `<>`, `""`, `*`. Split at the last `@`, for a quoted local part may hold another.
 * Idempotent: a normalised `text` reads as itself.
 */
export function parseAddress(text: string): Address | undefined {
  if (text !== last.text) last = { text, address: readAddress(text, fold) };
  return last.address;
}

/** What was read last: on its way to a directory and back a key is read five times, by rooms that know nothing of each other. */
let last: { readonly text: string; readonly address: Address | undefined } = {
  text: '',
  address: undefined,
};

/**
 * Reads `text` as `parseAddress` does, but keeps the letters that it is written with (`ß`, a final `ς`), in lower case:
 * so mail is sent to it, for whoever stores the mail may compare letter by letter.
 */
export const spellAddress = (text: string): string | undefined =>
  readAddress(text, lowerCase)?.text;

const lowerCase = (text: string): string => text.normalize('NFC').toLowerCase().normalize('NFC');

/** Whether `text` is a mailbox that is normalised and spelt as it stands: nearly every one is, and this costs least to know. */
export const isPlainAddress = (text: string): boolean =>
  text.length <= MAX_ADDRESS_BYTES && PLAIN.test(text);

/** Reads as `parseAddress` does and gives the text alone. */
export const normaliseAddress = (text: string): string | undefined =>
  isPlainAddress(text) ? text : parseAddress(text)?.text;

/** `text` as idpmap compares it, where it is an address; what is none stays as it is. */
export const foldAddress = (text: string): string => normaliseAddress(text) ?? text;

function readAddress(text: string, read: (local: string) => string): Address | undefined {
  const at = text.lastIndexOf('@');
  if (at < 1 || text.length > MAX_ADDRESS_BYTES) return undefined;
  if (PLAIN.test(text)) return split(text, at);
  const local = read(text.slice(0, at));
  const domain = parseDomain(text.slice(at + 1));
  if (domain === undefined || UNUSABLE.test(local) || local === '""') return undefined;
  const whole = `${local}@${domain}`;
  return Buffer.byteLength(whole) > MAX_ADDRESS_BYTES ? undefined : split(whole, local.length);
}

/** Reads `text` as a domain in lower-case A-labels, without its trailing dot; absent where it is none. Idempotent. */
export function parseDomain(text: string): string | undefined {
  const bare = text.endsWith('.') ? text.slice(0, -1) : text;
  if (bare.length > MAX_DOMAIN_CHARS || !DOMAIN.test(bare)) return undefined;
  const domain = domainToASCII(bare);
  return A_LABELS.test(domain) ? domain : undefined;
}

/**
 * What Postfix asks for a domain that is written in U-labels: it folds them like any text, and makes another domain of
 * `straße.example`, which is `xn--strae-oqa.example` elsewhere. Nearly always it is the domain itself.
 * @param domain in A-labels
 */
export function foldDomain(domain: string): string {
  if (!domain.includes('xn--')) return domain;
  return parseDomain(fold(domainToUnicode(domain))) ?? domain;
}

const split = (text: string, at: number): Address => ({
  text,
  local: text.slice(0, at),
  domain: text.slice(at + 1),
});

/** Names that Postfix never splits (`split_addr.c`). */
const WHOLE = new Set(['mailer-daemon', 'double-bounce']);

/**
 * Splits `ann+news` into `ann` and `+news`, at the first of the `delimiters` found, as Postfix does; absent where there
 * is none, where it comes first, in a quoted local part, and in `owner-list` and `list-request`.
 */
export function splitExtension(
  local: string,
  delimiters: string,
): readonly [base: string, extension: string] | undefined {
  for (let i = 0; i < local.length; i++) {
    if (!delimiters.includes(local.charAt(i))) continue;
    if (i === 0 || local.startsWith('"') || WHOLE.has(local)) return undefined;
    if (local.charAt(i) === '-' && (local.startsWith('owner-') || local.endsWith('-request')))
      return undefined;
    return [local.slice(0, i), local.slice(i)];
  }
  return undefined;
}

/** One local part: no comma, space, bracket or second `@`, save inside quotes. */
const LOCAL = /^(?:[^\s,@"()<>:;\\[\]\p{Cc}]+|"(?:[^"\\\p{Cc}]|\\[^\p{Cc}])+")$/u;

/** Whether `text` can stand in an alias's targets: exactly one address with a domain, not a list and not a bare name. */
export function isMailbox(text: string): boolean {
  const at = text.lastIndexOf('@');
  return LOCAL.test(text.slice(0, at)) && parseAddress(text) !== undefined;
}

/** Reads as `normaliseAddress` does; absent also where no alias could have it for its target. */
export function normaliseMailbox(text: string): string | undefined {
  if (isPlainAddress(text)) return text;
  return isMailbox(text) ? parseAddress(text)?.text : undefined;
}

/**
 * Folds a table's key as Postfix might write it: addresses and domains normalised, also in `@example.org` and
 * `.example.org`, all else (`192.0.2.7`, `*`, `<>`, `jürgen`) folded. Idempotent.
 */
export function foldKey(key: string): string {
  const address = parseAddress(key);
  if (address !== undefined) return address.text;
  const mark = /^[@.]/.exec(key)?.[0] ?? '';
  const rest = key.slice(mark.length);
  const domain = mark === '@' || rest.includes('.') ? parseDomain(rest) : undefined;
  return domain === undefined ? fold(key) : mark + domain;
}
