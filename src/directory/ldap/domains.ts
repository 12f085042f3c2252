import { parseFilter } from './filters/filter.ts';
import { templateKey } from './filters/template.ts';
import { commonBase } from './people/branch.ts';
import { textsOf } from './people/values.ts';
import type { Work } from './search.ts';
import type { LdapSettings } from './settings.ts';

/**
 * Makes the question for all domains. They are never gathered from people's addresses: whoever may write an address in
 * there could make any domain ours.
 */
export function listDomains(
  { base, filter, attribute }: NonNullable<LdapSettings['listDomains']>,
  defaultBase: string,
): Work<string> {
  const bound = parseFilter(filter).bind(templateKey(''));
  return async (search) => {
    if (bound === undefined) return [];
    const entries = await search({
      base: base ?? commonBase(defaultBase),
      scope: 'sub',
      filter: bound,
      attributes: [attribute],
      sizeLimit: 0,
      paged: true,
    });
    return [...new Set(entries.flatMap((entry) => textsOf(entry, attribute)))];
  };
}
