import type { Directory, Entry, Listed } from '../../../src/directory/directory.ts';
import { valuesOf } from '../../../src/directory/finding.ts';
import type { Product } from '../sql/presets/product.ts';
import { listFresh } from './collector.ts';

/** What a mirror would answer otherwise than a lookup does, of a product's addresses; and how many it answers by itself. */
export interface Mirrored {
  readonly wrong: readonly string[];
  readonly answered: number;
}

/** Compares what a listing tells with what lookups find, address by address. */
export async function mirrored(directory: Directory, { cases }: Product): Promise<Mirrored> {
  const all = [...(await listFresh(directory)).values()];
  const wrong: string[] = [];
  let answered = 0;
  for (const key of new Set([...cases.map((each) => each.key), ...all.flatMap(heldBy)])) {
    const held = all.filter((entry) => heldBy(entry).includes(key));
    // Those are asked for, and so is whoever is not there.
    if (held.length === 0 || held.some((entry) => isAsked(entry, all))) continue;
    answered += 1;
    const told = held.map((entry) => shown(resolved(entry, all)));
    const found = valuesOf(await directory.find(key, { signal: AbortSignal.timeout(60_000) }));
    const answers = found.map((entry) => shown(entry));
    if (once(told) !== once(answers))
      wrong.push(`${key}: ${told.join('; ')} instead of ${answers.join('; ')}`);
  }
  return { wrong, answered };
}

const heldBy = ({ address, aliases }: Listed): readonly string[] => [address, ...aliases];

/** Whether it, or a member of it, can only be told by the directory. */
function isAsked({ memberNames = [] }: Listed, all: readonly Listed[]): boolean {
  return memberNames.some(
    (name) =>
      name === 'asked:' || all.some((entry) => entry.names.includes(name) && isAsked(entry, all)),
  );
}

/** A group with its members, as a mirror looks them up. */
function resolved(entry: Listed, all: readonly Listed[]): Entry {
  const members: Pick<Entry, 'address' | 'logins'>[] = [];
  for (const name of entry.memberNames ?? []) {
    const named = all.filter(({ names }) => names.includes(name));
    members.push(...named.filter(({ enabled }) => enabled));
    if (named.length === 0) members.push({ address: name.replace('mailto:', ''), logins: [] });
  }
  return {
    ...entry,
    members: [...entry.members, ...members.map(({ address }) => address)],
    logins: [...entry.logins, ...members.flatMap(({ logins }) => logins)],
  };
}

/** Who is found by two ways is one. */
const once = (answers: readonly string[]): string => [...new Set(answers)].toSorted().join('; ');

/** Where mail goes and who sends: an alias of one account is that account, or leads to it. */
function shown({ kind, address, members, logins, enabled }: Entry): string {
  const to = kind === 'account' ? [address] : members;
  return `${enabled ? '' : 'disabled '}${to.toSorted().join()} by ${logins.toSorted().join()}`;
}
