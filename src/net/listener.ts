import { createServer, type Server, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import type { Server as TlsServer } from 'node:tls';
import { reasonOf } from '../reason.ts';
import type { Admission, Room } from './admission.ts';
import { bindEndpoint } from './bind.ts';
import { BACKLOG, type Binding, type BindOptions } from './binding.ts';
import { Connection, type ConnectionOptions } from './connection.ts';
import { type Endpoint, formatEndpoint } from './endpoint.ts';
import { EndpointError } from './errors.ts';
import { countersOf, type Rejection } from './figures.ts';
import type { ListenOptions, SweptListener } from './listening.ts';
import { type AllowList, describePeer, type Peer, readAllowList } from './peers.ts';
import type { Protocol } from './protocol.ts';
import { READ_BYTES, type Reads, readSocket } from './readsocket.ts';
import type { Refusals } from './refusals.ts';
import { createTlsServer, type ServerTls } from './tls.ts';

/** Finds dead peers behind silent connections. */
const KEEP_ALIVE_MS = 60_000;

/** So many turns of the event loop without a new connection, and none waits. */
const STILL_TURNS = 5;

/** What all listeners of one server share. */
export interface ListenerOptions<Fault extends string> extends ConnectionOptions<Fault> {
  readonly reads: Reads;
  readonly admission: Admission;
  readonly refusals: Refusals;
}

/**
 * Binds an endpoint, and serves whoever connects once it is published, in `protocol`.
 * @throws {EndpointError} that says why it can't be opened
 */
export async function bindListener<Fault extends string>(
  options: ListenOptions,
  protocol: Protocol<Fault>,
  shared: ListenerOptions<Fault>,
): Promise<SweptListener> {
  const listener = new NetListener(options, protocol, shared);
  const { takeover, replaces = [] } = options;
  await listener.bind({ takeover, replaces, log: shared.log });
  return listener;
}

class NetListener<Fault extends string> implements SweptListener {
  endpoint: Endpoint;
  readonly #protocol: Protocol<Fault>;
  readonly #shared: ListenerOptions<Fault>;
  readonly #server: Server;
  readonly #isAllowed: AllowList;
  readonly #room: Room;
  readonly #connections = new Set<Connection<Fault>>();
  /** Every one with its transport: what `close` waits for. */
  readonly #sockets = new Set<Socket>();
  #tls: TlsServer | undefined;
  #binding: Binding | undefined = undefined;
  #closed: Promise<void> | undefined = undefined;
  #accepted = 0;
  #isCut = false;

  constructor(
    { endpoint, allow, tls }: ListenOptions,
    protocol: Protocol<Fault>,
    shared: ListenerOptions<Fault>,
  ) {
    this.#protocol = protocol;
    this.#shared = shared;
    this.endpoint = endpoint;
    this.#isAllowed =
      allow === undefined || endpoint.kind === 'unix' ? () => true : readAllowList(allow, endpoint);
    this.#tls = tls === undefined ? undefined : this.#createTls(tls);
    this.#room = shared.admission.createRoom();
    this.#server = createServer({
      // A peer that leaves in the midst of the handshake is gone; with TLS, half-open begins after it.
      allowHalfOpen: tls === undefined,
      // A handle moves before it reads; TLS starts reading by itself.
      pauseOnConnect: tls === undefined,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
      highWaterMark: READ_BYTES,
    });
  }

  async bind(options: BindOptions): Promise<void> {
    this.#server.on('connection', (raw) => this.#accept(raw));
    try {
      this.#binding = await bindEndpoint(this.#server, this.endpoint, options);
    } catch (error) {
      this.#room.retire();
      throw error;
    }
    this.endpoint = this.#binding.endpoint;
    this.#server.on('error', (error) => {
      this.#countRejection('accept', { err: error });
    });
  }

  async publish(): Promise<void> {
    await this.#binding?.publish();
    // From now on it has figures, all zero.
    countersOf(this.#shared.counters.listeners, this.#name);
  }

  async close(withinMs: number): Promise<void> {
    const timer = setTimeout(() => this.#cut(), withinMs);
    try {
      this.#closed ??= this.#close();
      await this.#closed;
    } finally {
      clearTimeout(timer);
    }
  }

  setTls(tls: ServerTls): void {
    if (this.#tls === undefined)
      throw new EndpointError(this.endpoint, 'was opened without TLS: close it and listen anew');
    this.#tls = this.#createTls(tls);
  }

  sweep(): void {
    for (const connection of this.#connections) connection.sweep();
  }

  get #name(): string {
    return formatEndpoint(this.endpoint);
  }

  #createTls(tls: ServerTls): TlsServer {
    try {
      return createTlsServer(tls, {
        handshakeMs: this.#shared.limits.requestTimeoutMs,
        onSecure: (socket) => {
          socket.allowHalfOpen = true;
          socket.on('data', (chunk: Buffer) => connection.receive(chunk));
          const connection = this.#serve(socket, describePeer(socket, this.endpoint));
        },
        onFailure: (reason) => this.#countRejection('tls', { reason }),
      });
    } catch (error) {
      const reason = `cannot use its TLS certificate, key or client CA (${reasonOf(error)}): all are PEM texts, the key belongs to the certificate`;
      throw new EndpointError(this.endpoint, reason, { cause: error });
    }
  }

  #accept(raw: Socket): void {
    this.#accepted++;
    const address = raw.remoteAddress;
    const rejection = this.#isAllowed(address) ? this.#room.admit(address) : 'not-allowed';
    if (rejection !== undefined) {
      this.#countRejection(rejection, { peer: address ?? 'unix', open: this.#room.open });
      raw.destroy();
    } else if (this.#tls === undefined) {
      const peer = describePeer(raw, this.endpoint);
      const socket = readSocket(raw, this.#shared.reads, (chunk, end) =>
        connection.receive(chunk, end),
      );
      const connection = this.#serve(socket, peer);
      this.#hold(socket, address);
      socket.resume();
    } else {
      this.#hold(raw, address);
      this.#tls.emit('connection', raw);
    }
  }

  #countRejection(rejection: Rejection, fields: object): void {
    const { counters, log, refusals, hear } = this.#shared;
    counters.rejected[rejection]++;
    hear?.({ event: 'rejected', endpoint: this.#name, rejection });
    refusals.note(this.#name, rejection, fields);
    if (log.isLevelEnabled('debug'))
      log.debug({ listener: this.#name, rejection, ...fields }, 'a connection was refused');
  }

  /** Counts a connection until it closes; `address` is its peer's. */
  #hold(socket: Socket, address: string | undefined): void {
    const counters = countersOf(this.#shared.counters.listeners, this.#name);
    const { hear } = this.#shared;
    const endpoint = this.#name;
    counters.open++;
    counters.total++;
    hear?.({ event: 'open', endpoint });
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => {
      counters.open--;
      hear?.({ event: 'closed', endpoint });
      this.#room.leave(address);
      this.#sockets.delete(socket);
    });
  }

  #serve(socket: Socket, peer: Peer): Connection<Fault> {
    const connection = new Connection(socket, peer, this.#protocol, this.#shared);
    this.#connections.add(connection);
    // A peer that goes away is no fault of anybody's.
    socket.on('error', () => {});
    socket.once('end', () => connection.receiveEnd());
    socket.once('close', () => this.#connections.delete(connection));
    return connection;
  }

  /**
   * Turns the event loop until nobody new has come for a while: what waits is accepted, one connection a turn (libuv
   * 1.52), and read. Ends at the latest when a full backlog has been worked off, for others may keep coming.
   */
  async #acceptWaiting(): Promise<void> {
    let still = 0;
    for (let i = 0; still < STILL_TURNS && i < BACKLOG; i++) {
      const before = this.#accepted;
      await turn();
      still = this.#accepted === before ? still + 1 : 0;
    }
  }

  /** Time is up for whoever is connected, and for whoever is still accepted. */
  #cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  async #close(): Promise<void> {
    await this.#binding?.withdraw();
    await this.#acceptWaiting();
    this.#room.retire();
    const stopped = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const connection of this.#connections) connection.finish();
    const sockets = [...this.#sockets];
    if (this.#isCut) this.#cut();
    await Promise.all([stopped, ...sockets.map(whenClosed)]);
  }
}

const whenClosed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.once('close', () => resolve());
  });
