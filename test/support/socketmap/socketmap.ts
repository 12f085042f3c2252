import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Endpoint } from '../../../src/net/endpoint.ts';

/** Any port of 127.0.0.1. */
export const ANY_PORT: Endpoint = { kind: 'tcp', host: '127.0.0.1', port: 0 };

/** Frames requests, or replies, one behind the other. */
export const frames = (...payloads: readonly string[]): string =>
  payloads.map((payload) => `${Buffer.byteLength(payload)}:${payload},`).join('');

/** A client that writes and reads bytes as they are. */
export interface RawClient {
  readonly socket: Socket;
  /** What has come so far. */
  received(): string;
  /** Waits until exactly `text` has come, or more, or the connection has closed; gives what has come. */
  reads(text: string): Promise<string>;
  /** Settles when the connection has closed, however it did. */
  readonly closed: Promise<void>;
}

/** Connects to an endpoint. */
export async function connectRaw(endpoint: Endpoint): Promise<RawClient> {
  const socket = connect(toTarget(endpoint));
  const client = wrapSocket(socket);
  await once(socket, 'connect');
  return client;
}

/** What `net.connect` and `tls.connect` take for an endpoint. */
export const toTarget = (endpoint: Endpoint): { path: string } | { host: string; port: number } =>
  endpoint.kind === 'unix' ? { path: endpoint.path } : { host: endpoint.host, port: endpoint.port };

/** Makes a client of a connection, with or without TLS. */
export function wrapSocket(socket: Socket): RawClient {
  let text = '';
  let look = (): void => {};
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    text += chunk;
    look();
  });
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => resolve());
  });
  return {
    socket,
    closed,
    received: () => text,
    reads: async (wanted) => {
      const complete = new Promise<void>((resolve) => {
        look = () => {
          if (text.length >= wanted.length) resolve();
        };
      });
      look();
      await Promise.race([complete, closed]);
      return text;
    },
  };
}

/** The far end of a session under test: a stream that keeps what is written, as slowly as it is told. */
export interface FakePeer {
  readonly stream: Duplex;
  received(): string;
  /** How many writes it took. */
  writes(): number;
  /** Reads no further, or goes on. */
  stall(): void;
  unstall(): void;
}

/** Creates one. Its buffer is as large as a real connection's. */
export function createFakePeer(): FakePeer {
  let text = '';
  let writes = 0;
  let isStalled = false;
  let go = (): void => {};
  const stream = new Duplex({
    allowHalfOpen: true,
    decodeStrings: false,
    writableHighWaterMark: 4096,
    read: () => {},
    write: (chunk: unknown, _encoding, done) => {
      text += String(chunk);
      writes++;
      if (isStalled) go = done;
      else done();
    },
  });
  return {
    stream,
    received: () => text,
    writes: () => writes,
    stall: () => {
      isStalled = true;
    },
    unstall: () => {
      isStalled = false;
      go();
    },
  };
}
