import type { FastifyInstance } from 'fastify';

/**
 * What a daemon is about: its endpoints are not open yet, it serves, or it was told to stop, and answers for as long as the
 * setting `drain` says, or what is in flight only.
 */
export type Phase = 'starting' | 'ready' | 'draining';

/**
 * Serves `/livez`, which any turn of the event loop answers, and `/readyz`: it listens and is configured. Neither asks a
 * directory: a daemon that is taken out of service for an outage turns delayed mail into refused connections.
 */
export function serveHealth(app: FastifyInstance, phase: () => Phase): void {
  app.get('/livez', async (_, reply) => reply.type('text/plain').send('alive\n'));
  app.get('/readyz', async (_, reply) => {
    const now = phase();
    return reply
      .code(now === 'ready' ? 200 : 503)
      .type('text/plain')
      .send(`${now}\n`);
  });
}
