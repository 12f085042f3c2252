import { parseAddress } from '../../address/address.ts';
import { preciseClock } from '../../clock.ts';
import { type Directory, type DirectoryHooks, Fault, isDoubt } from '../directory.ts';
import { listDomains } from './domains.ts';
import { inspect } from './inspect.ts';
import { accountBranch, commonBase, groupBranch } from './people/branch.ts';
import { type FindOptions, findHolders } from './people/find.ts';
import { PRESETS } from './people/presets.ts';
import { sample } from './sample.ts';
import { createAsker } from './servers/ask.ts';
import { createLoginKeeper } from './servers/login.ts';
import { createPool } from './servers/pool.ts';
import { searchOn } from './servers/results.ts';
import { createServers } from './servers/servers.ts';
import type { LdapEndpoint } from './settings/endpoint.ts';
import type { LdapSettings } from './settings.ts';
import { createTables } from './tables/tables.ts';
import { createDoubts } from './trust/history.ts';
import { createProof, type Proof } from './trust/proof.ts';
import { createSchemaCheck, type NamedAttribute } from './trust/schema.ts';
import { createWitnesses } from './trust/witness.ts';
import type { Connection, Pace } from './wire/connection.ts';
import { openConnection, Refused } from './wire/open.ts';

/**
 * Opens a directory of type `ldap`; its connections are opened in the background. Each is bound and proved before it is
 * used, and dead for good once it is closed.
 * @throws {SyntaxError} where a filter, template, pattern or condition can't be read
 */
export function createLdapDirectory(
  settings: LdapSettings,
  { name, log }: DirectoryHooks,
): Directory {
  const { referrals } = settings;
  const figures: Record<string, number> = { held: 0 };
  const life = new AbortController();
  const accounts = accountBranch(settings);
  const groups = groupBranch(settings);
  const branches = groups === undefined ? [accounts] : [accounts, groups];
  const tables = createTables(settings);
  const witnesses = createWitnesses({
    branches,
    isAccountNeeded: settings.proof === 'account' && settings.canary === undefined,
    missing: (count) => {
      figures['held'] = Math.min(count, 1);
    },
  });
  const find: FindOptions = {
    accounts,
    ...(groups === undefined ? {} : { groups }),
    seen: (branch, entry) => witnesses.learn(branch, entry),
  };
  const asksForPeople = settings.proof === 'account' || settings.canary !== undefined;
  const doubts = createDoubts();
  const provable = createProof({
    bases: [
      ...(asksForPeople ? branches.map((branch) => branch.commonBase) : []),
      ...tables.bases,
      commonBase(settings.base),
    ],
    referrals,
    checks: [
      (connection, signal) => witnesses.check(connection, referrals, signal),
      createSchemaCheck(namedAttributes(settings), preciseClock),
      ...(settings.canary === undefined ? [] : [canaryCheck(settings.canary, find, referrals)]),
    ],
  });
  const proof = doubts.noting(provable);
  const login = createLoginKeeper(settings.bind, settings.bindRetry, preciseClock);

  async function openProved(endpoint: LdapEndpoint, signal: AbortSignal): Promise<Connection> {
    const own = await login.next();
    const { startTls, tls } = settings;
    const options = { startTls, tls, login: own, pace: paceOf(settings), figures };
    const connection = await openConnection(endpoint, options, signal).catch((error: unknown) => {
      if (error instanceof Refused) login.refused(own, error);
      throw error;
    });
    login.taken();
    try {
      await proof(connection, signal);
      return connection;
    } catch (error) {
      if (isDoubt(error)) return connection;
      connection.close();
      throw error;
    }
  }

  const servers = createServers({
    endpoints: settings.urls,
    open: openProved,
    connectMs: settings.connectTimeout,
    coolMs: settings.returnAfter,
    clock: preciseClock,
  });
  const pool = createPool({
    name,
    size: settings.connections,
    servers,
    maxAgeMs: settings.maxAge,
    returnMs: settings.returnAfter,
    log,
  });
  const asker = createAsker({
    pool,
    servers,
    proof,
    doubts,
    searchMs: settings.searchTimeout,
    referrals,
    lifetime: life.signal,
  });
  const holdersOf = (address: string) => findHolders(find, parsed(address));

  return {
    find: (address, how) => asker.ask(holdersOf(address), how),
    probe: (signal) => asker.prove(signal),
    ...(settings.listDomains === undefined
      ? {}
      : { domains: domainsOf(settings.listDomains, settings.base) }),
    table: ({ table }) => {
      const work = tables.open(table);
      return (key, how) => asker.ask(work(key), how);
    },
    figures,
    accept: () => witnesses.forgetMissed(),
    inspect: (signal) =>
      inspect(
        { settings, accounts, open: openProved, ...(groups === undefined ? {} : { groups }) },
        signal,
      ),
    sample: (signal) => sample({ endpoints: settings.urls, branches, open: openProved }, signal),
    async close() {
      life.abort();
      await pool.close();
    },
  };

  function domainsOf(list: NonNullable<LdapSettings['listDomains']>, base: string) {
    const work = listDomains(list, base);
    return (signal: AbortSignal) => asker.ask(work, { signal });
  }
}

const paceOf = ({ preset, searchTimeout }: LdapSettings): Pace => ({
  width: PRESETS[preset].width ?? Number.POSITIVE_INFINITY,
  // A second more than we wait: where seconds are counted in whole ones, the first may be short.
  timeLimitS: Math.ceil(searchTimeout / 1000) + 1,
});

function parsed(address: string) {
  const read = parseAddress(address);
  if (read === undefined) throw new Fault('bug', 'a key that is no address was asked for');
  return read;
}

/** The canary has to be found on each connection that is to be believed. */
function canaryCheck(canary: string, find: FindOptions, referrals: 'refuse' | 'ignore'): Proof {
  return async (connection, signal) => {
    const work = findHolders(find, parsed(canary));
    const found = await work(searchOn(connection, referrals, signal), () => {});
    if (found.length > 0) return;
    throw new Fault(
      'doubt',
      `${connection.server} does not find the canary ${canary}, so nobody is believed to be absent`,
    );
  };
}

/** The attributes that the configuration itself names; those of a preset may be absent from a server's schema. */
function namedAttributes({ accounts, groups }: LdapSettings): readonly NamedAttribute[] {
  const lists = { accounts, groups };
  return Object.entries(lists).flatMap(([branch, settings]) =>
    Object.entries(settings).flatMap(([setting, value]): readonly NamedAttribute[] =>
      !ATTRIBUTE_LISTS.has(setting) || !Array.isArray(value)
        ? []
        : value.map((text) => ({
            setting: `${branch}.${setting}`,
            attribute: String(text).replace(/^\{([^}]+)\}@.*$|^([^=&]+)[=&].*$/, '$1$2'),
          })),
    ),
  );
}

const ATTRIBUTE_LISTS = new Set([
  'address',
  'aliases',
  'logins',
  'id',
  'disabled',
  'mailOnly',
  'memberDns',
  'memberUids',
  'memberAddresses',
]);
