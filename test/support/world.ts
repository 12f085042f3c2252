import { afterEach, beforeEach, onTestFinished, vi } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import type { Ask, Entry } from '../../src/directory/directory.ts';
import { silentLog } from '../../src/log.ts';
import { createLane, type Lane, type LaneOptions } from '../../src/lookup/lane.ts';
import {
  createMemory,
  type Memory,
  type MemorySizes,
  type Tenure,
} from '../../src/lookup/memory.ts';
import type { Mirrored } from '../../src/lookup/mirror.ts';
import type { Context } from '../../src/lookup/outcome.ts';
import { createSource, type Source } from '../../src/lookup/path.ts';
import type { Times } from '../../src/lookup/remember.ts';
import { aliases } from '../../src/maps/aliases.ts';
import type { Answer, MapHandler } from '../../src/maps/answer.ts';
import { CANDIDATE_KINDS, type CandidateKind } from '../../src/maps/candidates.ts';
import { buildDomains, type DomainDefinition } from '../../src/maps/domains.ts';
import { createDomainSet } from '../../src/maps/domainset.ts';
import type { MapWorld, Rules } from '../../src/maps/kind.ts';
import { mailboxes } from '../../src/maps/mailboxes.ts';
import { createMap } from '../../src/maps/map.ts';
import { recipients } from '../../src/maps/recipients.ts';
import { senders } from '../../src/maps/senders.ts';
import { parseTemplate } from '../../src/maps/template.ts';
import { createScripted, employ, type ScriptedDirectory } from './scripted.ts';

export const TIMES: Times = {
  freshMs: 60_000,
  freshNoneMs: 10_000,
  unknownMs: 5000,
  staleMs: 300_000,
  prefetch: 0.75,
};
export const SIZES: MemorySizes = { found: 1000, none: 500, unknown: 100 };
export const DEADLINE_MS = 200;
export const RULES: Rules = {
  delimiters: '+',
  propagateExtension: 'yes',
  disabled: 'reject',
  groupSenders: 'none',
};

/** Follows vitest's fake time to the millisecond. */
export const testClock: Clock = { now: () => Math.trunc(performance.now()) };

/** Runs a file's tests on fake time, `setImmediate` apart; without jitter, so that lifetimes are exact. */
export function useFakeTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: [
        'setTimeout',
        'clearTimeout',
        'setInterval',
        'clearInterval',
        'performance',
        'hrtime',
        'Date',
      ],
    });
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
}

/** A caller's context as a listener would make it now. */
export const contextNow = (clock: Clock = testClock): Context => {
  const arrivedAt = clock.now();
  return { arrivedAt, deadline: arrivedAt + DEADLINE_MS };
};

/** One directory with all its policies. */
export interface Guarded {
  readonly source: Source<Entry>;
  readonly memory: Memory<Entry>;
  readonly tenure: Tenure<Entry>;
  readonly lane: Lane;
}

export function laneFor(
  name: string,
  directory: ScriptedDirectory,
  options: Partial<LaneOptions> & {
    readonly times?: Partial<Times>;
    /** Absent: one of its own. */
    readonly memory?: Memory<Entry>;
    readonly mirror?: Mirrored<Entry>;
  } = {},
): Guarded {
  const memory = options.memory ?? createMemory<Entry>(SIZES);
  const tenure = reign(memory);
  const lane = createLane(directory, {
    name,
    timeoutMs: 2000,
    limit: { inFlight: 32, perSecond: 500, queue: 1000, queueWaitMs: 200 },
    breaker: { failures: 0.5, minimum: 10, windowMs: 10_000, probeMs: 1000 },
    healed: memory.forgetFaults,
    known: () => memory.sizes().found.size,
    clock: testClock,
    log: silentLog,
    showAddress: (address) => address,
    ...options,
  });
  const times = { ...TIMES, ...options.times };
  const { mirror } = options;
  // Tests put another in its place.
  const ask: Ask<Entry> = (key, how) => directory.find(key, how);
  const source = createSource<Entry>(ask, tenure, lane, times, mirror);
  return { source, memory, tenure, lane };
}

/** Opens a memory to whoever has it from now on. */
export function reign<T>(memory: Memory<T>): Tenure<T> {
  const tenure = memory.open();
  tenure.begin();
  return tenure;
}

/** How many of each kind it holds. */
export const sizesOf = (memory: Memory<unknown>): readonly number[] => {
  const { found, none, unknown } = memory.sizes();
  return [found.size, none.size, unknown.size];
};

/** The address maps over some directories, as the daemon builds them. */
export interface Maps {
  readonly world: MapWorld;
  readonly mailboxes: MapHandler;
  readonly aliases: MapHandler;
  readonly senders: MapHandler;
  readonly recipients: MapHandler;
}

const DIRECT: readonly CandidateKind[] = ['exact', 'extension'];

export function buildMaps(
  domains: Readonly<Record<string, Partial<DomainDefinition>>>,
  sources: Readonly<Record<string, Source<Entry>>>,
  rules: Partial<Rules> = {},
): Maps {
  const definitions = new Map(
    Object.entries(domains).map(([name, definition]) => [
      name,
      { directories: [], roles: {}, ...definition },
    ]),
  );
  const built = buildDomains(definitions, (name) => sources[name]);
  const world = { domains: createDomainSet(built, []), rules: { ...RULES, ...rules } };
  return {
    world,
    mailboxes: createMap(mailboxes(parseTemplate('%s')), new Set(DIRECT), world),
    aliases: createMap(aliases(), new Set(CANDIDATE_KINDS), world),
    senders: createMap(senders, new Set([...DIRECT, 'aliasOf']), world),
    recipients: createMap(recipients, new Set(DIRECT), world),
  };
}

/** A scripted directory with all its policies. */
export interface Staffed extends Guarded {
  readonly directory: ScriptedDirectory;
}

/** Opens a directory that knows `entries`, until the test ends. */
export function openDirectory(
  name: string,
  entries: readonly Entry[] = [],
  options: Parameters<typeof laneFor>[2] = {},
): Staffed {
  const directory = createScripted();
  employ(directory, entries);
  const guarded = laneFor(name, directory, options);
  onTestFinished(() => guarded.lane.stop());
  return { ...guarded, directory };
}

/** Shows an answer as the wire does. */
export const show = (answer: Answer): string => {
  if (answer.status === 'OK') return `OK ${answer.data}`;
  return 'reason' in answer ? `${answer.status} ${answer.reason}` : answer.status;
};

/** What each address map says of `key` now. */
export async function askMaps(
  maps: Maps,
  key: string,
): Promise<Readonly<Record<keyof Omit<Maps, 'world'>, string>>> {
  const context = contextNow();
  return {
    mailboxes: show(await maps.mailboxes(key, context)),
    aliases: show(await maps.aliases(key, context)),
    senders: show(await maps.senders(key, context)),
    recipients: show(await maps.recipients(key, context)),
  };
}
