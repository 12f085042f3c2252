import { reasonOf } from '../../reason.ts';
import type { Remark } from '../directory.ts';
import { remarkSpellings } from '../people/spelling.ts';
import {
  type AccountBranch,
  type Branch,
  type GroupBranch,
  requestAmong,
} from './people/branch.ts';
import { PRESETS } from './people/presets.ts';
import { anyOf } from './people/sources.ts';
import { formatLdapUrl, type LdapEndpoint, staysHere } from './settings/endpoint.ts';
import type { LdapSettings } from './settings.ts';
import type { Connection } from './wire/connection.ts';

export interface InspectOptions {
  readonly settings: LdapSettings;
  readonly accounts: AccountBranch;
  /** Absent: groups are not looked for. */
  readonly groups?: GroupBranch;
  /** Opens a connection and proves it. */
  readonly open: (endpoint: LdapEndpoint, signal: AbortSignal) => Promise<Connection>;
}

/** Tries every server, not only the one that serves, and says what an administrator should know of the settings. */
export async function inspect(
  options: InspectOptions,
  signal: AbortSignal,
): Promise<readonly Remark[]> {
  const { settings } = options;
  const remarks: Remark[] = [];
  // One after the other: a password that is refused is sent once.
  for (const endpoint of settings.urls)
    remarks.push(...(await tryServer(endpoint, options, signal)));
  if (!PRESETS[settings.preset].tested) {
    remarks.push({
      level: 'warning',
      text: `the preset ${settings.preset} is untested: it was written from documentation and never run against the real server, look at what "idpmap explain" finds`,
    });
  }
  if (settings.bind.anonymous === true) {
    remarks.push({
      level: 'warning',
      text: 'it is asked anonymously: whatever everybody may read is all that idpmap sees',
    });
  }
  for (const endpoint of settings.urls) {
    if (isExposed(endpoint, settings)) {
      remarks.push({
        level: 'warning',
        text: `${formatLdapUrl(endpoint)} is asked without TLS (insecure: true): the password and everybody's address can be read on the way`,
      });
    }
  }
  return remarks;
}

async function tryServer(
  endpoint: LdapEndpoint,
  { open, accounts, groups }: InspectOptions,
  signal: AbortSignal,
): Promise<readonly Remark[]> {
  const url = formatLdapUrl(endpoint);
  const begin = performance.now();
  try {
    const connection = await open(endpoint, signal);
    const ms = Math.round(performance.now() - begin);
    const ok: Remark = { level: 'ok', text: `${url} takes the login and shows people (${ms} ms)` };
    const members = groups === undefined ? [] : await checkMembers(groups, connection, signal);
    const branches = groups === undefined ? [accounts] : [accounts, groups];
    const spellings = await checkSpellings(branches, connection, signal);
    connection.close();
    return [ok, ...members, ...spellings];
  } catch (error) {
    return [{ level: 'failed', text: reasonOf(error) }];
  }
}

/** Without the right to read its members, every group looks empty, and its mail would be refused. */
async function checkMembers(
  groups: GroupBranch,
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly Remark[]> {
  const attributes = [...groups.memberDns, ...groups.memberUids, ...groups.memberAddresses];
  const request = requestAmong(groups, anyOf(groups.address), attributes);
  if (request === undefined || groups.membersBy === 'memberOf') return [];
  const { entries } = await connection.search({ ...request, sizeLimit: SAMPLE }, signal);
  if (entries.length === 0 || entries.some((entry) => entry.attributes.size > 0)) return [];
  return [
    {
      level: 'warning',
      text: `${connection.server} shows groups, but no member of any: may bind.dn read ${attributes.join(', ')}?`,
    },
  ];
}

/** So many groups are looked at. */
const SAMPLE = 20;

/** Looks at some addresses of each branch for those that Postfix, having folded them, does not find. */
async function checkSpellings(
  branches: readonly Branch[],
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly Remark[]> {
  const held = branches.map(async (branch) => {
    const sources = [...branch.address, ...branch.aliases];
    const attributes = sources.map(({ attribute }) => attribute);
    const request = requestAmong(branch, anyOf(sources), attributes);
    if (request === undefined) return [];
    const { entries } = await connection.search({ ...request, sizeLimit: ADDRESSES }, signal);
    return entries.flatMap((entry) => sources.flatMap((source) => source.addressesOf(entry)));
  });
  return remarkSpellings((await Promise.all(held)).flat());
}

/** So many people, and so many groups, are looked at for their addresses. */
const ADDRESSES = 100;

const isExposed = (endpoint: LdapEndpoint, { startTls }: LdapSettings): boolean =>
  endpoint.kind === 'tcp' && !endpoint.secure && !startTls && !staysHere(endpoint);
