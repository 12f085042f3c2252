import type { FastifyInstance, FastifyReply } from 'fastify';
import { isTree, type Tree } from '../config/sources/tree.ts';
import type { Handlers, Purge } from '../control/protocol.ts';
import type { Log } from '../log.ts';
import { reasonOf } from '../reason.ts';
import type { Access } from './access.ts';

/** What administrators may ask for over HTTP: the same that commands do. */
export type AdminHandlers = Pick<
  Handlers,
  'explain' | 'explainSender' | 'explainTrace' | 'purge' | 'shadow'
>;

/** Serves `POST /api/explain`, `POST /api/purge` and `GET /api/shadow`, for whoever has the token. */
export function serveAdmin(
  app: FastifyInstance,
  handlers: AdminHandlers,
  { people: onRequest }: Access,
  log: Log,
): void {
  /** Whatever a handler rejects with is for who asked, as on the control socket. */
  const answer = async (reply: FastifyReply, task: Promise<unknown> | undefined, usage: string) => {
    if (task === undefined) return reply.code(400).send({ error: usage });
    try {
      return await task;
    } catch (error) {
      log.debug({ err: error }, 'a question over http failed');
      return reply.code(422).send({ error: reasonOf(error) });
    }
  };
  app.post('/api/explain', { onRequest }, ({ body }, reply) =>
    answer(reply, explain(body, handlers), EXPLAIN_USAGE),
  );
  app.post('/api/purge', { onRequest }, ({ body }, reply) => {
    const what = readPurge(body);
    return answer(reply, what && handlers.purge({ what }), PURGE_USAGE);
  });
  app.get('/api/shadow', { onRequest }, () => handlers.shadow({}));
}

const EXPLAIN_USAGE =
  'send {"address": ADDRESS}, {"address": ADDRESS, "login": LOGIN} or {"id": ID}, all texts';

const PURGE_USAGE =
  'send one of {"address": ADDRESS}, {"domain": DOMAIN}, {"directory": NAME} and {"all": true}';

function explain(body: unknown, handlers: AdminHandlers): Promise<unknown> | undefined {
  const id = readOnly(body, 'id');
  if (id !== undefined) return handlers.explainTrace({ id });
  const address = readOnly(body, 'address');
  if (address !== undefined) return handlers.explain({ address });
  if (!hasOnly(body, 2) || typeof body['address'] !== 'string') return undefined;
  const { address: sender, login } = body;
  return typeof login === 'string' && typeof sender === 'string'
    ? handlers.explainSender({ address: sender, login })
    : undefined;
}

function readPurge(body: unknown): Purge | undefined {
  if (hasOnly(body, 1) && body['all'] === true) return { all: true };
  const address = readOnly(body, 'address');
  if (address !== undefined) return { address };
  const domain = readOnly(body, 'domain');
  if (domain !== undefined) return { domain };
  const directory = readOnly(body, 'directory');
  return directory === undefined ? undefined : { directory };
}

/** The text that is all that `body` holds. */
function readOnly(body: unknown, name: string): string | undefined {
  const value = hasOnly(body, 1) ? body[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

const hasOnly = (body: unknown, count: number): body is Tree =>
  isTree(body) && Object.keys(body).length === count;
