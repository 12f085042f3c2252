import type { MapHandler } from '../maps/answer.ts';
import { perm } from './protocol.ts';
import type { ServerOptions } from './server.ts';

/** What answers for each map, by the name that main.cf gives it. */
export type MapHandlers = Readonly<Record<string, MapHandler>>;

/**
 * Makes of handlers what a server answers with: PERM for any other map. A handler that throws or rejects costs its own
 * query a TEMP; the server logs it with its stack, and counts it among its `bugs`.
 */
export function routeHandlers(handlers: MapHandlers): Pick<ServerOptions, 'route' | 'hasMap'> {
  // Own names only: `constructor` is no map.
  const maps = new Map(Object.entries(handlers));
  return {
    route: (map, key, context) => {
      const handler = maps.get(map);
      return handler === undefined ? perm(`map ${map} is not configured`) : handler(key, context);
    },
    hasMap: (name) => maps.has(name),
  };
}
