import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Answer } from '../maps/answer.ts';
import { type Endpoint, formatEndpoint } from '../net/endpoint.ts';
import { reasonOf } from '../reason.ts';
import { encodeNetstring, NetstringDecoder } from './netstring.ts';
import { MAX_REPLY_BYTES, MAX_REQUEST_BYTES, parseReply } from './protocol.ts';

/** What a client shows and demands over TLS: PEM texts. */
export interface ClientTls {
  /** Whose certificate the server must show; absent: one of the well-known authorities'. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** The name in the server's certificate; absent: the endpoint's host. */
  readonly servername?: string;
}

/** Whom a client asks, and for how long it waits. */
export interface ClientOptions {
  readonly endpoint: Endpoint;
  readonly tls?: ClientTls;
  /** For connecting and a reply, together. */
  readonly timeoutMs: number;
}

/** Asks a socketmap server over one connection, opened when it is needed. Requests may overlap; replies keep their order. */
export interface SocketmapClient {
  /**
   * Asks `map` for `key`. Rejects, with a message that names the endpoint, where the connection fails or ends, no reply
   * comes in time, or it can't be read; the next question then opens another connection. `timeoutMs`: for this question;
   * absent: the client's.
   * @throws {TypeError} where no map can be called so
   * @throws {RangeError} where the request is longer than servers take
   * @throws {LostConnection} where a connection that stood has ended before its reply
   */
  ask(map: string, key: string, timeoutMs?: number): Promise<Answer>;
  /** Closes the connection for good; whoever still waits is rejected. */
  close(): void;
}

/** A connection that stood has ended before its reply, as when a server starts anew: it is worth asking once more. */
export class LostConnection extends Error {
  override readonly name = 'LostConnection';
}

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** Creates a client; it does not connect yet. */
export function createSocketmapClient(options: ClientOptions): SocketmapClient {
  let connection: Connection | undefined;
  let isClosed = false;
  return {
    ask: async (map, key, timeoutMs = options.timeoutMs) => {
      if (isClosed) throw new Error(`the client of ${formatEndpoint(options.endpoint)} is closed`);
      const request = formatRequest(map, key);
      if (connection === undefined || connection.isOver) connection = new Connection(options);
      return connection.ask(request, timeoutMs);
    },
    close: () => {
      isClosed = true;
      connection?.fail('was closed by the client');
    },
  };
}

function formatRequest(map: string, key: string): string {
  if (map === '' || map.includes(' '))
    throw new TypeError(`"${map}" is no map's name: it is not empty and holds no space`);
  const request = `${map} ${key}`;
  const bytes = Buffer.byteLength(request);
  if (bytes <= MAX_REQUEST_BYTES) return request;
  throw new RangeError(
    `a request of ${bytes} bytes is too long, servers take ${MAX_REQUEST_BYTES}`,
  );
}

/** One connection. The first fault ends it, for with it the order of the replies is lost. */
class Connection {
  isOver = false;
  #stood = false;
  readonly #name: string;
  readonly #socket: Socket;
  readonly #decoder = new NetstringDecoder(MAX_REPLY_BYTES);
  #waiting: Pending[] = [];

  constructor({ endpoint, tls }: ClientOptions) {
    this.#name = formatEndpoint(endpoint);
    this.#socket = connect(endpoint, tls);
    this.#socket.setNoDelay(true);
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on('error', (error) => this.#lose(`failed (${reasonOf(error)})`, error));
    this.#socket.once('close', () => this.#lose('was closed by the server before it replied'));
    this.#socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      this.#stood = true;
    });
  }

  ask(request: string, timeoutMs: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.fail(`gave no reply within ${timeoutMs} ms`), timeoutMs);
      this.#waiting.push({ resolve, reject, timer });
      this.#socket.write(encodeNetstring(request));
    });
  }

  #lose(reason: string, cause?: unknown): void {
    this.fail(reason, cause, this.#stood ? LostConnection : Error);
  }

  /** Ends the connection and rejects all who wait. */
  fail(reason: string, cause?: unknown, Fault: typeof Error | typeof LostConnection = Error): void {
    this.isOver = true;
    this.#socket.destroy();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject, timer } of waiting) {
      clearTimeout(timer);
      reject(new Fault(`${this.#name}: the connection ${reason}`, { cause }));
    }
  }

  #receive(chunk: Buffer): void {
    this.#decoder.feed(chunk);
    for (let reply = this.#decoder.next(); reply !== undefined; reply = this.#decoder.next())
      this.#settle(reply);
    const { fault } = this.#decoder;
    if (fault === 'oversize') this.fail(`brought a reply of more than ${MAX_REPLY_BYTES} bytes`);
    else if (fault !== undefined) this.fail('brought a reply that is no netstring');
    else if (this.#decoder.isBegun && this.#waiting.length === 0) this.fail(STRAY);
  }

  #settle(reply: string): void {
    const pending = this.#waiting.shift();
    if (pending === undefined) return this.fail(STRAY);
    clearTimeout(pending.timer);
    try {
      pending.resolve(parseReply(reply));
    } catch (error) {
      this.#waiting.unshift(pending);
      this.fail(`brought a reply that can't be read (${reasonOf(error)})`, error);
    }
  }
}

/** The next question would take it, or what is left of it, for its answer. */
const STRAY = 'brought a reply that nobody asked for';

function connect(endpoint: Endpoint, tls: ClientTls | undefined): Socket {
  const to =
    endpoint.kind === 'unix'
      ? { path: endpoint.path }
      : { host: endpoint.host, port: endpoint.port };
  return tls === undefined ? connectTcp(to) : connectTls({ ...to, ...tls });
}
