import { connect, type Socket } from 'node:net';
import type { Endpoint } from '../../src/net/endpoint.ts';
import { toTarget } from '../support/socketmap/socketmap.ts';

/** What a connection does that is no client's. */
type Nuisance = (socket: Socket) => void;

const frame = (text: string): string => `${Buffer.byteLength(text)}:${text},`;

/** By what they are called in reports. */
export const NUISANCES: Readonly<
  Record<string, { readonly at: 'map' | 'http'; readonly how: Nuisance }>
> = {
  'say nothing': { at: 'map', how: () => {} },
  'leave a request half said': { at: 'map', how: (socket) => socket.write('40:user-exists ann') },
  'ask and never read': {
    at: 'map',
    how: (socket) => {
      socket.pause();
      socket.write(frame('virtual-aliases big@example.test').repeat(300));
    },
  },
  'announce too much': { at: 'map', how: (socket) => socket.write('9999999999:x') },
  'ask for no map': { at: 'map', how: (socket) => socket.write(frame('nothing x').repeat(50)) },
  'leave a header half said': {
    at: 'http',
    how: (socket) => socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n'),
  },
  'guess a token': {
    at: 'http',
    how: (socket) =>
      socket.write(
        'GET /api/status HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer guess\r\n\r\n',
      ),
  },
};

/** Lets so many connections do one thing; gives what ends them. */
export function annoy(endpoint: Endpoint, how: Nuisance, count: number): () => void {
  const sockets = Array.from({ length: count }, () => {
    const socket = connect(toTarget(endpoint));
    socket.on('error', () => {});
    socket.once('connect', () => how(socket));
    return socket;
  });
  return () => {
    for (const socket of sockets) socket.destroy();
  };
}
