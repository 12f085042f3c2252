import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../clock.ts';
import {
  type Concern,
  type Directory,
  type DirectoryHooks,
  type Entry,
  Fault,
  type Kept,
} from '../directory/directory.ts';
import { askEntries } from '../directory/people/ask.ts';
import type { CleanFigures } from '../directory/people/clean.ts';
import { createKept } from '../directory/trust/kept.ts';
import { type DirectorySettings, openDirectory } from '../directory/types.ts';
import type { Log, ShowAddress } from '../log.ts';
import { createGuard, type StoppableGuard } from '../lookup/lane.ts';
import {
  createMemory,
  expire,
  forget,
  type Memory,
  type MemorySizes,
  resized,
} from '../lookup/memory.ts';
import { createQuestion, createSource, type Source } from '../lookup/path.ts';
import type { Times } from '../lookup/remember.ts';
import { createDomainList, type DomainList } from '../maps/domainlist.ts';
import type { Settings } from '../settings.ts';

/** A directory at work: its adapter, what guards it, and what is remembered of it. */
export interface Served {
  readonly name: string;
  readonly settings: DirectorySettings;
  readonly directory: Directory;
  readonly guard: StoppableGuard;
  readonly cleaned: CleanFigures;
  readonly memories: Memories;
  /** Absent: it is not configured to list domains. */
  readonly list?: DomainList;
}

/** All that is remembered of one directory. It outlives the directory's adapter, and is one object for good. */
export interface Memories {
  entries: Memory<Entry>;
  /** By table name, made when a map first asks for it. */
  readonly tables: Map<string, Memory<string>>;
}

export interface ServeOptions {
  readonly cache: Settings['cache'];
  readonly clock: Clock;
  readonly log: Log;
  /** How log lines name people. */
  readonly showAddress: ShowAddress;
  /** What each directory has to know again after a restart; absent: nothing outlives this process. */
  readonly kept?: (directory: string) => Kept;
  /** Absent: the directory's own adapter. */
  readonly open?: typeof openDirectory;
}

/**
 * Opens a directory, without waiting for its first contact. `former` is what served under its name until now: unchanged,
 * it serves on; else its memory is taken over, expired and not dropped, for whoever mends a URL in an outage must not
 * forget everybody.
 */
export async function serveDirectory(
  name: string,
  settings: DirectorySettings,
  options: ServeOptions,
  former?: Served,
): Promise<Served> {
  const { cache, clock, log, open = openDirectory } = options;
  if (former !== undefined) resize(former.memories, cache.entries);
  if (former !== undefined && isDeepStrictEqual(former.settings, settings)) return again(former);
  const memories: Memories = former?.memories ?? {
    entries: createMemory(cache.entries),
    tables: new Map(),
  };
  let list: DomainList | undefined;
  const directory = await open(settings, {
    ...hooksOf(name, options, memories),
    domainsChanged: () => list?.refresh(),
  });
  expireAll(memories);
  const guard = createGuard(directory, {
    name,
    timeoutMs: settings.timeout,
    limit: { ...settings.limit, queueWaitMs: settings.limit.queueWait },
    breaker: {
      ...settings.breaker,
      windowMs: settings.breaker.window,
      probeMs: settings.breaker.probe,
    },
    ...('flips' in settings && { flips: settings.flips }),
    healed: () => forgetFaults(memories),
    clock,
    log,
    showAddress: options.showAddress,
  });
  list = openList({ name, settings, directory, guard }, log, former?.list);
  const served = { name, settings, directory, guard, cleaned: { dropped: 0 }, memories };
  return list === undefined ? served : { ...served, list };
}

const hooksOf = (
  name: string,
  { log, kept }: ServeOptions,
  memories: Memories,
): Omit<DirectoryHooks, 'domainsChanged'> => ({
  name,
  log,
  kept: kept?.(name) ?? createKept(),
  changed: (concern) => forgetConcerned(memories, concern),
});

function forgetConcerned(memories: Memories, concern: Concern): void {
  if (concern === 'everything') return expireAll(memories);
  const { ids, addresses } = concern;
  void forget(
    memories.entries,
    (key, entries = []) => addresses.has(key) || entries.some(({ id }) => ids.has(id)),
  );
}

function openList(
  { name, settings, directory, guard }: Omit<Served, 'cleaned' | 'memories' | 'list'>,
  log: Log,
  former?: DomainList,
): DomainList | undefined {
  const listDomains = directory.domains?.bind(directory);
  if (listDomains === undefined) return undefined;
  const list = createDomainList({
    name,
    ask: createQuestion(listDomains, guard),
    refreshMs: settings.domainsRefresh,
    guard: settings.domainsGuard,
    log,
  });
  // What it listed before is ours until it lists again: to Postfix, a domain's TEMP is there to stay.
  list.restore([...(former?.names() ?? [])]);
  return list;
}

/** It serves on. What failed may succeed now, for a secret's file may be what has changed. */
function again(served: Served): Served {
  served.directory.retry?.();
  forgetFaults(served.memories);
  return served;
}

function resize(memories: Memories, sizes: MemorySizes): void {
  memories.entries = resized(memories.entries, sizes);
  for (const [table, memory] of memories.tables) memories.tables.set(table, resized(memory, sizes));
}

function expireAll({ entries, tables }: Memories): void {
  expire(entries);
  for (const memory of tables.values()) expire(memory);
}

function forgetFaults({ entries, tables }: Memories): void {
  entries.unknown.clear();
  for (const memory of tables.values()) memory.unknown.clear();
}

/** Ends what serves no more. Questions under way end as *unknown*. Never rejects. */
export async function closeServed({ name, list, guard, directory }: Served): Promise<void> {
  list?.stop();
  guard.stop();
  try {
    await directory.close();
  } catch (error) {
    // Whoever ends a directory has something better to put in its place, or nothing more to do.
    guard.log.error({ directory: name, err: error }, 'a directory could not be closed');
  }
}

/** Takes what the directory holds back, of its content and of its domains; says what, absent: nothing. */
export function acceptHeld({ directory, list }: Served): string | undefined {
  const taken = [directory.accept?.(), list?.accept()].filter((each) => each !== undefined);
  return taken.length === 0 ? undefined : taken.join(', ');
}

/** Makes the directory's people ready to be asked for. */
export function entrySource(served: Served, times: Times): Source<Entry> {
  const { directory, settings, cleaned, memories, guard } = served;
  const ask = askEntries(directory, settings, cleaned);
  return createSource(ask, memories.entries, guard, times);
}

/**
 * Makes one of the directory's tables ready to be asked for.
 * @throws {Fault} where this type of directory has no tables
 */
export function tableSource(
  served: Served,
  table: string,
  times: Times,
  sizes: MemorySizes,
): Source<string> {
  const { directory, guard, memories, name } = served;
  const ask = directory.table?.({ table });
  if (ask === undefined) throw new Fault('directory', `the directory ${name} has no tables`);
  const memory = memories.tables.get(table) ?? createMemory<string>(sizes);
  memories.tables.set(table, memory);
  return createSource(ask, memory, guard, times);
}
