import type { Grant } from './kcadm.ts';
import { scalar } from './scalar.ts';

/** A realm as a directory. */
export interface RealmConfig {
  /** Its name among the directories. */
  readonly directory: string;
  readonly grant: Grant;
  /** The domains that it knows the people of; with organizations, those that may be taken from them. */
  readonly domains: readonly string[];
  /** The group attribute that holds a group's address. */
  readonly groupAttribute?: string;
}

/** Writes the configuration of a daemon that asks one realm: lines of YAML. */
export function realmConfig(config: RealmConfig): readonly string[] {
  const { directory, grant, domains } = config;
  return [
    ...(grant.organizations ? [] : listDomains(domains, directory)),
    'directories:',
    `  ${directory}:`,
    ...describe(config).map((line) => `    ${line}`),
  ];
}

function listDomains(domains: readonly string[], directory: string): readonly string[] {
  return [
    'domains:',
    ...domains.map((domain) => `  ${scalar(domain)}: { directory: ${directory} }`),
  ];
}

function describe({ grant, groupAttribute, domains }: RealmConfig): readonly string[] {
  const { aliasAttribute } = grant;
  return [
    'type: keycloak',
    `url: ${scalar(grant.url)}`,
    `realm: ${scalar(grant.realm)}`,
    `clientId: ${scalar(grant.clientId)}`,
    `clientSecret: { file: ${scalar(grant.secretFile)} }`,
    '# what holds the address of a user: email, username, or the name of an attribute',
    'addressFrom: email',
    ...(aliasAttribute === undefined
      ? []
      : [
          '# further addresses of a user; only administrators may change this attribute',
          `aliasAttribute: ${scalar(aliasAttribute)}`,
        ]),
    ...(groupAttribute === undefined
      ? []
      : ['# the address of a group', `groupAttribute: ${scalar(groupAttribute)}`]),
    '# users who come from LDAP: auto finds out; synced where Keycloak imports all of them, live where it asks for each',
    'federation: auto',
    ...(grant.organizations ? describeOrganizations(domains) : []),
    ...(grant.events ? ['# changes in Keycloak count after this long', 'events: 5s'] : []),
  ];
}

function describeOrganizations(domains: readonly string[]): readonly string[] {
  const allowed = domains.map(scalar).join(', ');
  return [
    '# serves the verified domains of the organizations, and of these only the allowed ones: else whoever may add a domain',
    '# to an organization makes it yours',
    'organizations:',
    '  verified: required',
    `  ${domains.length === 0 ? '# allowDomains: [example.org]' : `allowDomains: [${allowed}]`}`,
  ];
}
