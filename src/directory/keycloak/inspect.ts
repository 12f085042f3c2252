import { parseAddress } from '../../address/address.ts';
import { reasonOf } from '../../reason.ts';
import type { Remark } from '../directory.ts';
import { remarkSpellings } from '../people/spelling.ts';
import { grantCommand, INDEX_COMMAND } from './commands.ts';
import { checkKept } from './feed/events.ts';
import type { Ask } from './http/api.ts';
import type { Site } from './http/site.ts';
import { canViewUsers, rolesIn } from './login/claims.ts';
import type { Tokens } from './login/token.ts';
import { isField } from './people/account.ts';
import { findOwners } from './people/find.ts';
import type { FindOptions } from './people/options.ts';
import { attributeQuery } from './people/query.ts';
import { readGroups, readUsers } from './people/rows.ts';
import type { KeycloakSettings } from './settings.ts';
import { listSome } from './trust/visible.ts';

export interface InspectOptions {
  readonly settings: KeycloakSettings;
  readonly site: Site;
  readonly tokens: Pick<Tokens, 'take'>;
  readonly ask: Ask;
  readonly find: FindOptions;
}

type Look = (options: InspectOptions, signal: AbortSignal) => Promise<readonly Remark[]>;

/** Looks at rights, users, aliases, groups, organizations and events, and says what to mend. */
export async function inspect(
  options: InspectOptions,
  signal: AbortSignal,
): Promise<readonly Remark[]> {
  const remarks: Remark[] = [...lookAtUrl(options)];
  for (const look of LOOKS) {
    try {
      remarks.push(...(await look(options, signal)));
    } catch (error) {
      remarks.push(failed(reasonOf(error)));
      // Without a token there is nothing more to see.
      if (look === lookAtToken) break;
    }
  }
  return remarks;
}

const ok = (text: string): Remark => ({ level: 'ok', text });
const warning = (text: string): Remark => ({ level: 'warning', text });
const failed = (text: string): Remark => ({ level: 'failed', text });

function lookAtUrl({ site: { url } }: InspectOptions): readonly Remark[] {
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:' || isLocal(hostname)) return [];
  return [warning(`${url} is asked without TLS: secret and tokens can be read on the way`)];
}

const isLocal = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(?:\.\d+){3}$/.test(host);

const lookAtToken: Look = async ({ settings, site, tokens }, signal) => {
  const begin = performance.now();
  const roles = rolesIn((await tokens.take(signal)).text, site.realm);
  const ms = Math.round(performance.now() - begin);
  const missing = [
    ...(canViewUsers(roles) ? [] : ['view-users']),
    ...(settings.organizations === undefined ? [] : ['view-organizations']),
    ...(settings.events === 'off' ? [] : ['view-events']),
  ].filter((role) => !roles.includes(role) && !roles.includes(role.replace('view', 'manage')));
  const excess = roles.filter((role) =>
    /^(?:manage-|realm-admin|create-client|impersonation)/.test(role),
  );
  return [
    ok(`${site.url} gives ${site.clientId} a token for realm ${site.realm} (${ms} ms)`),
    ...missing.map((role) =>
      failed(`${site.clientId} lacks the role ${role}, run: ${grantCommand(site, role)}`),
    ),
    ...(excess.length === 0
      ? []
      : [
          warning(
            `${site.clientId} may do more than idpmap needs, take from it: ${excess.join(', ')}`,
          ),
        ]),
  ];
};

/** So many users are looked at for those who come from elsewhere, and for aliases. */
const SAMPLE = 100;

const lookAtUsers: Look = async ({ settings, site, ask }, signal) => {
  const users = await listSome(ask, site, SAMPLE, signal);
  const stranger = users.find(({ isFederated }) => isFederated);
  return [
    users.length === 0
      ? warning(`realm ${site.realm} has no users yet`)
      : ok(`it sees the users of realm ${site.realm}`),
    ...(stranger === undefined || settings.federation !== 'none'
      ? []
      : [
          failed(
            `user ${stranger.username} comes from a directory behind Keycloak: set federation: synced where all users are imported by a periodic full sync, else live`,
          ),
        ]),
    ...(settings.federation === 'live'
      ? [
          warning(
            'with federation: live nobody is ever believed to be absent, put the directory behind Keycloak beside it as type: ldap',
          ),
        ]
      : []),
    ...remarkSpellings(users.flatMap((user) => user[addressField(settings)] ?? [])),
  ];
};

const addressField = ({ addressFrom }: KeycloakSettings): 'email' | 'username' =>
  isField(addressFrom) ? addressFrom : 'email';

const lookAtCanary: Look = async ({ settings: { canary }, ask, find }, signal) => {
  const address = canary === undefined ? undefined : parseAddress(canary);
  if (address === undefined) return [];
  const entries = await findOwners(ask, address, find, signal);
  return entries.length > 0
    ? [ok(`it finds the canary ${address.text}`)]
    : [
        failed(
          `it does not find the canary ${address.text} as an account's own address: create that user, or mend canary`,
        ),
      ];
};

/** Searches by attribute are slow without an index of their own; so many ms are what one by e-mail takes, and more. */
const SLOW_MS = 30;
const TRIES = 5;

const lookAtAliases: Look = async ({ settings, ask }, signal) => {
  const { aliasAttribute } = settings;
  if (aliasAttribute === undefined) return [];
  const query = { briefRepresentation: false, max: SAMPLE };
  const users = readUsers(await ask('/users', query, signal));
  const values = users.flatMap(({ attributes }) => attributes[aliasAttribute] ?? []);
  const value = values.find((text) => /^[^"\\\s]+$/.test(text)) ?? 'nobody@example.org';
  const ms = await measure(ask, attributeQuery(aliasAttribute, value), signal);
  const cost = `a search by attribute ${aliasAttribute} takes ${ms} ms`;
  return [
    ms < SLOW_MS
      ? ok(cost)
      : warning(`${cost}, have the administrator of Keycloak's database run: ${INDEX_COMMAND}`),
    ...(values.length > 0
      ? []
      : [
          warning(
            `none of ${users.length} users has the attribute ${aliasAttribute}: case counts, and the realm's user profile must declare it`,
          ),
        ]),
    ...remarkSpellings(values),
  ];
};

/** The middle of some tries, in whole milliseconds. */
async function measure(ask: Ask, q: string, signal: AbortSignal): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < TRIES; i++) {
    const begin = performance.now();
    await ask('/users', { q, briefRepresentation: true, max: 1 }, signal);
    times.push(performance.now() - begin);
  }
  return Math.round(times.toSorted((a, b) => a - b)[Math.trunc(TRIES / 2)] ?? 0);
}

const lookAtGroups: Look = async ({ settings: { groupAttribute }, ask }, signal) => {
  if (groupAttribute === undefined) return [];
  const query = { briefRepresentation: false, max: SAMPLE };
  const groups = readGroups(await ask('/groups', query, signal));
  const values = groups.flatMap(({ attributes }) => attributes[groupAttribute] ?? []);
  const odd = values.filter((value) => value !== value.toLowerCase());
  return odd.length === 0
    ? [ok(`it sees groups, ${values.length} of the first ${groups.length} have an address`)]
    : [
        failed(
          `Keycloak compares attributes of groups with regard to case, write ${groupAttribute} in lower case: ${odd.slice(0, 5).join(', ')}`,
        ),
      ];
};

const lookAtOrganizations: Look = async ({ settings: { organizations }, ask }, signal) => {
  if (organizations === undefined) return [];
  await ask('/organizations', { max: 1 }, signal);
  return [
    organizations.verified === 'any' && organizations.allowDomains === undefined
      ? warning(
          'whoever may add a domain to an organization makes it ours: set organizations.allowDomains, or verified: required',
        )
      : ok('it sees organizations'),
  ];
};

const lookAtEvents: Look = async ({ settings: { events }, site, ask }, signal) => {
  if (events === 'off') return [];
  await checkKept(ask, site, signal);
  await ask('/admin-events', { max: 1 }, signal);
  return [ok('it sees admin events')];
};

const LOOKS: readonly Look[] = [
  lookAtToken,
  lookAtUsers,
  lookAtCanary,
  lookAtAliases,
  lookAtGroups,
  lookAtOrganizations,
  lookAtEvents,
];
