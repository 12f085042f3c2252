import type { Entry } from '../directory/directory.ts';
import { askEntries } from '../directory/people/ask.ts';
import type { Log } from '../log.ts';
import { createLane, type Lane } from '../lookup/lane.ts';
import { unknown } from '../lookup/outcome.ts';
import { createBeside, type Source } from '../lookup/path.ts';
import { AT_ONCE, type Shadowing } from '../maps/shadowing.ts';
import type { Settings } from '../settings.ts';
import type { Served, ServeOptions } from './served.ts';

/**
 * A directory as it is asked beside those that answer. It has a lane of its own over the same adapter, and no memory: where
 * it answers mail of other domains, neither its limit nor its circuit there knows of these questions.
 */
export interface ShadowServed {
  readonly served: Served;
  readonly lane: Lane;
  readonly source: Source<Entry>;
}

type ShadowOptions = Pick<ServeOptions, 'clock' | 'log' | 'showAddress'>;

/** Opens the shadows of all domains; what serves on in `former` is taken from there. */
export function openShadows(
  settings: Settings,
  served: ReadonlyMap<string, Served>,
  options: ShadowOptions,
  former: ReadonlyMap<string, ShadowServed> = new Map(),
): ReadonlyMap<string, ShadowServed> {
  const shadows = new Map<string, ShadowServed>();
  for (const { shadow: name } of Object.values(settings.domains)) {
    const each = name === undefined ? undefined : served.get(name);
    if (each === undefined || shadows.has(each.name)) continue;
    const before = former.get(each.name);
    shadows.set(each.name, before?.served === each ? before : openShadow(each, options));
  }
  return shadows;
}

/** Shows each pair of directories from now on. */
export function expectShadows({ domains }: Settings, shadowing: Shadowing): void {
  for (const { directory, shadow } of Object.values(domains))
    if (shadow !== undefined) shadowing.expect(directory.join(','), shadow);
}

function openShadow(served: Served, { clock, log, showAddress }: ShadowOptions): ShadowServed {
  const { name, settings, directory, cleaned } = served;
  const { limit, breaker } = settings;
  const lane = createLane(directory, {
    name,
    timeoutMs: settings.timeout,
    limit: {
      ...limit,
      // What answers mail elsewhere keeps the larger half.
      inFlight: Math.max(1, Math.min(AT_ONCE, Math.floor(limit.inFlight / 2))),
      queueWaitMs: limit.queueWait,
    },
    breaker: { ...breaker, windowMs: breaker.window, probeMs: breaker.probe },
    known: () => 0,
    healed: () => {},
    clock,
    log: asShadow(log),
    showAddress,
  });
  const ask = createBeside(askEntries(directory, settings, cleaned), lane);
  const source: Source<Entry> = {
    lookup: async (key) =>
      served.lane.limiter.hasRoom() ? ask(key) : unknown('overload', name, 'mail goes first'),
    recall: () => undefined,
  };
  return { served, lane, source };
}

/** No mail waits for what a shadow fails in, so that nothing of it is an error. */
const asShadow = (log: Log): Log => ({
  debug: (fields, message) => log.debug({ ...fields, role: 'shadow' }, message),
  info: (fields, message) => log.info({ ...fields, role: 'shadow' }, message),
  warn: (fields, message) => log.warn({ ...fields, role: 'shadow' }, message),
  error: (fields, message) => log.warn({ ...fields, role: 'shadow' }, message),
  isLevelEnabled: (level) => log.isLevelEnabled(level),
});

/** Ends those that do not serve on in `next`. */
export function stopShadows(
  shadows: ReadonlyMap<string, ShadowServed>,
  next?: ReadonlyMap<string, ShadowServed>,
): void {
  for (const [name, shadow] of shadows) if (next?.get(name) !== shadow) shadow.lane.stop();
}

/**
 * The directories that are shadows and nothing else: no mail waits for them, and none is answered from them, of domains
 * that they would list neither.
 */
export function listOnlyShadows({ domains, maps }: Settings): ReadonlySet<string> {
  const only = new Set<string>();
  for (const { shadow } of Object.values(domains)) if (shadow !== undefined) only.add(shadow);
  for (const { directory } of Object.values(domains))
    for (const name of directory) only.delete(name);
  for (const map of Object.values(maps)) {
    if (map.kind !== 'table') continue;
    for (const { directory = map.directory } of map.table) only.delete(directory);
  }
  return only;
}
