import { AndFilter, ExtensibleFilter, type Filter, NotFilter, OrFilter } from 'ldapts';
import type { Part } from './listed.ts';
import { requestFor } from './request.ts';

/** The attributes that a filter asks by, in lower case. */
export function attributesIn(filter: Filter): ReadonlySet<string> {
  if (filter instanceof AndFilter || filter instanceof OrFilter)
    return new Set(filter.filters.flatMap((each) => [...attributesIn(each)]));
  if (filter instanceof NotFilter) return attributesIn(filter.filter);
  if (filter instanceof ExtensibleFilter) return new Set([filter.matchType.toLowerCase()]);
  return new Set('attribute' in filter ? [String(filter.attribute).toLowerCase()] : []);
}

/** Attributes that servers make of other entries: when those change, nobody tells of whoever has them. */
const COMPUTED = new Set(['memberof', 'ismemberof', 'msds-memberoftransitive', 'nsrole']);

/** The attribute that hangs on other entries, by which people of these parts are chosen or known; absent: none. */
export function computedIn(parts: readonly Part[]): string | undefined {
  const all = parts.flatMap((part) => [
    ...attributesIn(requestFor(part).filter),
    ...part.attributes,
  ]);
  return all.find((attribute) => COMPUTED.has(attribute.toLowerCase()));
}
