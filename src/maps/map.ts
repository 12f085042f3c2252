import { type Address, parseAddress } from '../address/address.ts';
import type { Maybe } from '../directory/directory.ts';
import { andThen } from '../directory/maybe.ts';
import type { Context } from '../lookup/outcome.ts';
import { type Answer, denyUnlessDoubtful, type MapHandler, NOTFOUND, tempOf } from './answer.ts';
import { type CandidateKind, listTargets } from './candidates.ts';
import type { Domain, Shadow } from './domains.ts';
import type { Asked, Kind } from './kind.ts';
import { type Match, search } from './search.ts';
import type { ShadowedWorld } from './shadowing.ts';
import { firstDeliverable, type Taken } from './target.ts';

/** Makes a map of `kind`: key → address → entries → answer. */
export function createMap(
  kind: Kind,
  kinds: ReadonlySet<CandidateKind>,
  world: ShadowedWorld,
): MapHandler {
  const { domains, rules } = world;
  return (key, context) => {
    const address = parseAddress(key);
    if (address === undefined) return NOTFOUND;
    const domain = domains.get(address.domain) ?? domains.alike(address.domain);
    if (domain === undefined) return denyUnlessDoubtful(domains.doubt());
    return andThen(lookIn(domain, address, key, context), (match) => {
      const asked: Asked = { ...at(domain, address), key };
      return match.outcome.status === 'none'
        ? answerNobody(asked, domain, context)
        : answerOf(match, asked);
    });
  };

  /** Looks in a domain; nobody there may be somebody of the domain whose U-labels Postfix folds to its name. */
  function lookIn(domain: Domain, address: Address, key: string, context: Context): Maybe<Match> {
    const looking = search(at(domain, address), domain, kinds, rules.delimiters, context);
    return andThen(looking, (match) => {
      if (domain.shadow !== undefined)
        noteShadow(domain.shadow, match, domain, address, key, context);
      const other = match.outcome.status === 'none' ? domains.alike(address.domain) : undefined;
      return other === undefined || other.name === domain.name
        ? match
        : lookIn(other, address, key, context);
    });
  }

  /** Lets what was said here be compared, later: whoever asked does not wait for that. */
  function noteShadow(
    shadow: Shadow,
    match: Match,
    domain: Domain,
    address: Address,
    key: string,
    { tell }: Context,
  ): void {
    const asked = { ...at(domain, address), key };
    if (tell === undefined) world.shadowing?.note({ shadow, match, asked, kind, kinds, world });
    else tell({ step: 'shadow', directory: shadow.by });
  }

  /**
   * The verdict law. NOTFOUND rests on a fresh *none* or a fresh entry; a stale one may only say OK, or `elsewhere`,
   * where the other map speaks for the same entry.
   */
  function answerOf({ outcome, candidate }: Match, asked: Asked): Answer {
    if (outcome.status === 'unknown') return tempOf(outcome);
    if (outcome.status === 'none') return NOTFOUND;
    const meaning = kind.ofEntries(outcome.value, candidate, asked, world);
    if (typeof meaning === 'object') return { status: 'OK', data: meaning.data };
    if (meaning === 'later') return DISABLED;
    return outcome.stale !== undefined && meaning === 'nothing' ? tempOf(outcome.stale) : NOTFOUND;
  }

  function answerNobody(asked: Asked, domain: Domain, context: Context): Maybe<Answer> {
    const targets = listTargets(asked, domain, kinds, rules.delimiters);
    if (targets.length === 0) return NOTFOUND;
    return andThen(firstDeliverable(targets, world, context), (taken) => answerTaken(taken, asked));
  }

  function answerTaken(taken: Taken, asked: Asked): Answer {
    if (!('status' in taken)) {
      const meaning = kind.ofTarget(taken.target, asked);
      return typeof meaning === 'object' ? { status: 'OK', data: meaning.data } : NOTFOUND;
    }
    if (taken.status === 'none') return NOTFOUND;
    return taken.status === 'later' ? DISABLED : tempOf(taken);
  }
}

/** The address at a domain of ours, which may have been asked for by a folded name. */
const at = ({ name }: Domain, address: Address): Address =>
  name === address.domain
    ? address
    : { ...address, text: `${address.local}@${name}`, domain: name };

const DISABLED: Answer = { status: 'TEMP', reason: 'idpmap disabled, the account is disabled' };
