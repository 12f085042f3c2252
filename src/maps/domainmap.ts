import { parseDomain } from '../address/address.ts';
import { denyUnlessDoubtful, type MapHandler } from './answer.ts';
import type { DomainSet } from './domains.ts';

/** Is a domain ours? Answered from the set held here, at once, and never TEMP while that set is known. */
export const createDomainMap =
  (domains: DomainSet): MapHandler =>
  (key) => {
    const name = parseDomain(key);
    const domain = name === undefined ? undefined : (domains.get(name) ?? domains.alike(name));
    if (domain !== undefined) return { status: 'OK', data: domain.name };
    return denyUnlessDoubtful(name === undefined ? undefined : domains.doubt());
  };
