import { preciseClock } from '../../../src/clock.ts';
import { parseEngineUrl } from '../../../src/config/schema/engineurl.ts';
import { Secret } from '../../../src/config/sources/secret.ts';
import type { Entry } from '../../../src/directory/directory.ts';
import type { Fleet } from '../../../src/fleet/contract.ts';
import { joinFleet } from '../../../src/fleet/fleet.ts';
import type { News } from '../../../src/fleet/news.ts';
import { concernOf } from '../../../src/fleet/news.ts';
import type { FleetSettings } from '../../../src/fleet/settings.ts';
import { type Log, silentLog } from '../../../src/log.ts';
import { createLane, type Lane } from '../../../src/lookup/lane.ts';
import { createMemory, type Memory } from '../../../src/lookup/memory.ts';
import type { Outcome } from '../../../src/lookup/outcome.ts';
import { createSource } from '../../../src/lookup/path.ts';
import type { Times } from '../../../src/lookup/remember.ts';
import type { ScriptedDirectory } from '../scripted.ts';
import { reign, SIZES, TIMES } from '../world.ts';

/** One daemon of a fleet: its memory, its policies, its own link, over a directory that all of them ask. */
export interface FleetDaemon {
  readonly fleet: Fleet;
  readonly lane: Lane;
  readonly memory: Memory<Entry>;
  ask(key: string): Promise<Outcome<Entry>>;
  stop(): Promise<void>;
}

export interface FleetDaemonOptions {
  readonly url: string;
  readonly directory: ScriptedDirectory;
  readonly keys?: readonly string[];
  readonly settings?: Partial<FleetSettings>;
  readonly fingerprint?: string;
  readonly times?: Partial<Times>;
  readonly perSecond?: number;
  readonly flips?: number;
  readonly timeoutMs?: number;
  readonly log?: Log;
  readonly heard?: (news: News) => void;
  /** How long its start waits for the engine. */
  readonly readyMs?: number;
}

/** A key of tests. */
export const KEY = Buffer.from(Array.from({ length: 32 }, (_, i) => i * 7 + 1)).toString('base64');

/** A `fleet.timeout` that a busy machine keeps: where the engine must answer, as it does at all times but for its faults. Milliseconds. */
export const PATIENT = 10_000;

/** One for tests in which the engine does not answer: it is soon given up, and on a busy machine also where it is well. */
export const HASTY = 50;

export const fleetSettings = (
  url: string,
  keys: readonly string[] = [KEY],
  settings: Partial<FleetSettings> = {},
): FleetSettings => ({
  ...(settings.sentinel === undefined &&
    settings.cluster === undefined && { url: parseEngineUrl(url) }),
  key: new Secret(keys[0] ?? KEY),
  ...(keys[1] !== undefined && { otherKey: new Secret(keys[1]) }),
  tls: {},
  insecure: false,
  name: 'test',
  timeout: PATIENT,
  ...settings,
});

/** Starts one; it has reached the engine, or has not within the time that a start gives it. */
export async function startFleetDaemon(options: FleetDaemonOptions): Promise<FleetDaemon> {
  const { directory, perSecond = 500, log = silentLog, timeoutMs = 2000 } = options;
  const times: Times = { ...TIMES, ...options.times };
  const memory = createMemory<Entry>(SIZES);
  const tenure = reign(memory);
  const name = 'people';
  let lane: Lane | undefined;
  const fleet: Fleet = await joinFleet({
    settings: fleetSettings(options.url, options.keys, options.settings),
    mostTimeoutMs: PATIENT,
    version: '1.0.0',
    clock: preciseClock,
    heard: (news) => {
      options.heard?.(news);
      if (news.op === 'forget') void memory.forget(isAmong(news));
      if (news.op === 'expire') memory.expire();
      if (news.op === 'healed') lane?.breaker.close();
      if (news.op === 'purge') void memory.forget(() => true);
    },
    caughtUp: () => {
      void memory.forget(
        (key, values = [], at = 0) => fleet.worthOf(name, at, key, values) === 'gone',
      );
    },
    log,
  });
  await fleet.ready(options.readyMs ?? 5000);
  lane = createLane(directory, {
    name,
    timeoutMs,
    limit: { inFlight: 32, perSecond, queue: 1000, queueWaitMs: 200 },
    rate: () => fleet.rateOf(perSecond),
    breaker: { failures: 0.5, minimum: 10, windowMs: 10_000, probeMs: 1000 },
    ...(options.flips !== undefined && { flips: options.flips, flipsGuard: 1 }),
    together: {
      mayProbe: async () => (await fleet.turn('probe', 900)) !== 'another',
      countFlip: (key) => fleet.countWithin('flips', key, 60_000),
      ownPart: (most) => (fleet.isUp() ? most : most / (fleet.others() + 1)),
    },
    healed: (by) => {
      memory.forgetFaults();
      if (by === 'probe') fleet.tell({ op: 'healed', directory: name });
    },
    known: () => memory.sizes().found.size,
    clock: preciseClock,
    log,
    showAddress: (address) => address,
  });
  const shelf = fleet.shelf<Entry>({
    directory: name,
    fingerprint: options.fingerprint ?? 'one',
    what: 'people',
    perSecond,
    foundMs: times.staleMs,
    noneMs: times.freshNoneMs,
    timeoutMs,
  });
  const source = createSource<Entry>(
    (key, how) => directory.find(key, how),
    tenure,
    lane,
    times,
    undefined,
    { shelf, waitMs: 80 },
  );
  const opened = lane;
  return {
    fleet,
    lane: opened,
    memory,
    ask: async (key) => {
      const arrivedAt = preciseClock.now();
      return source.lookup(key, { arrivedAt, deadline: arrivedAt + 10_000 });
    },
    stop: async () => {
      opened.stop();
      await fleet.stop();
    },
  };
}

const isAmong =
  (news: News & { op: 'forget' }) =>
  (key: string, values: readonly Entry[] = []) => {
    const concern = concernOf(news.concern);
    return (
      concern !== 'everything' &&
      (concern.addresses.has(key) || values.some(({ id }) => concern.ids.has(id)))
    );
  };
