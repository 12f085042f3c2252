import { parseAddress } from '../../address/address.ts';
import { preciseClock } from '../../clock.ts';
import { createConnections } from '../connections/connections.ts';
import { type Ask, type Directory, type Entry, Fault, isDoubt } from '../directory.ts';
import { none } from '../finding.ts';
import type { DirectoryHooks } from '../hooks.ts';
import { joining } from '../waiting.ts';
import { createDomainQuestion } from './domains.ts';
import { followLdap } from './follow/follow.ts';
import { TIMING, type Timing } from './follow/options.ts';
import { inspect } from './inspect.ts';
import { accountBranch, groupBranch } from './people/branch.ts';
import { findHolders } from './people/find.ts';
import { PRESETS } from './people/presets.ts';
import { sample } from './sample.ts';
import { createAsker } from './servers/ask.ts';
import { createLoginKeeper } from './servers/login.ts';
import { keepPace } from './servers/software.ts';
import type { LdapEndpoint } from './settings/endpoint.ts';
import type { LdapSettings } from './settings.ts';
import { createTables } from './tables/tables.ts';
import type { Trust } from './trust/trust.ts';
import { createTrusts } from './trust/trusts.ts';
import type { Connection } from './wire/connection.ts';
import { openConnection, Refused } from './wire/open.ts';
import type { Pace } from './wire/pace.ts';
import type { Work } from './work.ts';

/**
 * Opens a directory of type `ldap`; its connections are opened in the background. Each is bound and proved before it is
 * used, and dead for good once it is closed.
 * @throws {SyntaxError} where a filter, template, pattern or condition can't be read
 */
export function createLdapDirectory(
  settings: LdapSettings,
  hooks: DirectoryHooks,
  timing: Timing = TIMING,
): Directory {
  const figures: Record<string, number> = { held: 0, membersLeftOut: 0 };
  const life = new AbortController();
  const accounts = accountBranch(settings);
  const groups = groupBranch(settings);
  const branches = groups === undefined ? [accounts] : [accounts, groups];
  const tables = createTables(settings);
  const list =
    settings.listDomains === undefined
      ? undefined
      : createDomainQuestion(settings.listDomains, settings.base);
  const trusts = createTrusts({
    settings,
    accounts,
    ...(groups === undefined ? {} : { groups }),
    tables,
    hooks,
    figures,
  });
  const login = createLoginKeeper(settings.bind, settings.bindRetry, preciseClock);

  /** Opens one and proves it. A doubt is no reason to do without: whoever is found on it is there. */
  async function openProved(endpoint: LdapEndpoint, signal: AbortSignal): Promise<Connection> {
    const connection = await open(endpoint, signal);
    try {
      await trusts.people.proof(connection, signal);
      return connection;
    } catch (error) {
      if (isDoubt(error)) return connection;
      connection.close();
      throw error;
    }
  }

  async function open(endpoint: LdapEndpoint, signal: AbortSignal): Promise<Connection> {
    const own = await login.next();
    const { startTls, tls } = settings;
    const options = { startTls, tls, login: own, pace: paceOf(settings), figures };
    const connection = await openConnection(endpoint, options, signal).catch((error: unknown) => {
      if (error instanceof Refused) login.refused(own, error);
      throw error;
    });
    login.taken();
    try {
      await keepPace(connection, signal);
      await trusts.self.learn(connection, signal);
    } catch (error) {
      connection.close();
      throw error;
    }
    return connection;
  }

  const { servers, pool } = createConnections(
    { endpoints: settings.urls, open: openProved, isRefusal: (error) => error instanceof Refused },
    settings,
    hooks,
  );
  const asker = createAsker({
    pool,
    servers,
    schemas: trusts.schemas,
    searchMs: settings.searchTimeout,
    referrals: settings.referrals,
    lifetime: life.signal,
  });

  /** One that no lookup waits for; it ends with the directory. */
  async function openAlone(signal: AbortSignal): Promise<Connection> {
    const first = (own: AbortSignal) => servers.open(own);
    const { connection } = await joining(first, new AbortController(), signal, life.signal);
    const close = (): void => connection.close();
    life.signal.addEventListener('abort', close);
    void connection.spent.then(() => life.signal.removeEventListener('abort', close));
    return connection;
  }

  const asking =
    <T>(question: (key: string) => Work<T> | undefined, trust: Trust): Ask<T> =>
    (key, how) => {
      const work = question(key);
      return work === undefined
        ? none('form', 'no search can be made of it')
        : asker.ask(work, how, trust);
    };

  const holdersOf = (key: string): Work<Entry> | undefined => findHolders(trusts.find, parsed(key));
  return {
    find: asking(holdersOf, trusts.people),
    probe: (signal) => asker.prove(trusts.people, signal),
    ...(list !== undefined && {
      domains: (signal: AbortSignal) => asker.ask(list.work, { signal }, trusts.of(list.asked)),
    }),
    table: ({ table }) => {
      const { question, asked } = tables.open(table);
      return asking(question, trusts.of(asked));
    },
    follow: (cursor, signal) =>
      followLdap(
        {
          accounts,
          ...(groups === undefined ? {} : { groups }),
          open: openAlone,
          trust: trusts.people,
          referrals: settings.referrals,
          feed: settings.mirror?.feed ?? 'auto',
          refreshMs: settings.mirror?.refresh ?? HOUR_MS,
          pollMs: settings.mirror?.poll ?? HOUR_MS,
          timing,
        },
        cursor,
        signal,
      ),
    figures,
    accept: () => trusts.accept(),
    inspect: (signal) => inspect({ settings, open, trusts, tables, accounts, groups }, signal),
    sample: (signal) => sample({ endpoints: settings.urls, branches, open: openProved }, signal),
    async close() {
      life.abort();
      await pool.close();
    },
  };
}

/** Nobody follows a directory without a mirror, but for a test. */
const HOUR_MS = 3_600_000;

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
