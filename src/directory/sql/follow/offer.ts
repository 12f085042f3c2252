import { type Directory, Fault } from '../../directory.ts';
import { createConnection, type SqlConnection } from '../connect/connection.ts';
import type { Engine } from '../engine.ts';
import type { FindOptions } from '../people/find.ts';
import type { PresetStatements } from '../presets/preset.ts';
import { presetStatements } from '../presets/presets.ts';
import type { SqlSettings } from '../settings.ts';
import { readListing } from '../text/listing.ts';
import type { Dialect } from '../text/tokens.ts';
import { type FollowOptions, followTables, type Lists } from './follow.ts';
import type { Making } from './listed.ts';

/** How a database is followed: with more time for a statement than a lookup has. */
export interface Following<Host> {
  readonly engine: Engine<Host>;
  /** Resolves when the database says that something is new; absent: it never does. */
  readonly woken?: () => Promise<void>;
}

/** A page of a listing may be made of many joins, and counting goes through a whole table. */
export const PAGE_MS = 30_000;
/** The connection is given up that much later than the database should have ended the statement itself. */
const GRACE_MS = 1000;

export interface OfferOptions<Host> extends Pick<FollowOptions, 'prove'> {
  readonly settings: SqlSettings<Host>;
  readonly following: Following<Host>;
  readonly find: FindOptions;
  readonly view: (connection: SqlConnection) => Making['view'];
}

/**
 * Lets a mirror follow the tables, where one is configured.
 * @throws {SyntaxError} where a statement can't be read
 */
export function offerToFollow<Host>(options: OfferOptions<Host>): Pick<Directory, 'follow'> {
  const { settings, following, find, view, prove } = options;
  const { mirror, hosts } = settings;
  const { engine, woken = () => new Promise<void>(() => {}) } = following;
  const lists = readLists(settings, engine.dialect);
  if (mirror === undefined || lists === undefined) return {};

  async function open(signal: AbortSignal): Promise<SqlConnection> {
    let fault: unknown = new Fault('directory', 'there is no server');
    for (const host of hosts) {
      try {
        const session = await engine.open(host, signal);
        return createConnection(session, { engine, host, silenceMs: PAGE_MS + GRACE_MS });
      } catch (error) {
        fault = engine.faultOf(error, engine.name(host));
        if (signal.aborted) break;
      }
    }
    throw fault;
  }

  const feed: FollowOptions = {
    lists,
    dialect: engine.dialect,
    refreshMs: mirror.refresh,
    pollMs: mirror.poll,
    areSomeUnlisted: unlisted(find.parts, lists).length > 0,
    open,
    making: (connection) => ({ find, view: view(connection) }),
    prove,
    woken,
  };
  return { follow: (cursor, signal) => followTables(feed, cursor, signal) };
}

/** The statements that list everybody, those of the preset among them; absent: none lists accounts. */
export function readLists(
  { preset, people }: Pick<SqlSettings<unknown>, 'preset' | 'people'>,
  dialect: Dialect,
): Lists | undefined {
  const all: PresetStatements = {
    ...(preset !== undefined && presetStatements(preset, dialect)),
    ...people,
  };
  const { listAccounts, listAliases, listGroups } = all;
  if (listAccounts === undefined) return undefined;
  const read = (name: string, text: string, ...keys: readonly [string, ...string[]]) =>
    readListing(`people.${name}`, text, keys, dialect);
  return {
    accounts: read('listAccounts', listAccounts, 'id', 'address'),
    ...(listAliases !== undefined && { aliases: read('listAliases', listAliases, 'alias') }),
    ...(listGroups !== undefined && { groups: read('listGroups', listGroups, 'id', 'address') }),
  };
}

/** The statements that find people whom nothing lists. */
export function unlisted(
  { aliases, groups, catchAll }: Readonly<Partial<Record<keyof FindOptions['parts'], unknown>>>,
  lists: Lists,
): readonly string[] {
  return [
    ...(aliases !== undefined && lists.aliases === undefined ? ['people.aliases'] : []),
    ...(groups !== undefined && lists.groups === undefined ? ['people.groups'] : []),
    ...(catchAll === undefined ? [] : ['people.catchAll']),
  ];
}
