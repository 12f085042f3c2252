import type { Shadowing } from '../maps/shadowing.ts';
import type { Settings } from '../settings.ts';
import { buildRoutes, type Routes } from './routes.ts';
import {
  beginServing,
  closeServed,
  type Served,
  type ServeOptions,
  serveDirectory,
} from './served.ts';
import {
  expectShadows,
  listOnlyShadows,
  openShadows,
  type ShadowServed,
  stopShadows,
} from './shadows.ts';

/** What answers at a time: made from one configuration, swapped whole at a reload. */
export interface State {
  readonly settings: Settings;
  readonly served: ReadonlyMap<string, Served>;
  /** Those that are asked beside others, by name. */
  readonly shadows: ReadonlyMap<string, ShadowServed>;
  readonly routes: Routes;
}

export interface StateOptions extends Omit<ServeOptions, 'cache' | 'delimiters' | 'deadlineMs'> {
  /** Compares shadows with what is answered; absent: no shadow is asked. */
  readonly shadowing?: Shadowing;
}

/**
 * Makes what is to answer by `settings`, and does not yet (`enterState`); directories that did not change are taken from `former`.
 * @throws {Error} where a directory or a map can't be made: then `former` serves on untouched
 */
export async function createState(
  settings: Settings,
  options: StateOptions,
  former?: State,
): Promise<State> {
  const served = new Map<string, Served>();
  let shadows: State['shadows'] = new Map();
  const { shadowing } = options;
  try {
    for (const [name, directory] of Object.entries(settings.directories)) {
      const before = former?.served.get(name);
      const all = {
        ...options,
        cache: settings.cache,
        delimiters: settings.recipientDelimiter,
        deadlineMs: settings.deadline,
      };
      served.set(name, await serveDirectory(name, directory, all, before));
    }
    if (shadowing !== undefined) {
      shadows = openShadows(settings, served, options, former?.shadows);
      expectShadows(settings, shadowing);
    }
    const beside = { served: shadows, ...(shadowing && { shadowing }) };
    const routes = buildRoutes(settings, served, beside);
    for (const { list } of listing(settings, served)) list?.wake();
    return { settings, served, shadows, routes };
  } catch (error) {
    await closeAll({ served, shadows }, former);
    throw error;
  }
}

/** Lets `state` answer from now on: in the same turn it has to be put in its place. */
export function enterState({ settings, served, routes }: State): void {
  for (const [name, each] of served)
    beginServing(each, settings.cache.entries, routes.tables.get(name) ?? new Set());
}

/** Lets the mirrors of `state` follow their directories, once nobody else does. */
export function followState({ served }: State): void {
  for (const { mirror } of served.values()) mirror?.begin();
}

/** Those whose domains are ours: nobody waits for what a mere shadow would list, so it is not asked, and can't fail in it. */
function listing(settings: Settings, served: ReadonlyMap<string, Served>): readonly Served[] {
  const unasked = listOnlyShadows(settings);
  return [...served.values()].filter(({ name }) => !unasked.has(name));
}

/** Ends the directories of `state` that do not serve on in `next`, and the listing of those that are mere shadows there. */
export async function retireState(state: State, next: State): Promise<void> {
  const asked = new Set(listing(next.settings, next.served));
  for (const each of next.served.values()) if (!asked.has(each)) each.list?.rest();
  await closeAll(state, next);
}

/** Ends all directories of `state`. */
export async function closeState(state: State): Promise<void> {
  await closeAll(state);
}

async function closeAll(
  { served, shadows }: Pick<State, 'served' | 'shadows'>,
  but?: State,
): Promise<void> {
  stopShadows(shadows, but?.shadows);
  const leaving = [...served].filter(([name, each]) => but?.served.get(name) !== each);
  await Promise.all(leaving.map(([, each]) => closeServed(each)));
}

/**
 * Waits until each directory that lists domains, and did not in `former`, has listed them, `withinMs` at most: until then
 * every domain that is not ours would be deferred, and Postfix keeps that for the life of its processes. Never rejects.
 */
export async function awaitLists(state: State, withinMs: number, former?: State): Promise<void> {
  const asked = former === undefined ? [] : listing(former.settings, former.served);
  const before = new Set(asked.flatMap(({ name, list }) => (list === undefined ? [] : [name])));
  const news = listing(state.settings, state.served).filter(({ name }) => !before.has(name));
  const known = news.flatMap(({ list }) => (list === undefined ? [] : [list.known]));
  if (known.length > 0) await within(Promise.all(known), withinMs);
}

/** Waits until every directory has proved itself and listed its domains, `withinMs` at most. Never rejects. */
export async function readyState(state: State, withinMs: number): Promise<void> {
  await Promise.all([proveState(state, withinMs), awaitLists(state, withinMs)]);
}

async function within(work: Promise<unknown>, ms: number): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  try {
    await Promise.race([work, over.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits until every directory has proved itself, `withinMs` at most. Never rejects. */
export async function proveState(state: State, withinMs: number): Promise<void> {
  const signal = AbortSignal.timeout(withinMs);
  await Promise.allSettled(
    [...state.served.values()].map(({ directory }) => directory.probe(signal)),
  );
}
