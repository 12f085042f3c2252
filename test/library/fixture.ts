import { onTestFinished } from 'vitest';
import {
  createServer,
  type Endpoint,
  type MapServer,
  type MapServerOptions,
} from '../../src/index.ts';
import { ANY_PORT, connectRaw, frames, type RawClient } from '../support/socketmap/socketmap.ts';

/** A server that ends with its test. */
export function serve(options: MapServerOptions = {}): MapServer {
  const server = createServer(options);
  onTestFinished(() => server.close());
  return server;
}

/** A client of one more endpoint of the server. */
export async function connectTo(server: MapServer, where: Endpoint = ANY_PORT): Promise<RawClient> {
  const { endpoint } = await server.listen(where);
  const client = await connectRaw(endpoint);
  onTestFinished(() => void client.socket.destroy());
  return client;
}

/** Sends a request, and gives what has come once `reply` could have. */
export function ask(client: RawClient, request: string, reply: string): Promise<string> {
  client.socket.write(frames(request));
  return client.reads(frames(reply));
}
