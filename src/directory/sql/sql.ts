import { parseAddress, parseDomain } from '../../address/address.ts';
import { preciseClock } from '../../clock.ts';
import { propertyOf } from '../../record.ts';
import { createConnections } from '../connections/connections.ts';
import { type Ask, type Directory, type Entry, Fault, isDoubt } from '../directory.ts';
import { none } from '../finding.ts';
import type { DirectoryHooks } from '../hooks.ts';
import { templateKey } from '../templates/template.ts';
import { createAsker, type Trust, type View, type Work } from './connect/ask.ts';
import { createConnection, type SqlConnection } from './connect/connection.ts';
import type { Engine } from './engine.ts';
import { type Following, offerToFollow } from './follow/offer.ts';
import { inspectSql } from './inspect.ts';
import { type Part, readPart } from './parts.ts';
import { findHolders, type PeopleParts } from './people/find.ts';
import { textsIn } from './people/values.ts';
import { presetStatements } from './presets/presets.ts';
import { sampleSql } from './sample.ts';
import type { SqlSettings } from './settings.ts';
import { createTable } from './tables.ts';
import { createLetters } from './trust/letters.ts';
import { createTrusts } from './trust/trusts.ts';

/** The connection is given up that much later than the database should have ended the statement itself. */
const GRACE_MS = 100;

/** All statements of a question take no longer than so many may: less than the directory's `timeout`, as both are by default. */
const MOST_WORK = 6;

const MOST_REASONS = 5;

/**
 * Opens a directory in a database; its connections are opened in the background. What it counts goes into `figures`.
 * @param following how a mirror's feed reads it
 * @throws {SyntaxError} where a statement can't be read
 */
export function createSqlDirectory<Host>(
  settings: SqlSettings<Host>,
  engine: Engine<Host>,
  hooks: DirectoryHooks,
  figures: Record<string, number>,
  following: Following<Host> = { engine },
): Directory {
  const { name, log } = hooks;
  const { dialect } = engine;
  figures['held'] = 0;
  const life = new AbortController();
  const parts = readPeople(settings, engine);
  const list =
    settings.listDomains === undefined
      ? undefined
      : readPart('listDomains', settings.listDomains, dialect);
  const tables = new Map(
    Object.entries(settings.tables).map(([each, own]) => [each, createTable(each, own, dialect)]),
  );
  const find = { parts, limits: settings.groups, delimiters: hooks.delimiters };
  const letters = createLetters(
    [parts.account, parts.aliases, parts.groups].filter((part) => part !== undefined),
    () => preciseClock.now(),
  );
  const trusts = createTrusts({ find, canary: settings.canary, rowsOf, letters, hooks, figures });
  const silenceMs = settings.statementTimeout + GRACE_MS;
  const workMs = silenceMs * MOST_WORK;
  const told = new Map<string, Set<string>>();

  async function open(host: Host, signal: AbortSignal): Promise<SqlConnection> {
    try {
      const session = await engine.open(host, signal);
      return createConnection(session, { engine, host, silenceMs });
    } catch (error) {
      throw engine.faultOf(error, engine.name(host));
    }
  }

  /** Whoever wrote a statement has to hear that it fails: each reason once, and few of a kind, for keys may stand in them. */
  function tell(part: Part, error: unknown): void {
    if (!isDoubt(error)) return;
    const kind = `${part.name} ${String(propertyOf(error.cause, 'code'))}`;
    const reasons = told.get(kind) ?? new Set();
    told.set(kind, reasons);
    if (reasons.size >= MOST_REASONS || reasons.has(error.message)) return;
    reasons.add(error.message);
    log.error(
      { directory: name, statement: part.name, reason: error.message },
      'a statement fails',
    );
  }

  function rowsOf(connection: SqlConnection): View['rows'] {
    return async (part, key) => {
      const values = part.bind(templateKey(key));
      if (values === undefined) return [];
      try {
        const rows = await connection.run(part.text, values);
        if (rows.length > 0) trusts.learn(part, key);
        return rows;
      } catch (error) {
        tell(part, error);
        throw error;
      }
    };
  }

  const { servers, pool } = createConnections({ endpoints: settings.hosts, open }, settings, hooks);
  const asker = createAsker({
    pool,
    servers,
    rowsOf,
    writtenAs: letters.writtenAs,
    workMs,
    lifetime: life.signal,
  });

  const asking =
    <T>(question: (key: string) => Work<T> | undefined, trust: Trust): Ask<T> =>
    (key, how) => {
      const work = question(key);
      return work === undefined
        ? none('form', 'no statement can be made of it')
        : asker.ask(work, how, trust);
    };

  const holdersOf = (key: string): Work<Entry> | undefined => {
    const address = parseAddress(key);
    if (address === undefined) throw new Fault('bug', 'a key that is no address was asked for');
    if (parts.account === undefined && parts.aliases === undefined && parts.groups === undefined)
      throw new Fault('doubt', 'it has no statement for people, give it people.account');
    return address.text.isWellFormed() ? findHolders(find, address) : undefined;
  };

  return {
    find: asking(holdersOf, trusts.people),
    probe: (signal) => asker.prove(trusts.people, signal),
    ...(list !== undefined && {
      domains: (signal: AbortSignal) =>
        asker.ask(({ rows }) => listDomains(list, rows), { signal }, trusts.of(list)),
    }),
    table: ({ table }) => {
      const own = tables.get(table);
      if (own !== undefined) return asking(own.question, trusts.of(own.part));
      const known = tables.size === 0 ? 'no tables' : `the tables ${[...tables.keys()].join(', ')}`;
      throw new Fault('entry', `it has no table "${table}", it has ${known}`);
    },
    ...offerToFollow({
      settings,
      following,
      find,
      view: (connection) => ({
        rows: rowsOf(connection),
        writtenAs: letters.writtenAs,
        missed: () => {},
      }),
      prove: (connection) => trusts.people.proof(connection),
    }),
    figures,
    accept: () => trusts.accept(),
    inspect: (signal) =>
      inspectSql({ hosts: settings.hosts, engine, open, parts, list, tables, trusts }, signal),
    sample: (signal) => sampleSql({ hosts: settings.hosts, open, parts }, signal),
    async close() {
      life.abort();
      await pool.close();
    },
  };
}

/** The key of a statement that asks for everything. */
const EVERYTHING = '*';

async function listDomains(part: Part, rows: View['rows']): Promise<readonly string[]> {
  const found = await rows(part, EVERYTHING);
  const names = found.flatMap((row) => Object.values(row).flatMap(textsIn));
  return [...new Set(names.map(parseDomain).filter((domain) => domain !== undefined))];
}

/** What is configured takes the place of the preset's, statement by statement. */
function readPeople<Host>(
  { preset, people }: SqlSettings<Host>,
  { dialect }: Engine<Host>,
): PeopleParts {
  const all = { ...(preset !== undefined && presetStatements(preset, dialect)), ...people };
  const read = (key: keyof PeopleParts): PeopleParts => {
    const text = all[key];
    return text === undefined ? {} : { [key]: readPart(`people.${key}`, text, dialect) };
  };
  return {
    ...read('account'),
    ...read('aliases'),
    ...read('groups'),
    ...read('logins'),
    ...read('catchAll'),
  };
}
