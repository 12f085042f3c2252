import { templateKey } from '../templates/template.ts';
import { parseFilter } from './filters/filter.ts';
import { commonBase } from './people/branch.ts';
import { textsOf } from './people/values.ts';
import type { LdapSettings } from './settings.ts';
import { anatomyOf } from './tables/anatomy.ts';
import type { Asked } from './trust/tabletrust.ts';
import type { Work } from './work.ts';

/** The question for all domains, and what its *none* hangs on. */
export interface DomainQuestion {
  readonly work: Work<string>;
  readonly asked: Asked;
}

/**
 * Makes the question for all domains. They are never gathered from people's addresses: whoever may write an address in
 * there could make any domain ours.
 */
export function createDomainQuestion(
  { base, filter, attribute }: NonNullable<LdapSettings['listDomains']>,
  defaultBase: string,
): DomainQuestion {
  const template = parseFilter(filter);
  const bound = template.bind(templateKey(''));
  const place = base ?? commonBase(defaultBase);
  return {
    async work({ search }) {
      if (bound === undefined) return [];
      const entries = await search({
        base: place,
        scope: 'sub',
        filter: bound,
        attributes: [attribute],
        sizeLimit: 0,
        paged: true,
      });
      return [...new Set(entries.flatMap((entry) => textsOf(entry, attribute)))];
    },
    asked: {
      name: 'list of domains',
      settings: 'listDomains',
      base: place,
      scope: 'sub',
      dereference: 'never',
      anatomy: anatomyOf(template),
      results: [attribute],
    },
  };
}
