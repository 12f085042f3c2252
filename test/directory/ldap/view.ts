import { PresenceFilter } from 'ldapts';
import type { Search } from '../../../src/directory/ldap/search.ts';
import { NO_SCHEMA } from '../../../src/directory/ldap/trust/schema.ts';
import type { View } from '../../../src/directory/ldap/work.ts';

/** One connection as a work sees it: whatever is read by its name is searched for. */
export const viewOf = (search: Search, more: Partial<View> = {}): View => ({
  search,
  read: async (base, attributes) => {
    const filter = new PresenceFilter({ attribute: 'objectClass' });
    const found = await search({ base, scope: 'base', filter, attributes, sizeLimit: 0 });
    return found[0] ?? 'gone';
  },
  missed: () => {},
  schema: async () => NO_SCHEMA,
  prove: async () => {},
  ...more,
});
