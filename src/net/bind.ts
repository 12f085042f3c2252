import type { Server } from 'node:net';
import type { Endpoint } from './endpoint.ts';
import { type Binding, bindTcp, type Takeover } from './tcp.ts';
import { bindUnix } from './unix.ts';

/**
 * Listens at an endpoint of either kind.
 * @throws {EndpointError} where somebody answers there, or the system refuses
 */
export const bindEndpoint = (
  server: Server,
  endpoint: Endpoint,
  takeover: Takeover,
): Promise<Binding> =>
  endpoint.kind === 'tcp'
    ? bindTcp(server, endpoint, takeover)
    : bindUnix(server, endpoint, takeover);
