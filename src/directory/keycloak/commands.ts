import type { Site } from './http/site.ts';

/** The command that gives the client's service account, whose name is lower case, a role; without a `fullScopeAllowed` client it needs its scope too. */
export const grantCommand = ({ realm, clientId }: Site, role: string): string =>
  `kcadm.sh add-roles -r ${quote(realm)} --uusername ${quote(`service-account-${clientId.toLowerCase()}`)} --cclientid realm-management --rolename ${role}`;

/** The command that has Keycloak keep admin events. */
export const eventsCommand = ({ realm }: Site): string =>
  `kcadm.sh update events/config -r ${quote(realm)} -s adminEventsEnabled=true`;

/** The command that has Keycloak keep these events of users, and no others. */
export const ownEventsCommand = ({ realm }: Site, types: readonly string[]): string =>
  `kcadm.sh update events/config -r ${quote(realm)} -s eventsEnabled=true -s 'enabledEventTypes=${JSON.stringify(types)}'`;

/** The command that turns a realm's organizations on. */
export const organizationsCommand = ({ realm }: Site): string =>
  `kcadm.sh update ${quote(`realms/${realm}`)} -s organizationsEnabled=true`;

/** What makes a search by attribute as quick as one by e-mail address, in Keycloak's database. */
export const INDEX_COMMAND = 'create index on user_attribute (name, lower(value))';

/** Writes `text` as one word of a shell. */
const quote = (text: string): string =>
  /^[\w.@:/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
