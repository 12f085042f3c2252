import { createServer, type Server, type TLSSocket } from 'node:tls';

/** What a listener shows and demands over TLS: PEM texts. */
export interface ServerTls {
  /** The certificate, and behind it those between it and the root. */
  readonly cert: string;
  readonly key: string;
  /** Whose certificates clients must show; absent: none is asked for. */
  readonly clientCa?: string;
}

/** What becomes of connections that are handed to a TLS server with `emit('connection', socket)`. */
export interface TlsEvents {
  readonly handshakeMs: number;
  readonly onSecure: (socket: TLSSocket) => void;
  /** `socket` is destroyed already. */
  readonly onFailure: (reason: string) => void;
}

/**
 * Creates a TLS server that never listens: connections are admitted first, and new certificates are a new server.
 * @throws {Error} where certificate, key or CA can't be used
 */
export function createTlsServer({ cert, key, clientCa }: ServerTls, events: TlsEvents): Server {
  const server = createServer({
    cert,
    key,
    handshakeTimeout: events.handshakeMs,
    requestCert: clientCa !== undefined,
    // Refused below: Node drops such a client without a word, and it is to be counted.
    rejectUnauthorized: false,
    ...(clientCa === undefined ? {} : { ca: clientCa }),
  });
  const fail = (socket: TLSSocket, reason: string): void => {
    socket.destroy();
    events.onFailure(reason);
  };
  server.on('tlsClientError', (error, socket) => fail(socket, error.message));
  server.on('secureConnection', (socket) => {
    if (clientCa !== undefined && !socket.authorized) fail(socket, 'no valid client certificate');
    else events.onSecure(socket);
  });
  return server;
}
