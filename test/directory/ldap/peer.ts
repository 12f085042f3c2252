import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { BerWriter } from 'ldapts';
import { onTestFinished } from 'vitest';
import { Connection } from '../../../src/directory/ldap/wire/connection.ts';
import { createFrames } from '../../../src/directory/ldap/wire/frames.ts';
import { serveLoopback } from '../../support/loopback.ts';

/** A request as the peer of a test sees it. */
export interface Asked {
  readonly id: number;
  readonly operation: keyof typeof OPERATIONS;
  /** The whole request, for names and values that stand in it. */
  readonly text: string;
  readonly bytes: Buffer;
}

const OPERATIONS = {
  bind: 0x60,
  unbind: 0x42,
  search: 0x63,
  abandon: 0x50,
  extended: 0x77,
  compare: 0x6e,
};
const NAMES = new Map(Object.entries(OPERATIONS).map(([name, tag]) => [tag, name]));
const isOperation = (name: string | undefined): name is keyof typeof OPERATIONS =>
  name !== undefined && name in OPERATIONS;

const TLS_HANDSHAKE = 0x16;

/** A server whose answers the test gives: `answer` is called for each request. */
export interface Peer {
  readonly port: number;
  /** Connections so far. */
  connections(): number;
  /** All requests so far. */
  readonly asked: readonly Asked[];
  /** Resolves with the next request of this kind, the first one not yet given. */
  next(operation: Asked['operation']): Promise<Asked>;
  /** Sends bytes to whoever came last. */
  send(bytes: Buffer): void;
  /** Resolves when a client has begun TLS, which the peer does not speak. */
  readonly tls: Promise<void>;
  /** Resolves when a client has ended its connection. */
  readonly ended: Promise<void>;
  /** Ends the connection of whoever came last. */
  end(): void;
}

/** Starts one; it ends with its test. */
export async function startPeer(
  answer: (asked: Asked, socket: Socket) => void = () => {},
): Promise<Peer> {
  const asked: Asked[] = [];
  const given = new Set<Asked>();
  const tls = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  let connections = 0;
  let last: Socket | undefined;
  let wake = Promise.withResolvers<void>();
  const server = await serveLoopback(async (socket) => {
    const frames = createFrames();
    last = socket;
    connections += 1;
    socket.once('close', ended.resolve);
    socket.on('data', (chunk: Buffer) => {
      if (chunk.readUInt8(0) === TLS_HANDSHAKE) return tls.resolve();
      for (const message of frames.push(chunk)) {
        const request = readRequest(message);
        asked.push(request);
        answer(request, socket);
        wake.resolve();
        wake = Promise.withResolvers();
      }
    });
    await once(socket, 'close');
  });
  onTestFinished(() => server.stop());
  return {
    port: server.port,
    connections: () => connections,
    asked,
    tls: tls.promise,
    ended: ended.promise,
    send: (bytes) => last?.write(bytes),
    end: () => last?.end(),
    next: async (operation) => {
      for (;;) {
        const found = asked.find((each) => each.operation === operation && !given.has(each));
        if (found !== undefined) {
          given.add(found);
          return found;
        }
        await wake.promise;
      }
    },
  };
}

/** Connects to a peer; the connection ends with its test. */
export async function connectTo({ port }: Pick<Peer, 'port'>): Promise<Connection> {
  const socket = connect({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  const connection = new Connection(socket, 'ldap://peer');
  onTestFinished(() => connection.close());
  return connection;
}

function readRequest(message: Buffer): Asked {
  const head = message.readUInt8(1) < 0x80 ? 2 : 2 + (message.readUInt8(1) & 0x7f);
  const idBytes = message.readUInt8(head + 1);
  const id = message.readUIntBE(head + 2, idBytes);
  const operation = NAMES.get(message.readUInt8(head + 2 + idBytes));
  if (!isOperation(operation)) throw new Error('a request of an unknown kind');
  return { id, operation, text: message.toString('latin1'), bytes: message };
}

/** Writes one LDAPMessage. */
export function encode(id: number, tag: number, write: (writer: BerWriter) => void): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(id);
  writer.startSequence(tag);
  write(writer);
  writer.endSequence();
  writer.endSequence();
  return writer.buffer;
}

const RESULTS = { bind: 0x61, search: 0x65, extended: 0x78, compare: 0x6f };

/** What an operation ends with; the referral, and an extension's value, are left out where there are none. */
export function result(
  id: number,
  of: keyof typeof RESULTS = 'search',
  code = 0,
  diagnostic = '',
  referral?: string,
  value?: string,
): Buffer {
  return encode(id, RESULTS[of], (writer) => {
    writer.writeEnumeration(code);
    writer.writeString('');
    writer.writeString(diagnostic);
    if (referral !== undefined) {
      writer.startSequence(0xa3);
      writer.writeString(referral);
      writer.endSequence();
    }
    if (value !== undefined) writer.writeString(value, 0x8b);
  });
}

/** One entry of a search. */
export function entry(
  id: number,
  dn: string,
  attributes: readonly (readonly [string, readonly string[]])[] = [],
): Buffer {
  return encode(id, 0x64, (writer) => {
    writer.writeString(dn);
    writer.startSequence();
    for (const [name, values] of attributes) {
      writer.startSequence();
      writer.writeString(name);
      writer.startSequence(0x31);
      for (const value of values) writer.writeString(value);
      writer.endSequence();
      writer.endSequence();
    }
    writer.endSequence();
  });
}

/** A pointer to another server. */
export const reference = (id: number, url: string): Buffer =>
  encode(id, 0x73, (writer) => writer.writeString(url));

/** RFC 4511, 4.4.1: the server's own word that it disconnects. */
export const notice = (diagnostic: string): Buffer => result(0, 'extended', 52, diagnostic);
