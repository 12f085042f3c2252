import { PresenceFilter } from 'ldapts';
import type { SearchRequest } from '../../../src/directory/ldap/search.ts';

/** A search for everything. */
export const ALL: SearchRequest = {
  base: 'dc=x',
  scope: 'sub',
  filter: new PresenceFilter({ attribute: 'objectClass' }),
  attributes: [],
  sizeLimit: 0,
};
