import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { networkOf } from '../net/peers.ts';

/** Scrapers, kubelets and a few people; more must not take the mail's file descriptors. */
export const MOST_CONNECTIONS = 200;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * Keeps room on `server` for whoever comes: with more than `most` connections, one is dropped of those that wait for
 * their client and not for us, for the rest of a request, its next one, or the taking of a reply. It is the one that has
 * done nothing for the longest, of the network that holds the most of them. So a request that comes at once is answered,
 * however many others are held open. `dropped` hears of each.
 */
export function keepRoom(server: Server, most: number, dropped: (network: string) => void): void {
  /** In the order in which they last came or had a reply. */
  const open = new Map<Socket, Exchange | undefined>();

  server.on('connection', (socket: Socket) => {
    open.set(socket, undefined);
    socket.once('close', () => open.delete(socket));
    if (open.size <= most) return;
    const one = choose(open) ?? socket;
    open.delete(one);
    dropped(networkOf(one.remoteAddress));
    one.destroy();
  });
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    if (!open.has(socket)) return;
    open.set(socket, { request, response });
    response.once('close', () => {
      if (open.get(socket)?.response !== response) return;
      open.delete(socket);
      open.set(socket, undefined);
    });
  });
}

/** The one to drop; absent: all wait for us. */
function choose(open: ReadonlyMap<Socket, Exchange | undefined>): Socket | undefined {
  const idle = [...open].filter(([, exchange]) => exchange === undefined || !isWithUs(exchange));
  const networks = Map.groupBy(idle, ([socket]) => networkOf(socket.remoteAddress));
  const [largest] = [...networks.values()].toSorted((a, b) => b.length - a.length);
  return largest?.[0]?.[0];
}

/** Whether the whole of a request has come, and nothing of its reply has gone. */
const isWithUs = ({ request, response }: Exchange): boolean =>
  request.complete && !response.writableEnded;
