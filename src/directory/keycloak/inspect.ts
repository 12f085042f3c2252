import { parseAddress } from '../../address/address.ts';
import { reasonOf } from '../../reason.ts';
import type { Remark } from '../directory.ts';
import { grantCommand } from './commands.ts';
import { tryEvents } from './feed/events.ts';
import { oldRole } from './http/replies.ts';
import { lookAtAliases } from './inspect/aliases.ts';
import { lookAtGroups, lookAtOrganizationGroups } from './inspect/groups.ts';
import { failed, type InspectOptions, type Look, ok, warning } from './inspect/look.ts';
import { lookAtMirror } from './inspect/mirror.ts';
import { lookAtStorage, lookAtUsers } from './inspect/users.ts';
import { canViewUsers, rolesIn } from './login/claims.ts';
import { findOwners } from './people/find.ts';

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
      failed(
        `${site.clientId} lacks the role ${role}, run: ${grantCommand(site, role)}${oldRole(role)}`,
      ),
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

const lookAtCanary: Look = async ({ settings: { canary }, ask, find }, signal) => {
  const address = canary === undefined ? undefined : parseAddress(canary);
  if (address === undefined) return [];
  const finding = await findOwners(ask, address, find, signal);
  return finding.status === 'found'
    ? [ok(`it finds the canary ${address.text}`)]
    : [
        failed(
          `it does not find the canary ${address.text} as an account's own address: create that user, or mend canary`,
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

const lookAtEvents: Look = async ({ settings: { events }, site, ask, clock }, signal) => {
  if (events === 'off') return [];
  await tryEvents(ask, site, clock, signal);
  return [ok('it sees admin events')];
};

const LOOKS: readonly Look[] = [
  lookAtToken,
  lookAtUsers,
  lookAtStorage,
  lookAtCanary,
  lookAtAliases,
  lookAtGroups,
  lookAtOrganizationGroups,
  lookAtOrganizations,
  lookAtEvents,
  lookAtMirror,
];
