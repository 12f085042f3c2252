import { Fault } from '../../directory.ts';
import { templateKey } from '../../templates/template.ts';
import { holdersOfAny } from '../people/branch.ts';
import type { SearchRequest } from '../search.ts';
import type { Part } from './listed.ts';

/**
 * The search for everybody of a part. Where groups name members, those without an address too: else such a member could not
 * be told from one that may not be seen.
 * @throws {Fault} where base or filter depend on the address that is asked for: then nobody can be listed
 */
export function requestFor({ branch, attributes, groups }: Part): SearchRequest {
  const { kind, base, commonBase, filter, scope } = branch;
  const sources = [...branch.address, ...branch.aliases];
  const bound =
    groups !== undefined && kind === 'account'
      ? filter.bind(templateKey(''))
      : holdersOfAny(branch, sources);
  if (base.hasPlaceholders || filter.hasPlaceholders || bound === undefined)
    throw new Fault(
      'directory',
      `${kind}s.base and ${kind}s.filter may hold no %s, %u or %d where a mirror is kept: it lists everybody`,
    );
  return { base: commonBase, scope, filter: bound, attributes, sizeLimit: 0 };
}
