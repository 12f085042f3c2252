/**
 * idpmap as a library: a socketmap server with maps of your own, and a client.
 * @see docs/library.md
 */

export type { Clock } from './clock.ts';
export type { Maybe } from './directory/directory.ts';
export {
  createClient,
  type MapClient,
  type MapClientOptions,
  type Seen,
} from './library/client.ts';
export { DEFAULT_PORT } from './library/endpoint.ts';
export type { DefaultHandler, Handler, HandlerContext } from './library/handlers.ts';
export type { Hooks, ReplyEvent } from './library/hooks.ts';
export type { ListenAtOptions, MapServerOptions } from './library/options.ts';
export { type Protected, type ProtectOptions, protect } from './library/protect.ts';
export { createServer, type MapServer } from './library/server.ts';
export { type Log, silentLog } from './log.ts';
export type { Context, Outcome } from './lookup/outcome.ts';
export type { Answer, MapHandler, Router } from './maps/answer.ts';
export {
  type Endpoint,
  formatEndpoint,
  isLocal,
  parseEndpoint,
  type TcpEndpoint,
  type UnixEndpoint,
} from './net/endpoint.ts';
export { EndpointError } from './net/errors.ts';
export type { Breach, ListenerFigures, NetEvent, Rejection, Traffic } from './net/figures.ts';
export { LIMITS, type Limits } from './net/limits.ts';
export type { BoundListener, Listener, ListenOptions } from './net/listening.ts';
export type { Presence } from './net/presence.ts';
export type { ServerTls } from './net/tls.ts';
export {
  type ClientOptions,
  type ClientTls,
  createSocketmapClient,
  LostConnection,
  type SocketmapClient,
} from './socketmap/client.ts';
export type { Client } from './socketmap/clients.ts';
export type { Figures, Violation } from './socketmap/figures.ts';
export { type MapHandlers, routeHandlers } from './socketmap/handlers.ts';
export { encodeNetstring, type FrameFault, NetstringDecoder } from './socketmap/netstring.ts';
export {
  MAX_REPLY_BYTES,
  MAX_REQUEST_BYTES,
  notFound,
  ok,
  perm,
  type ReplyFault,
  temp,
  timeout,
} from './socketmap/protocol.ts';
export {
  createSocketmapServer,
  type ServerOptions,
  type SocketmapListenOptions,
  type SocketmapServer,
} from './socketmap/server.ts';
