import { createServer, type Server } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { type FastifyError, type FastifyInstance, fastify } from 'fastify';
import { preciseClock } from '../clock.ts';
import type { Log } from '../log.ts';
import { bindEndpoint } from '../net/bind.ts';
import type { Binding, Takeover } from '../net/binding.ts';
import type { Endpoint } from '../net/endpoint.ts';
import { type Access, type AccessOptions, createAccess, METHODS } from './access.ts';
import { type AdminHandlers, serveAdmin } from './admin.ts';
import type { HttpFigures } from './figures.ts';
import { PAGE_DIRECTORY, servePage } from './files.ts';
import { type Phase, serveHealth } from './health.ts';
import { keepRoom, MOST_CONNECTIONS } from './room.ts';
import { createWarning } from './warning.ts';

/** What is served over HTTP. */
export interface HttpOptions extends Omit<AccessOptions, 'clock'> {
  readonly phase: () => Phase;
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
  /** What `/api/status` shows: figures, and never an address. */
  readonly status: () => object;
  readonly handlers: AdminHandlers;
  readonly log: Log;
  /** Counts what gets nothing. */
  readonly figures: HttpFigures;
  /** Take the endpoint over from another daemon; absent: one that is in use is an error. */
  readonly takeover?: Takeover;
  /** Where the status page's files lie; absent: beside this file. */
  readonly pageDirectory?: string;
}

/** An open HTTP server. */
export interface HttpServer {
  /** The actual one: with the port that the system chose. */
  readonly endpoint: Endpoint;
  /**
   * Puts a Unix socket into its place, over who was there; over TCP it answers as soon as it is bound.
   * @throws {EndpointError} that says why it can't; it is to be closed then
   */
  publish(): Promise<void>;
  /** Stops accepting, and ends the connections; replies under way have a moment. Again: the same promise. */
  close(): Promise<void>;
}

/** No request of ours is larger. */
const BODY_BYTES = 16 * 1024;

const REQUEST_MS = 10_000;
const CLOSE_MS = 100;

/**
 * Opens the HTTP server; a Unix socket stands aside until it is published.
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
  const app = await createApp(options, server);
  const binding = await bindEndpoint(server, endpoint, { takeover, log });
  server.on('error', (error) => {
    log.warn({ err: error }, 'an http connection could not be accepted');
  });
  let closed: Promise<void> | undefined;
  return {
    endpoint: binding.endpoint,
    publish: () => binding.publish(),
    close: () => {
      closed ??= close(server, binding, app);
      return closed;
    },
  };
}

async function createApp(options: HttpOptions, server: Server): Promise<FastifyInstance> {
  const access = createAccess({ ...options, clock: preciseClock });
  const app = fastify({
    bodyLimit: BODY_BYTES,
    exposeHeadRoutes: false,
    // Ours listens as the other endpoints do: with its owner's name where it is in use, and taken over.
    serverFactory: (handler) => server.on('request', handler),
  });
  app.removeContentTypeParser('text/plain');
  app.addHook('onRequest', access.everything);
  app.setNotFoundHandler((request, reply) => {
    const { method } = request;
    const path = pathOf(request.url);
    const other = METHODS.find((each) => app.hasRoute({ method: each, url: path }));
    if (other === undefined)
      return reply.code(404).send({ error: `there is no ${method} ${path} here` });
    const error = `${method} ${path} is not served, send ${other}`;
    return reply.code(405).header('allow', other).send({ error });
  });
  app.setErrorHandler<FastifyError>((error, _, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500)
      options.log.error({ err: error }, 'an http request failed by a bug of idpmap');
    return reply.code(status).send({ error: tellError(error, status) });
  });
  // Beside what was asked for: a proxy may serve all of it below a path of its own.
  app.get('/', async (_, reply) => reply.redirect('status'));
  serveHealth(app, options.phase);
  serveFigures(app, options, access);
  serveAdmin(app, options.handlers, access, options.log);
  await servePage(app, options.pageDirectory ?? PAGE_DIRECTORY);
  await app.ready();
  return app;
}

/** What is wrong with a request, and how to send it. */
function tellError({ code, message }: FastifyError, status: number): string {
  if (status >= 500) return 'a bug of idpmap, see its log';
  if (status === 415)
    return 'the body is to be JSON, and to be called so: send Content-Type: application/json';
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY') return `the body is no JSON (${message})`;
  return message.toLowerCase();
}

/** What stands behind the `?` may be anything, an address too. */
const pathOf = (url: string): string => url.replace(/\?.*$/s, '').slice(0, 100);

function serveFigures(
  app: FastifyInstance,
  { metrics, status }: HttpOptions,
  { figures: onRequest }: Access,
): void {
  app.get('/metrics', { onRequest }, async (_, reply) => {
    const text = await metrics.text();
    return reply.header('content-type', metrics.contentType).send(text);
  });
  app.get('/api/status', { onRequest }, async () => status());
}

async function close(server: Server, binding: Binding, app: FastifyInstance): Promise<void> {
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
  await app.close();
}
