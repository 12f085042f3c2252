import { EqualityFilter } from 'ldapts';
import { foldsAlike } from '../../../address/fold.ts';
import { Fault } from '../../directory.ts';
import { type Branch, holdersOfAny, requestAmong } from '../people/branch.ts';
import type { AddressSource } from '../people/sources.ts';
import { textsOf } from '../people/values.ts';
import type { LdapEntry } from '../search.ts';
import { entriesOf } from '../servers/results.ts';
import type { Connection } from '../wire/connection.ts';

/**
 * Somebody who was seen: for each attribute that holds addresses, a value that it had. As long as it can still be found,
 * the attribute is there, may be searched, and people are visible, so a *none* means what it says. A right withdrawn from
 * one attribute shows in nothing else: the base stays readable and each search succeeds, without entries.
 */
export interface Witnesses {
  /** Learns from an entry that was found. */
  learn(branch: Branch, entry: LdapEntry): void;
  /**
   * Finds all witnesses, or others in the place of those that are gone.
   * @throws {Fault} where no account with an address is visible; `doubt` where nobody has an attribute any more that
   *   people had: those who are found are still there
   */
  check(connection: Connection, referrals: 'refuse' | 'ignore', signal: AbortSignal): Promise<void>;
  /** Takes it that the last holders of what is missed were removed on purpose; says what that was. */
  forgetMissed(): string | undefined;
}

export interface WitnessOptions {
  readonly branches: readonly Branch[];
  /** Whether some account has to be visible from the start. */
  readonly isAccountNeeded: boolean;
  /** Told how many attributes that people had are missed. */
  readonly missing: (count: number) => void;
}

interface Witness {
  readonly branch: Branch;
  readonly source: AddressSource;
  value: string;
  isMissed: boolean;
}

/** Creates the witnesses of one directory, shared by its connections. */
export function createWitnesses(options: WitnessOptions): Witnesses {
  const { branches, isAccountNeeded } = options;
  const witnesses = new Map<AddressSource, Witness>();
  /** Whether somebody has it was asked once; not again, as it may take long. */
  const looked = new Set<AddressSource>();
  const accounts = branches.find(({ kind }) => kind === 'account');

  const tellMissing = (): void =>
    options.missing([...witnesses.values()].filter(({ isMissed }) => isMissed).length);

  const learn = (branch: Branch, entry: LdapEntry): void => {
    for (const source of [...branch.address, ...branch.aliases]) {
      if (source.addressesOf(entry).length === 0) continue;
      const [value] = textsOf(entry, source.attribute);
      if (value !== undefined) witnesses.set(source, { branch, source, value, isMissed: false });
    }
    tellMissing();
  };

  /**
   * Learns of some entries that have one of the attributes; whether there are any.
   * @throws {Fault} where the attribute may be searched for, but not read: whoever has it would not be known
   */
  async function findSome(
    branch: Branch,
    sources: readonly AddressSource[],
    connection: Connection,
    signal: AbortSignal,
  ): Promise<boolean> {
    const filter = holdersOfAny(branch, sources);
    if (filter === undefined) return false;
    const scope = branch.base.hasPlaceholders ? 'sub' : branch.scope;
    const attributes = sources.map(({ attribute }) => attribute);
    const { entries } = await connection.search(
      // Some are enough; the code that says so is no fault here.
      { base: branch.commonBase, scope, filter, attributes, sizeLimit: SAMPLE },
      signal,
    );
    for (const entry of entries) learn(branch, entry);
    if (entries.length > 0 && entries.every((entry) => entry.attributes.size === 0)) {
      for (const source of sources) looked.delete(source);
      throw nobody('doubt', branch, sources, connection.server);
    }
    return entries.some((entry) => sources.some((one) => one.addressesOf(entry).length > 0));
  }

  /** Learns who has which attribute before anybody asks: a right that is gone by then would not be missed. */
  async function lookRound(connection: Connection, signal: AbortSignal): Promise<void> {
    const searches = branches.flatMap((branch) =>
      [...branch.address, ...branch.aliases]
        .filter((source) => !looked.has(source))
        .map((source) => {
          looked.add(source);
          return findSome(branch, [source], connection, signal);
        }),
    );
    await Promise.all(searches);
  }

  async function checkAccounts(connection: Connection, signal: AbortSignal): Promise<void> {
    if (accounts === undefined || !isAccountNeeded || isAnySeen(accounts, witnesses)) return;
    if (await findSome(accounts, accounts.address, connection, signal)) return;
    throw nobody('directory', accounts, accounts.address, connection.server);
  }

  return {
    learn,
    async check(connection, referrals, signal) {
      await lookRound(connection, signal);
      await checkAccounts(connection, signal);
      const checks = branches.map(async (branch) => {
        const own = [...witnesses.values()].filter((each) => each.branch === branch);
        const missed = await findMissed(branch, own, connection, referrals, signal);
        for (const witness of own) if (!missed.includes(witness)) witness.isMissed = false;
        for (const witness of missed) {
          const { source } = witness;
          if (await findSome(branch, [source], connection, signal)) continue;
          witness.isMissed = true;
          tellMissing();
          throw nobody('doubt', branch, [source], connection.server, ACCEPT);
        }
      });
      await Promise.all(checks);
      tellMissing();
    },
    forgetMissed() {
      const missed = [...witnesses.values()].filter(({ isMissed }) => isMissed);
      for (const { source } of missed) witnesses.delete(source);
      tellMissing();
      if (missed.length === 0) return undefined;
      return `nobody has ${missed.map(({ source }) => source.attribute).join(', ')} any more: taken as it is`;
    },
  };
}

/** So many entries are looked at for one that has an address: proxyAddresses may hold others first. */
const SAMPLE = 20;

const ACCEPT = '; if the last one was removed on purpose: idpmap accept';

const isAnySeen = (branch: Branch, witnesses: ReadonlyMap<AddressSource, Witness>): boolean =>
  branch.address.some((source) => witnesses.has(source));

/** One search for all witnesses of a branch; gives those that it did not show. */
async function findMissed(
  branch: Branch,
  witnesses: readonly Witness[],
  connection: Connection,
  referrals: 'refuse' | 'ignore',
  signal: AbortSignal,
): Promise<readonly Witness[]> {
  const request = requestAmong(
    branch,
    witnesses.map(
      ({ source, value }) => new EqualityFilter({ attribute: source.attribute, value }),
    ),
    witnesses.map(({ source }) => source.attribute),
  );
  if (request === undefined) return [];
  const reply = await connection.search(request, signal);
  const entries = entriesOf(reply, request, connection.server, referrals);
  return witnesses.filter(
    ({ source, value }) =>
      !entries.some((entry) =>
        textsOf(entry, source.attribute).some((text) => foldsAlike(text, value)),
      ),
  );
}

function nobody(
  kind: 'directory' | 'doubt',
  branch: Branch,
  sources: readonly AddressSource[],
  server: string,
  remedy = '',
): Fault {
  const attributes = sources.map(({ attribute }) => attribute).join(' or ');
  const where = `below ${branch.commonBase}`;
  return new Fault(
    kind,
    `${server} shows no ${branch.kind} with ${attributes} ${where}, so nobody is believed to be absent: check ${branch.kind}s.filter, the base, and that bind.dn may search and read ${attributes}${remedy}`,
  );
}
