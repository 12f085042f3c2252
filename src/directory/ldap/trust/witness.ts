import { Fault } from '../../directory.ts';
import type { LdapEntry, SearchRequest } from '../search.ts';
import type { Connection } from '../wire/connection.ts';
import { findMissed } from './findmissed.ts';
import { createLooks } from './looks.ts';
import { sample } from './places.ts';
import type { Recall } from './recall.ts';
import { comparable, type Self } from './self.ts';
import { holdersOf, type Owner, type Sight, type Witness } from './sight.ts';

/**
 * Somebody who was seen: for each attribute that answers hang on, a value that it had. As long as it can still be found,
 * the attribute is there, may be searched, and people are visible, so a *none* means what it says. A right withdrawn from
 * one attribute shows in nothing else: the base stays readable and each search succeeds, without entries. A witness is
 * somebody else: a login may see itself and nobody besides.
 */
export interface Witnesses {
  /** Learns from an entry that was found. */
  learn(sights: readonly Sight[], entry: LdapEntry): void;
  /**
   * Finds all witnesses of these sights, or others in the place of those that are gone; says how many there are.
   * @throws {Fault} `doubt` where nobody has an attribute any more that somebody had: those who are found are there
   */
  check(
    sights: readonly Sight[],
    referrals: 'refuse' | 'ignore',
    connection: Connection,
    signal: AbortSignal,
  ): Promise<number>;
  /** How many others were seen, up to two. */
  readonly count: () => number;
  /** Somebody who has one of these, where anybody is known. */
  someone(sights: readonly Sight[]): Witness | undefined;
  /** Notes that there is nothing to be missed any more. */
  found(sight: Sight): void;
  /** Whether somebody is known who has one of these. */
  isSeen(sights: readonly Sight[]): boolean;
  /**
   * Looks for somebody who has one of these, all of one owner.
   * @throws {Fault} `doubt` where the attribute may be searched for, but not read
   */
  find(
    sights: readonly Sight[],
    connection: Connection,
    signal: AbortSignal,
  ): Promise<'somebody' | 'nobody' | 'itself'>;
  /** Notes that nobody has this, which is in doubt until it is accepted; gives the doubt. */
  miss(sight: Sight, server: string): Fault;
  /** Whether an administrator has said that nobody has it. */
  isAccepted(sight: Sight): boolean;
  /** Takes it that the last holders of what is missed were removed on purpose; says what that was. */
  forgetMissed(): string | undefined;
}

export interface WitnessOptions {
  readonly self: Pick<Self, 'is'>;
  /** What a former process knew. */
  readonly recall: Recall;
  /** Told how many attributes that people had are missed. */
  readonly missing: (count: number) => void;
  readonly now: () => number;
}

/** Creates the witnesses of one directory, shared by its connections. */
export function createWitnesses({ self, recall, missing, now }: WitnessOptions): Witnesses {
  const witnesses = new Map<Sight, Witness>();
  const missed = new Set<Sight>();
  const looks = createLooks(now);
  const restored = new Set<Sight>();
  const everybody = new Set<string>();

  const tellMissing = (): void => missing(missed.size);

  const found = (sight: Sight): void => {
    if (missed.delete(sight)) tellMissing();
  };

  function note(witness: Witness): void {
    const { sight, dn } = witness;
    if (everybody.size < 2) everybody.add(comparable(dn));
    found(sight);
    witnesses.set(sight, witness);
    recall.keep(sight, witness);
  }

  /** Brings back what a former process knew of these. */
  function restore(sights: readonly Sight[]): void {
    for (const sight of sights) {
      if (restored.has(sight)) continue;
      restored.add(sight);
      const kept = recall.witness(sight);
      if (kept !== undefined && !witnesses.has(sight)) witnesses.set(sight, { sight, ...kept });
    }
  }

  const isKnown = (sight: Sight): boolean => witnesses.has(sight) && !missed.has(sight);

  const learn = (sights: readonly Sight[], entry: LdapEntry): void => {
    if (self.is(entry.dn)) return;
    for (const sight of sights) {
      // The first one stays for as long as it is seen: it is the one that is kept.
      const [value] = isKnown(sight) ? [] : sight.valuesOf(entry);
      if (value !== undefined) note({ sight, dn: entry.dn, value });
    }
  };

  async function find(
    sights: readonly Sight[],
    connection: Connection,
    signal: AbortSignal,
  ): Promise<'somebody' | 'nobody' | 'itself'> {
    const [first] = sights;
    const request = first === undefined ? undefined : requestFor(first.owner, sights);
    if (first === undefined || request === undefined) return 'nobody';
    const { entries, isWhole } = await sample(request, connection, signal);
    const others = entries.filter(({ dn }) => !self.is(dn));
    for (const entry of others) learn(sights, entry);
    if (others.length === 0) {
      if (!isWhole) throw notLooked(sights, connection.server);
      return entries.length > 0 ? 'itself' : 'nobody';
    }
    if (others.every((entry) => entry.attributes.size === 0))
      throw nobody('doubt', first.owner, sights, connection.server);
    const has = (entry: LdapEntry): boolean => sights.some((one) => one.valuesOf(entry).length > 0);
    return others.some(has) ? 'somebody' : 'nobody';
  }

  /** Learns who has which attribute before anybody asks: a right that is gone by then would not be missed. */
  async function lookRound(
    sights: readonly Sight[],
    connection: Connection,
    signal: AbortSignal,
  ): Promise<void> {
    const due = sights.filter((sight) => !witnesses.has(sight) && looks.isDue(sight));
    await Promise.all(
      due.map((sight) => looks.noting(sight, () => find([sight], connection, signal), signal)),
    );
  }

  const miss = (sight: Sight, server: string): Fault => {
    missed.add(sight);
    tellMissing();
    return nobody('doubt', sight.owner, [sight], server, ACCEPT);
  };

  return {
    learn,
    find,
    miss,
    someone: (sights) => sights.flatMap((sight) => witnesses.get(sight) ?? [])[0],
    found,
    count: () => everybody.size,
    isSeen: (sights) => sights.some((sight) => witnesses.has(sight)),
    isAccepted: (sight) => recall.isAccepted(sight),
    async check(sights, referrals, connection, signal) {
      restore(sights);
      await lookRound(sights, connection, signal);
      const own = sights.flatMap((sight) => witnesses.get(sight) ?? []);
      const gone = await findMissed(own, referrals, connection, signal);
      for (const { sight } of own.filter((witness) => !gone.includes(witness))) found(sight);
      for (const { sight } of gone) {
        missed.add(sight);
        if ((await find([sight], connection, signal)) !== 'somebody')
          throw miss(sight, connection.server);
        const other = witnesses.get(sight);
        if (other !== undefined) recall.replace(sight, other);
      }
      return own.length;
    },
    forgetMissed() {
      if (missed.size === 0) return undefined;
      const names = [...missed].map(({ attribute, owner }) => `${attribute} of any ${owner.name}`);
      for (const sight of missed) {
        witnesses.delete(sight);
        recall.accept(sight);
      }
      missed.clear();
      tellMissing();
      return `nobody has ${names.join(', ')} any more: taken as it is`;
    },
  };
}

/** A search for some of those who have one of these; absent: nobody can. */
function requestFor(owner: Owner, sights: readonly Sight[]): SearchRequest | undefined {
  const filter = holdersOf(owner, sights);
  if (filter === undefined) return undefined;
  const { base, scope, dereference } = owner;
  const attributes = sights.map(({ attribute }) => attribute);
  const deref = dereference === undefined ? {} : { dereference };
  return { base, scope, filter, attributes, sizeLimit: SAMPLE, ...deref };
}

const notLooked = (sights: readonly Sight[], server: string): Fault =>
  new Fault(
    'timeout',
    `${server} could not look for those who have ${sights.map(({ attribute }) => attribute).join(' or ')} in time: is the attribute indexed, for presence too?`,
  );

/** So many entries are looked at for one that has an address: proxyAddresses may hold others first. */
const SAMPLE = 20;

/** What mends a doubt that is none. */
export const ACCEPT = '; if the last one was removed on purpose: idpmap accept';

/** Says that nobody shows any of these attributes. */
export function nobody(
  kind: 'directory' | 'doubt',
  owner: Owner,
  sights: readonly Pick<Sight, 'attribute'>[],
  server: string,
  remedy = '',
): Fault {
  const attributes = sights.map(({ attribute }) => attribute).join(' or ');
  const where = owner.base === '' ? 'anywhere' : `below ${owner.base}`;
  return new Fault(
    kind,
    `${server} shows no ${owner.name} with ${attributes} ${where}, so nobody is believed to be absent: check ${owner.settings}, the base, and that bind.dn may search and read ${attributes}${remedy}`,
  );
}

/** Says that the login sees itself and nobody besides. */
export const onlyItself = (
  { name, base }: Owner,
  sights: readonly Pick<Sight, 'attribute'>[],
  server: string,
): Fault =>
  new Fault(
    'doubt',
    `${server} shows bind.dn itself and no other ${name}${base === '' ? '' : ` below ${base}`}, so nobody is believed to be absent: give it the right to search and read ${sights.map(({ attribute }) => attribute).join(' and ')} of everybody`,
  );
