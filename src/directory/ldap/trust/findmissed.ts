import { EqualityFilter, PresenceFilter } from 'ldapts';
import { foldsAlike } from '../../../address/fold.ts';
import { textsOf } from '../people/values.ts';
import type { SearchRequest } from '../search.ts';
import { entriesOf } from '../servers/results.ts';
import type { Connection } from '../wire/connection.ts';
import type { Owner, Witness } from './sight.ts';

/** Those who are not shown any more as they were, on this connection. One search for all of one owner by value. */
export async function findMissed(
  witnesses: readonly Witness[],
  referrals: 'refuse' | 'ignore',
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly Witness[]> {
  const read = async (request: SearchRequest, asked: readonly Witness[]) => {
    const reply = await connection.search(request, signal);
    const entries = entriesOf(reply, request, connection.server, referrals);
    return asked.filter(
      ({ sight, value }) =>
        !entries.some((entry) =>
          sight.by === 'look'
            ? sight.valuesOf(entry).length > 0
            : textsOf(entry, sight.attribute).some((text) => foldsAlike(text, value)),
        ),
    );
  };
  const isAlone = ({ sight: { by, isShared, owner } }: Witness): boolean =>
    by === 'look' || isShared === true || owner.base === '';
  const alone = witnesses.filter(isAlone);
  const byOwner = Map.groupBy(
    witnesses.filter((witness) => !isAlone(witness)),
    ({ sight }) => sight.owner,
  );
  const missed = await Promise.all([
    ...[...byOwner].map(([owner, own]) => read(searchFor(owner, own), own)),
    ...alone.map((witness) => read(readOf(witness), [witness])),
  ]);
  return missed.flat();
}

function searchFor(owner: Owner, witnesses: readonly Witness[]): SearchRequest {
  const { base, scope, dereference } = owner;
  return {
    base,
    scope,
    filter: owner.among(witnesses.map(equal)) ?? EVERYBODY,
    attributes: witnesses.map(({ sight }) => sight.attribute),
    sizeLimit: 0,
    ...(dereference !== undefined && { dereference }),
  };
}

/** One that has no base to be searched below, or is only to be read, is read where it was. */
const readOf = (witness: Witness): SearchRequest => ({
  base: witness.dn,
  scope: 'base',
  filter:
    witness.sight.by === 'look'
      ? EVERYBODY
      : (witness.sight.owner.among([equal(witness)]) ?? EVERYBODY),
  attributes: [witness.sight.attribute],
  sizeLimit: 0,
  baseMayBeAbsent: true,
});

const equal = ({ sight: { attribute }, value }: Witness) =>
  new EqualityFilter({ attribute, value });

const EVERYBODY = new PresenceFilter({ attribute: 'objectClass' });
