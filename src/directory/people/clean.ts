import { isMailbox, normaliseMailbox, spellAddress } from '../../address/address.ts';
import { type Entry, Fault } from '../directory.ts';
import { mailAddress, ownAddress } from './spelling.ts';

/** Counts values that a directory gave and nobody can use. */
export interface CleanFigures {
  dropped: number;
}

/** A login that could be read as several, or would break a reply. */
const UNUSABLE_LOGIN = /[\s,\p{Cc}\ufffd]|^$/u;

/**
 * Normalises what a directory gave and drops what can't be used: whatever becomes an address must be exactly one with a
 * domain (`ann@…, evil@…` would deliver to both), a login must be free of commas, spaces and control characters.
 * @throws {Fault} `entry` where an entry's own address is none: it exists, but nobody can say where its mail goes
 */
export function cleanEntry(entry: Entry, figures: CleanFigures): Entry {
  if (!isMailbox(mailAddress(entry)))
    throw new Fault('entry', `the entry ${entry.id} has no usable address of its own`);
  const { address, spelling } = ownAddress(mailAddress(entry));
  const aliases = keepUsable(entry.aliases, figures, normaliseMailbox);
  const members = keepUsable(entry.members, figures, spell);
  const logins = keepUsable(entry.logins, figures, usableLogin);
  const isClean =
    address === entry.address &&
    spelling === entry.spelling &&
    aliases === entry.aliases &&
    members === entry.members &&
    logins === entry.logins;
  // The directory's own object, where it holds its people in memory: thousands are remembered.
  if (isClean) return entry;
  const { spelling: _, ...rest } = entry;
  const own = spelling === undefined ? { address } : { address, spelling };
  return { ...rest, ...own, aliases, members, logins };
}

const usableLogin = (login: string): string | undefined =>
  UNUSABLE_LOGIN.test(login) ? undefined : login;

const spell = (text: string): string | undefined =>
  isMailbox(text) ? spellAddress(text) : undefined;

function keepUsable(
  values: readonly string[],
  figures: CleanFigures,
  read: (value: string) => string | undefined,
): readonly string[] {
  const all = values.map(read);
  if (all.every((value, i) => value === values[i])) return values;
  const usable = all.filter((value) => value !== undefined);
  figures.dropped += values.length - usable.length;
  return usable;
}
