import { type Entry, Fault, type Listed } from '../../directory/directory.ts';
import { type CleanFigures, cleanEntry } from '../../directory/people/clean.ts';
import { encode, MAX_CHARS } from './rows.ts';

/** An entry as it is kept, and its text. */
export interface Prepared {
  readonly entry: Listed;
  readonly text: string;
}

/** Cleans an entry as the answer of a question is. One that can't be used is a doubt about the addresses that it has. */
export function prepare(listed: Listed, figures: CleanFigures): Prepared {
  const entry = clean(listed, figures);
  const text = encode(entry);
  if (text.length <= MAX_CHARS) return { entry, text };
  const short = doubtful(
    entry,
    `the entry ${entry.id} is too large for a mirror, it has ${text.length} characters`,
  );
  return { entry: short, text: encode(short) };
}

function clean(listed: Listed, figures: CleanFigures): Listed {
  // A group's member without any address: it gets nothing, and nobody writes to it.
  if (listed.address === '' && listed.aliases.length === 0) return listed;
  try {
    const cleaned: Entry = cleanEntry(listed, figures);
    return { ...listed, ...cleaned };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    // Its aliases may be addresses still, whose mail nobody can say where to send.
    const usable = listed.aliases.flatMap((alias) => cleanAlias(listed, alias, figures));
    return doubtful({ ...listed, address: '', aliases: usable }, error.message);
  }
}

function cleanAlias(listed: Listed, alias: string, figures: CleanFigures): readonly string[] {
  try {
    const { id, kind, enabled } = listed;
    const { address } = cleanEntry(
      { id, kind, enabled, address: alias, aliases: [], logins: [], members: [] },
      figures,
    );
    return [address];
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return [];
  }
}

const doubtful = ({ names, ...entry }: Listed, doubt: string): Listed => ({
  id: entry.id,
  kind: entry.kind,
  address: entry.address,
  aliases: entry.aliases,
  logins: [],
  members: [],
  enabled: entry.enabled,
  names,
  doubt: entry.doubt ?? doubt,
});
