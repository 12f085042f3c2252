import type { RequestListener, Server } from 'node:http';
import { type FastifyError, type FastifyInstance, fastify } from 'fastify';
import { preciseClock } from '../clock.ts';
import type { Log } from '../log.ts';
import { type Access, type AccessOptions, createAccess } from './access.ts';
import { type AdminHandlers, serveAdmin } from './admin.ts';
import type { HttpFigures } from './figures.ts';
import { PAGE_DIRECTORY, servePage } from './files.ts';
import { type Phase, serveHealth } from './health.ts';

/** What is served over HTTP. */
export interface AppOptions extends Omit<AccessOptions, 'clock'> {
  readonly phase: () => Phase;
  readonly metrics: () => Promise<{ readonly contentType: string; text(): Promise<string> }>;
  /** What `/api/status` shows: figures, and never an address. */
  readonly status: () => object;
  readonly handlers: AdminHandlers;
  readonly log: Log;
  /** Counts what gets nothing. */
  readonly figures: HttpFigures;
  /** Where the status page's files lie; absent: beside this file. */
  readonly pageDirectory?: string;
}

/** What answers the requests of an HTTP server. */
export interface App {
  readonly answer: RequestListener;
  close(): Promise<void>;
}

/** No request of ours is larger. */
const BODY_BYTES = 16 * 1024;

/** Creates what answers the requests of `server`, which listens by itself. */
export async function createApp(options: AppOptions, server: Server): Promise<App> {
  const access = createAccess({ ...options, clock: preciseClock });
  let answer: RequestListener = () => {};
  const app = fastify({
    bodyLimit: BODY_BYTES,
    exposeHeadRoutes: false,
    // Ours listens as the other endpoints do: with its owner's name where it is in use, and taken over.
    serverFactory: (handler) => {
      answer = handler;
      return server;
    },
    // No route has a schema: half of what would be loaded is what compiles them.
    schemaController: { compilersFactory: { buildValidator: refuse, buildSerializer: refuse } },
  });
  app.removeContentTypeParser('text/plain');
  app.addHook('onRequest', access.everything);
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: `there is no ${request.method} ${pathOf(request.url)} here` }),
  );
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
  return { answer, close: () => app.close() };
}

function refuse(): never {
  throw new Error('a route has a schema, and nothing that compiles it');
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
  { metrics, status }: AppOptions,
  { figures: onRequest }: Access,
): void {
  app.get('/metrics', { onRequest }, async (_, reply) => {
    const read = await metrics();
    return reply.header('content-type', read.contentType).send(await read.text());
  });
  app.get('/api/status', { onRequest }, async () => status());
}
