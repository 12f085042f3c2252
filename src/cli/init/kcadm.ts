import { quote } from './shell.ts';

/** A realm, and what idpmap is to see of it. */
export interface Grant {
  /** Keycloak's base URL. */
  readonly url: string;
  readonly realm: string;
  readonly clientId: string;
  /** The file that the client's secret is written to. */
  readonly secretFile: string;
  /** The user attribute that is to hold aliases. */
  readonly aliasAttribute?: string;
  /** Domains of organizations. */
  readonly organizations: boolean;
  /** Changes, as they happen. */
  readonly events: boolean;
}

/** What idpmap may ever be given: nothing that changes anything. */
const ROLES = {
  people: 'view-users',
  // Tells whether users come from a directory behind Keycloak.
  realm: 'view-realm',
  domains: 'view-organizations',
  changes: 'view-events',
};

/** What is said where Keycloak is older than the role; the commands go on. */
const NO_ROLE = `'this Keycloak has no role ${ROLES.domains}, so idpmap can not see organizations'`;

/**
 * The commands that give idpmap a client in a realm, with no more rights than it needs: lines for a shell, to be run once.
 * They end at the first that fails, and no secret stands on a command line. There are no comments among them: a zsh that
 * they are pasted into would run these.
 */
export function grantCommands(grant: Grant): readonly string[] {
  const { url, realm, aliasAttribute, events } = grant;
  return [
    // Read as a whole before it runs, so that its question for the password does not take the next line for the answer.
    '(',
    'set -eu',
    `kcadm.sh config credentials --server ${quote(url)} --realm master --user admin`,
    ...createClient(grant),
    ...(events ? keepEvents(realm) : []),
    ...(aliasAttribute === undefined ? [] : declareAttribute(realm, aliasAttribute)),
    ')',
  ];
}

function createClient(grant: Grant): readonly string[] {
  const { realm, clientId, secretFile } = grant;
  const roles = [ROLES.people, ROLES.realm, ...(grant.events ? [ROLES.changes] : [])];
  // What its token may say at most; what it says are its roles. So one that is given later needs no second command.
  const ceilingOf = (names: readonly string[]) =>
    quote(JSON.stringify(names.map((name) => ({ name }))));
  const common = Object.values(ROLES).filter((name) => name !== ROLES.domains);
  const inRealm = `-r ${quote(realm)}`;
  // Keycloak keeps names of users in lower case.
  const account = quote(`service-account-${clientId.toLowerCase()}`);
  const addRoles = `kcadm.sh add-roles ${inRealm} --uusername ${account} --cclientid realm-management \\`;
  return [
    `client=$(kcadm.sh create clients ${inRealm} -i -s ${quote(`clientId=${clientId}`)} \\`,
    '  -s enabled=true -s publicClient=false -s serviceAccountsEnabled=true -s fullScopeAllowed=false \\',
    '  -s standardFlowEnabled=false -s implicitFlowEnabled=false -s directAccessGrantsEnabled=false \\',
    `  -s 'attributes."access.token.lifespan"=900' \\`,
    `  -s 'defaultClientScopes=["basic","roles"]' -s 'optionalClientScopes=[]')`,
    addRoles,
    `  ${roles.map((role) => `--rolename ${role}`).join(' ')}`,
    `management=$(kcadm.sh get clients ${inRealm} -q clientId=realm-management --fields id --format csv --noquotes)`,
    `kcadm.sh create "clients/$client/scope-mappings/clients/$management" ${inRealm} \\`,
    `  -b ${ceilingOf(common)}`,
    // Older ones do not have that role, and refuse what names it.
    `kcadm.sh create "clients/$client/scope-mappings/clients/$management" ${inRealm} \\`,
    `  -b ${ceilingOf([ROLES.domains])} || echo ${NO_ROLE}`,
    ...(grant.organizations ? [addRoles, `  --rolename ${ROLES.domains} || echo ${NO_ROLE}`] : []),
    'umask 077',
    // Keycloak has made it up.
    `kcadm.sh get "clients/$client/client-secret" ${inRealm} --fields value --format csv --noquotes >${quote(secretFile)}`,
  ];
}

function keepEvents(realm: string): readonly string[] {
  return [
    `kcadm.sh update events/config -r ${quote(realm)} -s adminEventsEnabled=true -s adminEventsDetailsEnabled=true`,
  ];
}

/** Declared so that administrators alone may change it: else people claim the addresses of others. */
function declareAttribute(realm: string, name: string): readonly string[] {
  const roles = ['admin'];
  const attribute = { name, multivalued: true, permissions: { view: roles, edit: roles } };
  return [
    `kcadm.sh update users/profile -r ${quote(realm)} \\`,
    `  -s ${quote(`attributes+=${JSON.stringify(attribute)}`)}`,
  ];
}
