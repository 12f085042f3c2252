import { reasonOf } from '../../reason.ts';
import { isDoubt, type Remark } from '../directory.ts';
import { inspectFeed } from './follow/inspect.ts';
import { inspectPeople, type PeopleInspection } from './inspectpeople.ts';
import { PRESETS } from './people/presets.ts';
import { softwareOf } from './servers/software.ts';
import { formatLdapUrl, type LdapEndpoint, staysHere } from './settings/endpoint.ts';
import type { LdapSettings } from './settings.ts';
import type { Tables } from './tables/tables.ts';
import type { Trusts } from './trust/trusts.ts';
import type { Connection } from './wire/connection.ts';

export interface InspectOptions extends PeopleInspection {
  readonly settings: LdapSettings;
  readonly tables: Tables;
  readonly trusts: Trusts;
  /** Opens a connection and logs in. */
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
  options: InspectOptions,
  signal: AbortSignal,
): Promise<readonly Remark[]> {
  const url = formatLdapUrl(endpoint);
  const begin = performance.now();
  try {
    const connection = await options.open(endpoint, signal);
    try {
      const people = await proofRemark(options, connection, signal);
      const ms = Math.round(performance.now() - begin);
      const ok: Remark = {
        level: 'ok',
        text: `${url} takes the login and shows people (${ms} ms)`,
      };
      return [
        people ?? ok,
        ...(await checkPreset(options, connection, signal)),
        ...(await checkTables(options, connection, signal)),
        ...(await inspectPeople(options, connection, signal)),
        ...(await inspectMirror(options, connection, signal)),
      ];
    } finally {
      connection.close();
    }
  } catch (error) {
    return [{ level: 'failed', text: reasonOf(error) }];
  }
}

/** What keeps a *none* of people from being believed; absent: nothing. @throws {Fault} where nothing can be asked */
async function proofRemark(
  { trusts }: InspectOptions,
  connection: Connection,
  signal: AbortSignal,
): Promise<Remark | undefined> {
  try {
    await trusts.people.proof(connection, signal);
    return undefined;
  } catch (error) {
    if (!isDoubt(error)) throw error;
    return { level: 'failed', text: reasonOf(error) };
  }
}

/** A preset that is another server's: it knows nothing of this one's disabled accounts. */
async function checkPreset(
  { settings: { preset, proof } }: InspectOptions,
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly Remark[]> {
  const isKnown = preset === '389ds' || preset === 'freeipa' || proof === 'base';
  if (isKnown || (await softwareOf(connection, signal)) !== '389ds') return [];
  return [
    {
      level: 'warning',
      text: `${connection.server} is a 389 Directory Server: set preset: 389ds, which knows how accounts are disabled there`,
    },
  ];
}

/** Tables whose *none* would not be believed: their mail is deferred. */
async function checkTables(
  { settings, tables, trusts }: InspectOptions,
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly Remark[]> {
  const remarks: Remark[] = [];
  for (const name of Object.keys(settings.tables)) {
    try {
      const { proof, unseen } = trusts.of(tables.open(name).asked);
      await proof(connection, signal);
      const attributes = unseen();
      if (attributes.length > 0) remarks.push(unseenRemark(name, attributes));
    } catch (error) {
      remarks.push({ level: 'failed', text: `table ${name}: ${reasonOf(error)}` });
    }
  }
  return remarks;
}

async function inspectMirror(
  { settings: { mirror }, accounts, groups }: InspectOptions,
  connection: Connection,
  signal: AbortSignal,
): Promise<readonly Remark[]> {
  if (mirror === undefined) return [];
  const { feed, whenAbsent } = mirror;
  return inspectFeed({ accounts, groups, feed, whenAbsent }, connection, signal);
}

const unseenRemark = (table: string, attributes: readonly string[]): Remark => ({
  level: 'warning',
  text: `table ${table}: nobody shows ${attributes.join(' or ')}, which it asks by: if somebody has it, give bind.dn the right to search and read it`,
});

const isExposed = (endpoint: LdapEndpoint, { startTls }: LdapSettings): boolean =>
  endpoint.kind === 'tcp' && !endpoint.secure && !startTls && !staysHere(endpoint);
