import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../clock.ts';
import type { Directory } from '../directory/directory.ts';
import type { DirectoryHooks, Kept } from '../directory/hooks.ts';
import type { CleanFigures } from '../directory/people/clean.ts';
import { createKept } from '../directory/trust/kept.ts';
import { type DirectorySettings, openDirectory } from '../directory/types.ts';
import type { Fleet } from '../fleet/contract.ts';
import type { Log, ShowAddress } from '../log.ts';
import { createLane, type Lane } from '../lookup/lane.ts';
import { createQuestion } from '../lookup/path.ts';
import { createDomainList, type DomainList } from '../maps/domainlist.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { Settings } from '../settings.ts';
import { createMembership, type Membership } from './membership.ts';
import { createMemories, type Memories, type Tenures } from './memories.ts';
import { openMirrorOf } from './mirrors.ts';

/** A directory at work: its adapter, what guards it, and what is remembered of it. */
export interface Served {
  readonly name: string;
  readonly settings: DirectorySettings;
  /** Characters that may begin an address's extension, as it was told. */
  readonly delimiters: string;
  readonly directory: Directory;
  readonly lane: Lane;
  readonly cleaned: CleanFigures;
  readonly memories: Memories;
  /** Its adapter's time with them, which begins when it serves. */
  readonly tenures: Tenures;
  /** Absent: it is not configured to list domains. */
  readonly list?: DomainList;
  /** Its part in the fleet. */
  readonly membership: Membership;
  /** Absent: it has none. */
  readonly mirror?: Mirror;
}

export interface ServeOptions {
  readonly cache: Settings['cache'];
  readonly clock: Clock;
  readonly log: Log;
  /** Characters that may begin an address's extension. */
  readonly delimiters: string;
  /** How log lines name people. */
  readonly showAddress: ShowAddress;
  /** The daemons that know together; absent: this one is alone. */
  readonly fleet?: Fleet;
  /** By when a request is answered. Milliseconds. */
  readonly deadlineMs: number;
  /** What each directory has to know again after a restart; absent: nothing outlives this process. */
  readonly kept?: (directory: string) => Kept;
  /** Absent: the directory's own adapter. */
  readonly open?: typeof openDirectory;
}

/**
 * Opens a directory, without waiting for its first contact. `former` is what served under its name until now: unchanged,
 * it serves on; else its memory is taken over once this one begins to serve, expired and not dropped, for whoever mends a
 * URL in an outage must not forget everybody.
 */
export async function serveDirectory(
  name: string,
  settings: DirectorySettings,
  options: ServeOptions,
  former?: Served,
): Promise<Served> {
  const { cache, clock, delimiters, log, open = openDirectory } = options;
  if (former !== undefined && isSame(former, settings, delimiters)) return again(former);
  const memories = former?.memories ?? createMemories(cache.entries);
  let list: DomainList | undefined;
  let opened: Directory | undefined;
  const membership = createMembership(
    options.fleet,
    { name, settings, delimiters, deadlineMs: options.deadlineMs },
    () => opened,
  );
  const own = hooksOf(name, options, memories);
  const hooks: DirectoryHooks = {
    ...own,
    ...membership.hooks,
    changed: (concern) => {
      own.changed(concern);
      membership.changed(concern);
    },
    domainsChanged: () => {
      list?.refresh();
      membership.domainsChanged();
    },
  };
  let mirror: Mirror | undefined;
  const directory = await open(settings, hooks);
  opened = directory;
  const lane = createLane(directory, {
    name,
    timeoutMs: settings.timeout,
    limit: { ...settings.limit, queueWaitMs: settings.limit.queueWait },
    breaker: {
      ...settings.breaker,
      windowMs: settings.breaker.window,
      probeMs: settings.breaker.probe,
    },
    ...membership.lane,
    flips: settings.flips,
    flipsGuard: settings.flipsGuard,
    known: () => memories.known() + entriesOf(mirror),
    kept: hooks.kept,
    healed: (by) => {
      memories.forgetFaults();
      if (by === 'probe') membership.healed();
    },
    clock,
    log,
    showAddress: options.showAddress,
  });
  const parts = { name, settings, directory, lane, memories, membership, clock, log };
  mirror = await openMirrorOf(parts, former?.mirror).catch(async (error: unknown) => {
    lane.stop();
    await directory.close();
    throw error;
  });
  list = openList({ name, settings, directory, lane, membership }, hooks, former?.list);
  const tenures = memories.open();
  const served = {
    name,
    settings,
    delimiters,
    directory,
    lane,
    cleaned: { dropped: 0 },
    memories,
    tenures,
    membership,
  };
  return {
    ...served,
    ...(list !== undefined && { list }),
    ...(mirror !== undefined && { mirror }),
  };
}

/** Who lists domains anew takes what another daemon has listed lately. */
const LISTED_SHARE = 0.9;

const entriesOf = (mirror?: Mirror): number => mirror?.entries() ?? 0;

const isSame = (former: Served, settings: DirectorySettings, delimiters: string): boolean =>
  former.delimiters === delimiters && isDeepStrictEqual(former.settings, settings);

const hooksOf = (
  name: string,
  { log, kept, delimiters }: ServeOptions,
  memories: Memories,
): Omit<DirectoryHooks, 'domainsChanged'> => ({
  name,
  log,
  delimiters,
  kept: kept?.(name) ?? createKept(),
  changed: memories.changed,
});

function openList(
  {
    name,
    settings,
    directory,
    lane,
    membership,
  }: Pick<Served, 'name' | 'settings' | 'directory' | 'lane' | 'membership'>,
  { log, kept }: DirectoryHooks,
  former?: DomainList,
): DomainList | undefined {
  const listDomains = directory.domains?.bind(directory);
  if (listDomains === undefined) return undefined;
  const list = createDomainList({
    name,
    ask: createQuestion(
      listDomains,
      lane,
      membership.shareListed(settings.domainsRefresh * LISTED_SHARE),
    ),
    refreshMs: settings.domainsRefresh,
    guard: settings.domainsGuard,
    kept,
    // Whether anybody wants to know is known once all are open.
    begins: 'resting',
    log,
  });
  // What it listed before is ours until it lists again: to Postfix, a domain's TEMP is there to stay.
  list.restore([...(former?.names() ?? [])]);
  return list;
}

/** It serves on. What failed may succeed now, for a secret's file may be what has changed. */
function again(served: Served): Served {
  served.directory.retry?.();
  served.memories.forgetFaults();
  return served;
}

/** Lets it serve from now on: its word counts, and what a former adapter brings does not. `tables`: those that a map asks. */
export function beginServing(
  { memories, tenures }: Served,
  sizes: Settings['cache']['entries'],
  tables: ReadonlySet<string>,
): void {
  tenures.begin();
  memories.resize(sizes);
  memories.keepTables(tables);
}

/** Ends what serves no more. Questions under way end as *unknown*. Never rejects. */
export async function closeServed({ name, list, mirror, lane, directory }: Served): Promise<void> {
  list?.stop();
  await mirror?.stop();
  lane.stop();
  try {
    await directory.close();
  } catch (error) {
    // Whoever ends a directory has something better to put in its place, or nothing more to do.
    lane.log.error({ directory: name, err: error }, 'a directory could not be closed');
  }
}
