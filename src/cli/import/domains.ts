import { parseDomain } from '../../address/address.ts';
import type { Reader } from './reader.ts';

/** What stands behind the names that `domain` may hold besides domains. */
export interface Named {
  /** A file's text; absent: it could not be read. */
  readonly text: (file: string) => string | undefined;
  /** The table of the same directory that is behind `ldap:`; absent: there is none. */
  readonly table: (spec: string) => string | undefined;
}

/** Which keys a table is asked for, in the configuration's words. */
export interface Domains {
  readonly domain?: readonly string[] | undefined;
  readonly domainTable?: string | undefined;
}

/** One item of `domain`, as `match_list.c` takes it: the first that matches decides. */
type Item = { readonly text: string } & (
  | { readonly kind: 'domain' }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'file'; readonly file: string; readonly read: (text: string) => string[] }
  | { readonly kind: 'table'; readonly spec: string }
);

/** Tables that are made from a text of the same name, a key and a value a line. */
const FROM_TEXT = /^(?:proxy:)?(?:texthash|hash|btree|lmdb|cdb|dbm|sdbm):(?<file>\/.+)$/;
const LDAP = /^(?:proxy:)?ldap:(?<spec>.+)$/;

/** The files that a file's settings name in `domain`, to be read before it is imported. */
export function filesNamedIn(domain: string): readonly string[] {
  return itemsOf(domain).flatMap((item) => {
    if (item.kind === 'file') return [item.file];
    return item.kind === 'table' && item.spec.startsWith('/') ? [item.spec] : [];
  });
}

/** Reads `domain`: domains, files of them, and another table. An empty list is none. */
export function readDomains(reader: Reader, named: Named): Domains {
  const text = reader.text('domain') ?? '';
  if (text === '') return {};
  const items = itemsOf(text);
  const lost = items.flatMap((item) => whatIsLost(item, named));
  if (lost.length > 0) {
    reader.lack(
      'domain',
      `${lost.join(', ')} can't be carried over, and without the list the table is asked for every key: write all the domains`,
    );
    return {};
  }
  const { domains, tables } = gather(items, named, reader);
  const [domainTable, ...others] = tables;
  if (others.length > 0) reader.lack('domain', `only ${domainTable} of its tables is carried over`);
  if (domains.length > 0 || domainTable !== undefined)
    return { domain: domains.length > 0 ? domains : undefined, domainTable };
  reader.lack(
    'domain',
    `it names none ("${text}"), with which Postfix's table answers nothing at all: write the domains`,
  );
  return { domain: [NOBODYS] };
}

/** Stands where Postfix's table answers nothing: no mail comes for it (RFC 2606). */
const NOBODYS = 'nobody.invalid';

/** What of an item is lost; empty: it can be carried over. */
function whatIsLost(item: Item, named: Named): readonly string[] {
  if (item.kind === 'table') return named.table(item.spec) === undefined ? [item.text] : [];
  if (item.kind !== 'file') return item.kind === 'domain' ? [] : [item.text];
  const text = named.text(item.file);
  return text === undefined ? [item.text] : item.read(text).filter((each) => !isDomain(each));
}

/** Whether it is a domain, or excepts one. */
const isDomain = (text: string): boolean => parseDomain(text.replace(/^!/, '')) !== undefined;

function gather(items: readonly Item[], named: Named, reader: Reader) {
  const domains: string[] = [];
  const excepted = new Set<string>();
  const tables: string[] = [];
  const take = (text: string): void => {
    const domain = parseDomain(text.replace(/^!/, '')) ?? text;
    if (text.startsWith('!')) excepted.add(domain);
    else if (!excepted.has(domain)) domains.push(text);
  };
  for (const item of items) {
    if (item.kind === 'domain') take(item.text);
    else if (item.kind === 'table') tables.push(named.table(item.spec) ?? item.spec);
    else if (item.kind === 'file') {
      for (const each of item.read(named.text(item.file) ?? '')) take(each);
      reader.note(
        'domain',
        `the domains of ${item.file} were written out, what changes there counts no more`,
      );
    }
  }
  if (tables.length > 0 && excepted.size > 0)
    reader.lack('domain', `the exception of ${[...excepted].join(', ')} is not carried over`);
  return { domains: [...new Set(domains)], tables: [...new Set(tables)] };
}

const itemsOf = (domain: string): readonly Item[] =>
  domain
    .split(/[\s,]+/)
    .filter((text) => text !== '')
    .map(readItem);

function readItem(text: string): Item {
  if (text.startsWith('/')) return { kind: 'file', text, file: text, read: wordsOf };
  const { file } = FROM_TEXT.exec(text)?.groups ?? {};
  if (file !== undefined) return { kind: 'file', text, file, read: keysOf };
  const { spec } = LDAP.exec(text)?.groups ?? {};
  if (spec !== undefined) return { kind: 'table', text, spec };
  return isDomain(text) ? { kind: 'domain', text } : { kind: 'unknown', text };
}

/** A file of domains is a list as `domain` is. */
const wordsOf = (text: string): string[] =>
  linesOf(text).flatMap((line) => line.split(/[\s,]+/).filter((word) => word !== ''));

const keysOf = (text: string): string[] =>
  linesOf(text).flatMap((line) => line.trim().split(/\s+/).slice(0, 1));

const linesOf = (text: string): readonly string[] =>
  text.split(/\r?\n/).filter((line) => !/^\s*(?:#|$)/.test(line));
