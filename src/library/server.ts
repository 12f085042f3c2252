import { preciseClock } from '../clock.ts';
import { silentLog } from '../log.ts';
import type { Answer, Router } from '../maps/answer.ts';
import type { Endpoint } from '../net/endpoint.ts';
import type { Listener } from '../net/listening.ts';
import type { Figures } from '../socketmap/figures.ts';
import { createCounters } from '../socketmap/figures.ts';
import { parseReply, perm } from '../socketmap/protocol.ts';
import { createRespond } from '../socketmap/respond.ts';
import { createSocketmapServer } from '../socketmap/server.ts';
import { Call } from './call.ts';
import { DEFAULT_PORT, readEndpoint } from './endpoint.ts';
import { checkAnswer, type DefaultHandler, type Handler } from './handlers.ts';
import { createHearing } from './hooks.ts';
import { type ListenAtOptions, limitsOf, type MapServerOptions, sizesOf } from './options.ts';

/**
 * A socketmap server with maps of your own. `Name` are the maps that the compiler knows: those that were given as literals;
 * without any, every name is allowed.
 */
export interface MapServer<Name extends string = string> extends AsyncDisposable {
  /**
   * Lets `handler` answer for `name`, from the next request on; one that is there is replaced. The same server comes back,
   * and knows the name.
   * @throws {TypeError} where the name is empty or holds a space: no client could ask for it
   */
  registerMap<const New extends string>(name: New, handler: Handler): MapServer<Name | New>;
  /** Lets `handler` answer for all maps that have none, from the next request on. */
  registerDefaultMap(handler: DefaultHandler): this;
  /** Takes a map away: from the next request on it is the default map's, or PERM. Says whether it was there. */
  unregisterMap(name: Name): boolean;
  /** Takes the default map away. */
  unregisterDefaultMap(): void;
  /**
   * Listens at one more endpoint: `tcp://HOST:PORT`, `tcp://HOST` (port 27823), `unix:/path?mode=0660&group=postfix`; absent:
   * `tcp://127.0.0.1:27823`. Resolves once it does.
   * @throws {SyntaxError} where the endpoint can't be read
   * @throws {EndpointError} that says why it can't be opened
   * @throws {Error} where the server is shut down
   */
  listen(where?: string | Endpoint, options?: ListenAtOptions): Promise<Listener>;
  /** Asks as a client would, without one: for tests of handlers. */
  ask(map: Name, key: string): Promise<Answer>;
  /**
   * Accepts no more, answers what has arrived, and ends the connections; idle ones are not waited for. What is left after
   * `withinMs` is cut; absent: a second beyond the deadline. Again: whichever time is up first counts.
   */
  shutdown(withinMs?: number): Promise<void>;
  /** Ends all connections at once; the signals of handlers fire. Also while `shutdown` waits. */
  close(): Promise<void>;
  /** What it has counted since it was created: plain numbers, read when somebody asks. */
  readonly figures: Figures;
}

const DEADLINE_MS = 5000;
const BEYOND_MS = 1000;

/**
 * Creates a server; it listens nowhere yet.
 * @see socketmap_table(5)
 */
export function createServer<const Name extends string = string>(
  options: MapServerOptions<Name> = {},
): MapServer<Name> {
  const { deadlineMs = DEADLINE_MS, log = silentLog, hooks } = options;
  const clock = preciseClock;
  // Own names only: `constructor` is no map.
  const maps = new Map<string, Handler>();
  let fallback = options.defaultMap;
  let isShut = false;

  const route: Router = (map, key, arrival) => {
    const handler = maps.get(map);
    if (handler === undefined && fallback === undefined)
      return perm(`map ${map} is not configured`);
    const call = new Call(map, arrival);
    const answer = handler?.(key, call) ?? fallback?.(map, key, call);
    if (!isThenable(answer)) {
      call.settle();
      return checkAnswer(answer, map);
    }
    return call.within(
      Promise.resolve(answer).then((brought) => checkAnswer(brought, map)),
      clock,
    );
  };
  const hasMap = (name: string): boolean => maps.has(name);
  const sizes = sizesOf(options);
  const server = createSocketmapServer({
    route,
    hasMap,
    clock,
    deadlineMs,
    limits: limitsOf(options),
    ...sizes,
    log,
    ...(hooks && { hear: createHearing(hooks, { clock, log, hasMap }) }),
  });
  const askItself = createRespond({ route, hasMap, log, counters: createCounters(), ...sizes });

  const register = (name: string, handler: Handler): void => {
    if (name === '' || name.includes(' '))
      throw new TypeError(`"${name}" is no map's name: it is not empty and holds no space`);
    if (typeof handler !== 'function')
      throw new TypeError(`the handler of map ${name} is no function`);
    maps.set(name, handler);
  };
  for (const [name, handler] of Object.entries<Handler>(options.maps ?? {}))
    register(name, handler);

  const shutdown = async (withinMs = deadlineMs + BEYOND_MS): Promise<void> => {
    isShut = true;
    await server.drain(withinMs);
  };
  const self: MapServer = {
    registerMap: (name, handler) => {
      register(name, handler);
      return self;
    },
    registerDefaultMap(handler) {
      fallback = handler;
      return this;
    },
    unregisterMap: (name) => maps.delete(name),
    unregisterDefaultMap: () => {
      fallback = undefined;
    },
    listen: async (where = `tcp://127.0.0.1:${DEFAULT_PORT}`, { signal, ...how } = {}) => {
      const endpoint = readEndpoint(where);
      signal?.throwIfAborted();
      if (isShut) throw new Error('the server is shut down, create another one');
      const listener = await server.listen({ endpoint, ...how });
      const end = (): void => void listener.close(deadlineMs + BEYOND_MS);
      // It was shut down meanwhile, and did not know of this one.
      if (isShut) await listener.close(0);
      if (signal?.aborted === true) end();
      signal?.addEventListener('abort', end, { once: true });
      return listener;
    },
    ask: async (map, key) => {
      const arrivedAt = clock.now();
      const context = { arrivedAt, deadline: arrivedAt + deadlineMs };
      const reply = await askItself(`${map} ${key}`, context, (said) => said);
      return parseReply(reply ?? 'PERM invalid request');
    },
    shutdown,
    close: () => shutdown(0),
    figures: server.figures,
    [Symbol.asyncDispose]: () => shutdown(),
  };
  return self;
}

const isThenable = (answer: unknown): answer is PromiseLike<Answer> =>
  typeof answer === 'object' && answer !== null && 'then' in answer;
