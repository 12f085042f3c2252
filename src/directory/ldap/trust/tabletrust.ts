import { AndFilter, OrFilter } from 'ldapts';
import { Fault } from '../../directory.ts';
import { commonBase } from '../people/branch.ts';
import type { LdapTableSettings } from '../settings.ts';
import type { Anatomy } from '../tables/anatomy.ts';
import type { Connection } from '../wire/connection.ts';
import { shown } from './peoplesights.ts';
import { counted, type Proof } from './proof.ts';
import type { Schemas } from './schema.ts';
import type { Owner, Sight } from './sight.ts';
import type { Witnesses } from './witness.ts';

/** One question of other things than people: a table, the list of domains. */
export interface Asked {
  /** `table lists`. */
  readonly name: string;
  /** The settings that it is made of: `tables.lists.queryFilter`. */
  readonly settings: string;
  readonly base: string;
  readonly scope: LdapTableSettings['scope'];
  readonly dereference: LdapTableSettings['dereference'];
  readonly anatomy: Anatomy;
  /** What is answered of entries, or names others. */
  readonly results: readonly string[];
  /** Another question that has to find something first. */
  readonly within?: Asked;
}

export interface TableTrustOptions {
  readonly witnesses: Witnesses;
  readonly schemas: Pick<Schemas, 'of' | 'forget'>;
  readonly referrals: 'refuse' | 'ignore';
}

/**
 * How a *none* of a table is believed: the schema has what it needs, and each attribute of its filter and answer that somebody
 * ever had has a witness. Where nobody was ever found by it, it may be empty: then others have to show what it asks by, wants and answers.
 */
export function createTableTrust(asked: Asked, options: TableTrustOptions): TableTrust {
  const { witnesses, schemas, referrals } = options;
  const { anatomy, results, settings } = asked;
  const sights = sightsOf(asked);
  const elsewhere = anybody(asked);
  const asking = sights.filter(({ by }) => by === 'value');
  const answering = sights.filter(({ by }) => by === 'look');
  /** Whether it was seen to find somebody, and to answer something. */
  const isSeen = (): boolean =>
    (asking.length === 0 || witnesses.isSeen(asking)) && witnesses.isSeen(answering);

  async function checkSchema(connection: Connection, signal: AbortSignal): Promise<void> {
    const schema = await schemas.of(connection, signal);
    const lacking = [...anatomy.named, ...results].filter((attribute) => !schema.has(attribute));
    if (anatomy.canFind(schema.has) && results.some(schema.has)) return;
    schemas.forget(connection);
    throw new Fault(
      'doubt',
      `the schema of ${connection.server} has no attribute ${lacking.join(' and ')}, which ${settings} names: no search for it finds anybody`,
    );
  }

  /** Nobody was ever found by it: all that it wants of entries has to be seen, one that it asks by, and one that it answers. */
  async function checkEmpty(connection: Connection, signal: AbortSignal): Promise<void> {
    if (sights.some((sight) => witnesses.isAccepted(sight))) return;
    const isShown = async (attribute: string): Promise<boolean> => {
      const own = elsewhere.filter((each) => each.attribute === attribute);
      if (own.some((sight) => witnesses.isAccepted(sight))) return true;
      if (!witnesses.isSeen(own))
        return (await witnesses.find(own, connection, signal)) === 'somebody';
      // Whoever was seen before has to be seen now: the right may have gone since.
      await witnesses.check(own, referrals, connection, signal);
      return true;
    };
    const [fixed, asks, answers] = await Promise.all(
      [anatomy.fixed, anatomy.asked, results].map((list) => Promise.all(list.map(isShown))),
    );
    const asksAny = anatomy.asked.length === 0 || asks?.includes(true) === true;
    if (fixed?.includes(false) !== true && asksAny && answers?.includes(true) === true) return;
    const [first] = sights;
    if (first === undefined) return;
    const { message } = witnesses.miss(first, connection.server);
    throw new Fault('doubt', `the ${asked.name} shows nothing at all: ${message}`);
  }

  return {
    async proof(connection, signal) {
      await checkSchema(connection, signal);
      const count = await witnesses.check(sights, referrals, connection, signal);
      if (!isSeen()) await checkEmpty(connection, signal);
      return count === 0 ? [] : [counted(count, 'witness', 'witnesses')];
    },
    unseen: () =>
      asking.filter((sight) => !witnesses.isSeen([sight])).map(({ attribute }) => attribute),
  };
}

/** How a table's *none* is believed. */
export interface TableTrust {
  readonly proof: Proof;
  /** What it asks by and nobody was seen to have. */
  readonly unseen: () => readonly string[];
}

/** The attributes that it asks by, and those that it answers, among the entries that it finds. */
function sightsOf(asked: Asked): readonly Sight[] {
  const { anatomy, results } = asked;
  const by = (attribute: string): Sight => ({
    ...shown(
      ownerOf(asked, (conditions) => anatomy.among(attribute, conditions)),
      attribute,
    ),
    by: 'value',
    isShared: true,
  });
  const answering = ownerOf(asked, (conditions) => {
    if (conditions.length === 0) return undefined;
    const either = new OrFilter({ filters: [...conditions] });
    const all = anatomy.among(undefined, conditions);
    return all === undefined ? either : new AndFilter({ filters: [all, either] });
  });
  return [...anatomy.asked.map(by), ...results.map((attribute) => shown(answering, attribute))];
}

/** The same attributes among all entries below the base. */
function anybody(asked: Asked): readonly Sight[] {
  const { anatomy, results } = asked;
  const owner = ownerOf(asked, (conditions) =>
    conditions.length === 0 ? undefined : new OrFilter({ filters: [...conditions] }),
  );
  const attributes = new Set([...anatomy.asked, ...anatomy.fixed, ...results]);
  return [...attributes].map((attribute) => ({
    ...shown(owner, attribute),
    // What is searched by has to be found by it: reading and searching are rights of their own.
    ...(anatomy.asked.includes(attribute) && { by: 'value' as const, isShared: true as const }),
  }));
}

const ownerOf = (
  { name, settings, base, scope, dereference }: Asked,
  among: Owner['among'],
): Owner => ({
  name: `entry of the ${name}`,
  settings,
  base: commonBase(base),
  scope: base.includes('%') ? 'sub' : scope,
  dereference,
  among,
});
