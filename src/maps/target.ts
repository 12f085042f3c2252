import { parseAddress } from '../address/address.ts';
import type { Maybe } from '../directory/directory.ts';
import { andThen } from '../directory/maybe.ts';
import { type Context, type Outcome, type Unknown } from '../lookup/outcome.ts';
import type { CandidateKind } from './candidates.ts';
import { isDeliverable } from './deliverable.ts';
import type { MapWorld } from './kind.ts';
import { search } from './search.ts';

/** People only: a target that leads to another role or catch-all could run in circles. */
const PEOPLE: ReadonlySet<CandidateKind> = new Set(['exact', 'extension', 'aliasOf']);

/** A target whose mail is deferred. */
const LATER = { status: 'later' } as const;

/** No target takes it. */
const NOWHERE = { status: 'none' } as const;

/** The target that takes the mail; `none`: no target can; one that takes it later; or the doubt about one. */
export type Taken = { readonly target: string } | typeof NOWHERE | typeof LATER | Unknown;

/** Gives the first of the configured `targets` that can be delivered: mail that got 250 must not bounce later. */
export function firstDeliverable(
  targets: readonly string[],
  world: MapWorld,
  context: Context,
): Maybe<Taken> {
  const [target, ...others] = targets;
  if (target === undefined) return NOWHERE;
  return andThen(tryTarget(target, world, context), (taken) =>
    'status' in taken && taken.status === 'none' ? firstDeliverable(others, world, context) : taken,
  );
}

function tryTarget(target: string, world: MapWorld, context: Context): Maybe<Taken> {
  const address = parseAddress(target);
  const domain = address && world.domains.get(address.domain);
  // Somebody else's domain: its own server decides.
  if (address === undefined || domain === undefined) return { target };
  const match = search(address, domain, PEOPLE, world.rules.delimiters, context);
  return andThen(match, ({ outcome }) => judge(target, outcome, world));
}

function judge(
  target: string,
  outcome: Outcome<Parameters<typeof isDeliverable>[0][number]>,
  { rules }: MapWorld,
): Taken {
  if (outcome.status !== 'found') return outcome;
  const deliverable = isDeliverable(outcome.value, rules);
  if (deliverable === 'yes') return { target };
  return deliverable === 'later' ? LATER : (outcome.stale ?? NOWHERE);
}
