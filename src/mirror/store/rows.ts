import { crc32 } from 'node:zlib';
import type { Listed } from '../../directory/directory.ts';

/** The layout's version, in the file's `user_version`. A file of another one is set aside and made anew. */
export const VERSION = 2;

/** The tables. `n` is an entry's number; times are those of `timeline.ts`. */
export const LAYOUT = `
CREATE TABLE IF NOT EXISTS meta(name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entry(n INTEGER PRIMARY KEY, ref TEXT NOT NULL UNIQUE, data TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS holder(address TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(address, n)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS name(name TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(name, n)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lost(address TEXT NOT NULL, ref TEXT NOT NULL, at INTEGER NOT NULL, data TEXT NOT NULL,
  known INTEGER NOT NULL, asked INTEGER NOT NULL, PRIMARY KEY(address, ref)) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS lost_ref ON lost(ref);
CREATE TABLE IF NOT EXISTS rival(ref TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
PRAGMA user_version = ${VERSION};
`;

/** What a file that was changed by somebody else than us says. */
export class DamagedError extends Error {
  override readonly name = 'DamagedError';
}

/** A larger entry takes too much of everybody's memory. */
export const MAX_CHARS = 1 << 20;

/** What few entries have. */
interface Rare {
  readonly s?: string | undefined;
  readonly m?: readonly string[] | undefined;
  readonly g?: readonly string[] | undefined;
  readonly n?: readonly string[] | undefined;
  readonly f?: true | undefined;
  readonly d?: string | undefined;
}

type Row = readonly [
  id: string,
  flags: number,
  address: string,
  aliases: readonly string[],
  logins: readonly string[],
  rare?: Rare,
];

const ENABLED = 1;
const GROUP = 2;

/** Writes an entry as the file keeps it: a list, for the names of fields would be half of it, behind its checksum. */
export function encode(entry: Listed): string {
  const flags = (entry.enabled ? ENABLED : 0) + (entry.kind === 'group' ? GROUP : 0);
  const rare: Rare = {
    s: entry.spelling,
    m: someOf(entry.members),
    g: someOf(entry.memberNames),
    n: someOf(entry.names),
    f: entry.isForwarded,
    d: entry.doubt,
  };
  const plain: Row = [entry.id, flags, entry.address, entry.aliases, entry.logins];
  const isPlain =
    rare.s === undefined &&
    rare.m === undefined &&
    rare.g === undefined &&
    rare.n === undefined &&
    rare.f === undefined &&
    rare.d === undefined;
  const text = JSON.stringify(isPlain ? plain : [...plain, rare]);
  return `${crc32(text)} ${text}`;
}

const someOf = <T>(values: readonly T[] | undefined): readonly T[] | undefined =>
  values === undefined || values.length === 0 ? undefined : values;

/**
 * Reads what `encode` wrote.
 * @throws {DamagedError} where it is something else
 */
export function decode(written: string): Listed {
  const at = written.indexOf(' ');
  const text = written.slice(at + 1);
  if (crc32(text) !== Number(written.slice(0, at)))
    throw new DamagedError('an entry is not as it was written');
  const [id, flags, address, aliases, logins, rare = {}]: Row = JSON.parse(text);
  const { s, m = [], g, n = [], f, d } = rare;
  return {
    id,
    kind: (flags & GROUP) === 0 ? 'account' : 'group',
    address,
    ...(s !== undefined && { spelling: s }),
    aliases,
    logins,
    members: m,
    enabled: (flags & ENABLED) !== 0,
    ...(f === true && { isForwarded: f }),
    names: n,
    ...(g !== undefined && { memberNames: g }),
    ...(d !== undefined && { doubt: d }),
  };
}

/** The addresses that an entry answers for. */
export const addressesOf = ({
  address,
  aliases,
}: Pick<Listed, 'address' | 'aliases'>): readonly string[] =>
  address === '' ? aliases : [address, ...aliases];

/** The part of the directory that `ref` is of. */
export const partOf = (ref: string): string => ref.slice(0, ref.indexOf(':'));
