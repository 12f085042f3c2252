import { named } from '../../../redaction.ts';
import { Fault, type Finding, type None } from '../../directory.ts';
import { none } from '../../finding.ts';
import type { Ask, Query } from '../http/api.ts';
import { countUsers, showUsers } from '../trust/listing.ts';
import { isField, valuesIn } from './account.ts';
import { matchesLoosely } from './loosematch.ts';
import { attributeQuery, type HolderQueries, MAX_HOLDERS, type WideQuery } from './query.ts';
import type { UserRow } from './rows.ts';

/** Who is looked for. */
export interface Holding {
  /** The field or attribute that is asked. */
  readonly name: string;
  /** The address as it is asked for. */
  readonly spelling: string;
  readonly brief: boolean;
  /** Whether the wide questions count whom they list. */
  readonly areCounted: boolean;
  /** Values that mean it, and that a part may not find. */
  readonly around: () => Promise<readonly string[]>;
  readonly holds: (user: UserRow) => boolean;
}

/** So many who have something like it are looked at, in the full form and in the brief one. */
const MANY = { full: 20, brief: 100 };

/**
 * Picks from the users that Keycloak showed those who hold the address. It may have shown others: MariaDB and MySQL take
 * `änn@` for `ann@`. That it is nobody's is proved by a count: each who is counted has been shown, and has something else.
 * Attributes are counted by what they contain, so that ` ann@…` or `mailto:ann@…` counts, and whoever means it is found.
 * @throws {Fault} `entry` where the numbers differ: whatever a stranger asks, it is a doubt about that key alone
 */
export async function provedHolders(
  ask: Ask,
  holding: Holding,
  queries: HolderQueries,
  shown: readonly UserRow[],
  signal: AbortSignal,
): Promise<Finding<UserRow>> {
  const found = pick(shown, holding);
  if (found === undefined) {
    const most = holding.brief ? MANY.brief : MANY.full;
    return holding.areCounted
      ? lookAtCounted(ask, holding, queries, { shown, most }, signal)
      : lookAtParts(ask, holding, queries, { shown, most }, signal);
  }
  if (shown.length < MAX_HOLDERS) return found;
  throw new Fault(
    'entry',
    `${MAX_HOLDERS} users or more have it as ${holding.name}, leave it to one`,
  );
}

/** Who was shown, who do not hold it, and how many may be looked at besides. */
interface Others {
  readonly shown: readonly UserRow[];
  readonly most: number;
}

/** Looks at those who are counted. */
async function lookAtCounted(
  ask: Ask,
  holding: Holding,
  queries: HolderQueries,
  { shown, most }: Others,
  signal: AbortSignal,
): Promise<Finding<UserRow>> {
  const { count, wide } = await countWidely(ask, queries, most, signal);
  if (queries.isLong) await showAgain(ask, holding, queries, shown.length, signal);
  if (count === 0 && shown.length === 0) return absent([], holding, 0);
  // Of a field just those are counted whom the list shows; of an attribute others, be they as many.
  if (isField(holding.name) && count === shown.length) return absent(shown, holding, count);
  return count > most
    ? lookNarrowly(ask, holding, queries, { shown, count }, signal)
    : lookWidely(ask, holding, wide, { shown, count }, signal);
}

/** Reads the list once more. @throws {Fault} where it shows others */
async function showAgain(
  ask: Ask,
  holding: Holding,
  { list }: HolderQueries,
  shown: number,
  signal: AbortSignal,
): Promise<void> {
  const again = await showUsers(
    ask,
    { condition: list, brief: holding.brief, max: MAX_HOLDERS },
    signal,
  );
  if (again.length !== shown) throw contradiction(again.length, shown, holding);
}

interface Counted {
  readonly count: number;
  readonly wide: WideQuery;
}

/** Counts by the widest question whose answers are few enough to be looked at, else by the last one. */
async function countWidely(
  ask: Ask,
  { wide: [widest, ...closer] }: HolderQueries,
  most: number,
  signal: AbortSignal,
): Promise<Counted> {
  let counted: Counted = { count: await countUsers(ask, widest.count, signal), wide: widest };
  for (const wide of closer) {
    if (counted.count <= most) return counted;
    counted = { count: await countUsers(ask, wide.count, signal), wide };
  }
  return counted;
}

interface Seen {
  readonly shown: readonly UserRow[];
  readonly count: number;
}

/** Looks at everybody who was counted. */
async function lookWidely(
  ask: Ask,
  holding: Holding,
  { look, part }: WideQuery,
  { shown, count }: Seen,
  signal: AbortSignal,
): Promise<Finding<UserRow>> {
  const all = await showUsers(
    ask,
    { condition: look, brief: holding.brief, max: count + 1 },
    signal,
  );
  const found = pick(all, holding);
  if (found !== undefined) return found;
  if (all.length !== count) throw contradiction(count, all.length, holding);
  absent(shown, holding, shown.length);
  return absent(all, { ...holding, spelling: part }, count);
}

/**
 * Looks at everybody who has something that contains it, where Keycloak can not count these. It counts who has just this, and
 * shows the others twice with a count between: an empty list alone proves nothing.
 */
async function lookAtParts(
  ask: Ask,
  holding: Holding,
  { list, wide, narrow }: HolderQueries,
  { shown, most }: Others,
  signal: AbortSignal,
): Promise<Finding<UserRow>> {
  const show = (condition: Query, max: number): Promise<readonly UserRow[]> =>
    showUsers(ask, { condition, brief: holding.brief, max }, signal);
  const checkCount = async (): Promise<void> => {
    const count = await countUsers(ask, list, signal);
    if (count !== shown.length) throw contradiction(count, shown.length, holding);
  };
  await checkCount();
  for (const value of await holding.around()) {
    const found = pick(await show({ q: attributeQuery(holding.name, value) }, most), holding);
    if (found !== undefined) return found;
  }
  for (const { look, part } of wide) {
    const all = await show(look, most + 1);
    const found = pick(all, holding);
    if (found !== undefined) return found;
    if (all.length > most) continue;
    await checkCount();
    const again = await show(look, most + 1);
    if (again.length !== all.length) throw contradiction(again.length, all.length, holding);
    absent(all, { ...holding, spelling: part }, all.length);
    return absent(shown, holding, shown.length);
  }
  for (const condition of narrow) if ((await show(condition, 1)).length > 0) throw oddly(holding);
  await checkCount();
  return absent(shown, holding, shown.length);
}

/** Counts those among too many who may mean the same. */
async function lookNarrowly(
  ask: Ask,
  holding: Holding,
  { list, narrow, alone }: HolderQueries,
  { shown, count }: Seen,
  signal: AbortSignal,
): Promise<None> {
  for (const condition of narrow) {
    if ((await countUsers(ask, condition, signal)) > 0) throw oddly(holding);
  }
  const exact = await countUsers(ask, isField(holding.name) ? alone : list, signal);
  if (exact === shown.length) return absent(shown, holding, exact);
  throw contradiction(isField(holding.name) ? count : exact, shown.length, holding);
}

function pick(users: readonly UserRow[], { holds }: Holding): Finding<UserRow> | undefined {
  const [first, ...rest] = users.filter(holds);
  return first === undefined ? undefined : { status: 'found', value: [first, ...rest] };
}

/** Nobody holds it: each of those who were counted has something else, which is shown, and which explains the count. */
function absent(users: readonly UserRow[], { name, spelling }: Holding, count: number): None {
  for (const user of users) {
    const values = valuesIn(user, name);
    if (values.some((value) => matchesLoosely(value, spelling))) continue;
    throw new Fault(
      'entry',
      values.length === 0
        ? `keycloak finds ${named(user.username)} by ${name} and does not show what it is: declare ${name} in the realm's user profile, and let administrators view it`
        : `keycloak shows somebody who does not have the ${name} that was asked for, is anything between it and idpmap that changes questions?`,
    );
  }
  return none('probe', `the count of users by ${name} is ${count}`);
}

const contradiction = (count: number, shown: number, { name }: Holding): Fault =>
  new Fault(
    'entry',
    `keycloak counts ${count} users by ${name} and shows ${shown}, so nobody is believed to be absent: its log says why, its database perhaps`,
  );

const oddly = ({ name }: Holding): Fault =>
  new Fault(
    'entry',
    `somebody has it as ${name} with something around it: write there the address alone`,
  );
