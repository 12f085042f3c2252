import type { Server } from 'node:net';
import type { Binding, BindOptions } from './binding.ts';
import type { Endpoint } from './endpoint.ts';
import { bindTcp } from './tcp.ts';
import { bindUnix } from './unix.ts';

/**
 * Listens at an endpoint of either kind.
 * @throws {EndpointError} where somebody else answers there, or the system refuses
 */
export const bindEndpoint = (
  server: Server,
  endpoint: Endpoint,
  options: BindOptions,
): Promise<Binding> =>
  endpoint.kind === 'tcp'
    ? bindTcp(server, endpoint, options)
    : bindUnix(server, endpoint, options);
