import { onTestFinished } from 'vitest';
import { Secret } from '../../src/config/sources/secret.ts';
import { createHttpFigures } from '../../src/http/figures.ts';
import { type HttpOptions, type HttpServer, openHttp } from '../../src/http/server.ts';
import type { Endpoint } from '../../src/net/endpoint.ts';
import { createNotes, type Notes } from '../support/notes.ts';

/** What a test changes of a server. */
export interface ServerChanges extends Partial<Omit<HttpOptions, 'settings' | 'log'>> {
  readonly token?: Secret;
  readonly hosts?: readonly string[];
  readonly acknowledgeUnauthenticated?: boolean;
}

export const LOOPBACK: Endpoint = { kind: 'tcp', host: '127.0.0.1', port: 0 };

export const TOKEN = 'correct-horse-battery';

/** Refuses whatever is asked. */
const HANDLERS: HttpOptions['handlers'] = {
  explain: async () => ({ key: 'x', maps: [], verdict: { code: 550, reason: 'nobody' } }),
  explainSender: () => Promise.reject(new Error('no map of kind senders')),
  explainTrace: () => Promise.reject(new Error('no such id')),
  purge: async () => ({ forgotten: 7 }),
  shadow: async () => ({ differences: [] }),
};

/** Opens a server over `changes`; it closes with its test. The token is `TOKEN` unless it is said otherwise. */
export async function startServer(
  changes: ServerChanges = {},
): Promise<HttpServer & { readonly notes: Notes }> {
  const { token = new Secret(TOKEN), hosts = [], endpoint = LOOPBACK, ...rest } = changes;
  const { acknowledgeUnauthenticated = false, ...others } = rest;
  const notes = createNotes();
  const server = await openHttp({
    endpoint,
    settings: () => ({ endpoint, token, hosts, acknowledgeUnauthenticated }),
    phase: () => 'ready',
    metrics: async () => ({
      contentType: 'text/plain; version=0.0.4',
      text: async () => 'a_metric 1\n',
    }),
    status: () => ({ version: '1' }),
    handlers: HANDLERS,
    log: notes.log,
    figures: createHttpFigures(),
    ...others,
  });
  onTestFinished(() => server.close());
  await server.publish();
  return { ...server, notes };
}
