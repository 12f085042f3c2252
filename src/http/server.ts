import { createServer, type RequestListener, type Server } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { preciseClock } from '../clock.ts';
import { bindEndpoint } from '../net/bind.ts';
import type { Binding, Takeover } from '../net/binding.ts';
import type { Endpoint } from '../net/endpoint.ts';
import type { App, AppOptions } from './app.ts';
import { keepRoom, MOST_CONNECTIONS } from './room.ts';
import { createWarning } from './warning.ts';

/** What is served over HTTP, and where. */
export interface HttpOptions extends AppOptions {
  /** Take the endpoint over from another daemon; absent: one that is in use is an error. */
  readonly takeover?: Takeover;
}

/** An open HTTP server. */
export interface HttpServer {
  /** The actual one: with the port that the system chose. */
  readonly endpoint: Endpoint;
  /** Loads what answers requests, as the first request does. Never rejects: where it can't, that is logged, and requests get 500. */
  load(): Promise<void>;
  /**
   * Puts a Unix socket into its place, over who was there; over TCP it answers as soon as it is bound.
   * @throws {EndpointError} that says why it can't; it is to be closed then
   */
  publish(): Promise<void>;
  /** Stops accepting, and ends the connections; replies under way have a moment. Again: the same promise. */
  close(): Promise<void>;
}

const REQUEST_MS = 10_000;
const CLOSE_MS = 100;

/**
 * Opens the HTTP server; a Unix socket stands aside until it is published. It is bound at once, for an endpoint that is in
 * use fails a start. What answers takes a third of a start to load: mail need not wait for it, and whoever asks before does.
 * @throws {EndpointError} where it can't listen, with what is there already
 */
export async function openHttp(options: HttpOptions): Promise<HttpServer> {
  const { endpoint, takeover, log, figures } = options;
  const server = createServer({
    requestTimeout: REQUEST_MS,
    headersTimeout: REQUEST_MS,
    connectionsCheckingInterval: 1000,
  });
  const warn = createWarning(log, preciseClock);
  keepRoom(server, MOST_CONNECTIONS, (network) => {
    figures.dropped += 1;
    warn({ network }, 'too many connections to http: those that wait longest for their client go');
  });
  let app: Promise<App> | undefined;
  const load = (): Promise<App> => {
    app ??= import('./app.ts')
      .then(({ createApp }) => createApp(options, server))
      .catch((error: unknown) => {
        log.error({ err: error }, 'http can not be served by a bug of idpmap, mail is answered');
        return BROKEN;
      });
    return app;
  };
  server.on('request', (request, response) => {
    void load().then(({ answer }) => answer(request, response));
  });
  const binding = await bindEndpoint(server, endpoint, { takeover, log });
  server.on('error', (error) => {
    log.warn({ err: error }, 'an http connection could not be accepted');
  });
  let closed: Promise<void> | undefined;
  return {
    endpoint: binding.endpoint,
    load: async () => {
      await load();
    },
    publish: () => binding.publish(),
    close: () => {
      closed ??= close(server, binding, async () => (await app)?.close());
      return closed;
    },
  };
}

/** Stands in for what can't be loaded. */
const BROKEN: App = {
  answer: ((_, response) => {
    response.writeHead(500).end();
  }) satisfies RequestListener,
  close: async () => {},
};

async function close(server: Server, binding: Binding, end: () => Promise<void>): Promise<void> {
  await binding.withdraw();
  // Whoever has connected by now is accepted first, for a closed listener resets them.
  for (let i = 0; i < 5; i++) await turn();
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
  await closed;
  clearTimeout(timer);
  await end();
}
