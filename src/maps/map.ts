import { type Address, parseAddress } from '../address.ts';
import type { Entry } from '../directory/directory.ts';
import type { Context, Maybe, Unknown } from '../lookup/outcome.ts';
import { type Answer, type MapHandler, NOTFOUND } from './answer.ts';
import { type Candidate, type CandidateKind, listTargets } from './candidates.ts';
import type { Domain, DomainSet } from './domains.ts';
import { type Match, search } from './search.ts';
import { firstDeliverable, type Taken } from './target.ts';

/** What the configuration decides for all maps. */
export interface Rules {
  /** Characters that may begin an address's extension. */
  readonly delimiters: string;
  readonly propagateExtension: 'yes' | 'no';
  readonly disabled: 'reject' | 'accept' | 'defer';
  /** Who may send as a group: nobody, or its members. */
  readonly groupSenders: 'none' | 'members';
}

/** What address maps look at. */
export interface MapWorld {
  readonly domains: DomainSet;
  readonly rules: Rules;
}

/** An address as it was asked. */
export interface Asked extends Address {
  /** As Postfix wrote it. */
  readonly key: string;
}

/** What entries mean in one map: its data; `nothing`; `elsewhere`, another map answers OK for it; `later`, deferred. */
export type Meaning = { readonly data: string } | 'nothing' | 'elsewhere' | 'later';

/** Turns the entries that hold an address into an answer for one kind of map. Pure: the law lives in `answerOf`. */
export interface Kind {
  /** `entries` holds at least one; `candidate` says where they were found. */
  readonly ofEntries: (
    entries: readonly Entry[],
    candidate: Candidate,
    asked: Asked,
    world: MapWorld,
  ) => Meaning;
  /** What a role's or the catch-all's target means, which takes the mail of nobody's address. */
  readonly ofTarget: (target: string, asked: Asked) => Meaning;
}

/** Makes a map of `kind`: key → address → entries → answer. */
export function createMap(
  kind: Kind,
  kinds: ReadonlySet<CandidateKind>,
  world: MapWorld,
): MapHandler {
  const { domains, rules } = world;
  return (key, context) => {
    const address = parseAddress(key);
    if (address === undefined) return NOTFOUND;
    const domain = domains.get(address.domain);
    if (domain === undefined) return denyUnlessDoubtful(domains.doubt());
    const match = search(address, domain, kinds, rules.delimiters, context);
    const asked: Asked = { ...address, key };
    const conclude = (settled: Match): Maybe<Answer> =>
      settled.outcome.status === 'none'
        ? answerNobody(asked, domain, context)
        : answerOf(settled, asked);
    return match instanceof Promise ? match.then(conclude) : conclude(match);
  };

  /**
   * The verdict law. NOTFOUND rests on a fresh *none* or a fresh entry; a stale one may only say OK, or `elsewhere`,
   * where the other map speaks for the same entry.
   */
  function answerOf({ outcome, candidate }: Match, asked: Asked): Answer {
    if (outcome.status === 'unknown') return temp(outcome);
    if (outcome.status === 'none') return NOTFOUND;
    const meaning = kind.ofEntries(outcome.value, candidate, asked, world);
    if (typeof meaning === 'object') return { status: 'OK', data: meaning.data };
    if (meaning === 'later') return DISABLED;
    return outcome.stale !== undefined && meaning === 'nothing' ? temp(outcome.stale) : NOTFOUND;
  }

  function answerNobody(asked: Asked, domain: Domain, context: Context): Maybe<Answer> {
    const targets = listTargets(asked, domain, kinds, rules.delimiters);
    if (targets.length === 0) return NOTFOUND;
    const taken = firstDeliverable(targets, world, context);
    return taken instanceof Promise
      ? taken.then((late) => answerTaken(late, asked))
      : answerTaken(taken, asked);
  }

  function answerTaken(taken: Taken, asked: Asked): Answer {
    if ('status' in taken) return taken.status === 'none' ? NOTFOUND : temp(taken);
    const meaning = kind.ofTarget(taken.target, asked);
    return typeof meaning === 'object' ? { status: 'OK', data: meaning.data } : NOTFOUND;
  }
}

const DISABLED: Answer = { status: 'TEMP', reason: 'idpmap disabled, the account is disabled' };

/** Says TEMP for what is not known: the cause and the directory, nothing that names a person. */
export const temp = ({ cause, directory }: Unknown): Answer => ({
  status: 'TEMP',
  reason: `idpmap ${cause} ${directory}`,
});

/** NOTFOUND, unless there is a doubt. */
export const denyUnlessDoubtful = (doubt: Unknown | undefined): Answer =>
  doubt === undefined ? NOTFOUND : temp(doubt);
