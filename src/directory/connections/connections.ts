import { preciseClock } from '../../clock.ts';
import type { DirectoryHooks } from '../hooks.ts';
import { createPool, type Pool, type Pooled } from './pool.ts';
import { createServers, type Servers, type ServersOptions } from './servers.ts';
import type { ConnectionSettings } from './settings.ts';

/** A directory's servers, and the connections to them that are kept open. */
export interface Connections<C extends Pooled> {
  readonly servers: Servers<C>;
  readonly pool: Pool<C>;
}

/** Creates them as the directory's settings say, and begins to open connections. */
export function createConnections<Endpoint, C extends Pooled>(
  how: Pick<ServersOptions<Endpoint, C>, 'endpoints' | 'open' | 'isRefusal'>,
  { connections, connectTimeout, maxAge, returnAfter }: ConnectionSettings,
  { name, log }: Pick<DirectoryHooks, 'name' | 'log'>,
): Connections<C> {
  const servers = createServers({
    ...how,
    connectMs: connectTimeout,
    coolMs: returnAfter,
    clock: preciseClock,
  });
  const pool = createPool({
    name,
    size: connections,
    servers,
    maxAgeMs: maxAge,
    returnMs: returnAfter,
    log,
  });
  return { servers, pool };
}
