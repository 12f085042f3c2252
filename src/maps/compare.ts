import type { Entry } from '../directory/directory.ts';
import type { Asked, Kind, MapWorld, Meaning } from './kind.ts';
import type { Match } from './search.ts';

/** In what two directories differ of an address, as the mail of one map would notice. A closed set: it labels metrics. */
export const DIFFERENCES = [
  /** The shadow does not have it: mail would be refused. */
  'missing',
  /** Only the shadow has it: mail would be taken. */
  'extra',
  /** One of them defers its mail, for the account is disabled. */
  'disabled',
  /** Both have it, and the mail goes to another address. */
  'address',
  /** Both have it as a group, of other members. */
  'members',
  /** Both have it, and other logins may send as it. */
  'logins',
] as const;
export type Difference = (typeof DIFFERENCES)[number];

/** What a comparison came to. `unknown`: one of the two did not know, so there is nothing to compare. */
export type Comparison = Difference | 'same' | 'unknown';

/**
 * Compares what two directories said of one address by what a map makes of it: what they call a person, in which order
 * they list members, and what another map asks for, is no difference.
 */
export function compareMatches(
  answered: Match,
  shadow: Match,
  kind: Kind,
  asked: Asked,
  world: MapWorld,
): Comparison {
  const one = understand(answered, kind, asked, world);
  const other = understand(shadow, kind, asked, world);
  if (one === undefined || other === undefined) return 'unknown';
  if (normalise(one, asked) === normalise(other, asked)) return 'same';
  if (other === 'nothing') return 'missing';
  if (one === 'nothing') return 'extra';
  if (one === 'later' || other === 'later') return 'disabled';
  return nameDifference(kind, entriesOf(answered), entriesOf(shadow));
}

/** What the map makes of a match; absent where nobody knows, a stale entry among them. */
function understand(
  { outcome, candidate }: Match,
  kind: Kind,
  asked: Asked,
  world: MapWorld,
): Meaning | undefined {
  if (outcome.status === 'unknown') return undefined;
  if (outcome.status === 'none') return 'nothing';
  if (outcome.stale !== undefined) return undefined;
  return kind.ofEntries(outcome.value, candidate, asked, world);
}

/** Data as a set; `elsewhere`, an account's own address, is data of a kind. No address is a word without `@`. */
function normalise(meaning: Meaning, asked: Asked): string {
  if (meaning === 'nothing' || meaning === 'later') return meaning;
  if (meaning === 'elsewhere') return asked.text;
  const items = meaning.data.split(',').map((item) => item.trim().toLowerCase());
  return [...new Set(items)].toSorted().join(',');
}

const entriesOf = ({ outcome }: Match): readonly Entry[] =>
  outcome.status === 'found' ? outcome.value : [];

function nameDifference(
  { name }: Kind,
  one: readonly Entry[],
  other: readonly Entry[],
): Difference {
  if (name === 'senders') return 'logins';
  const isGroup = ({ kind }: Entry): boolean => kind === 'group';
  return one.some(isGroup) && other.some(isGroup) ? 'members' : 'address';
}
