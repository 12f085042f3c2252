import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Answer } from '../../src/maps/answer.ts';
import type { Endpoint } from '../../src/net/endpoint.ts';
import { createSocketmapClient, type SocketmapClient } from '../../src/socketmap/client.ts';
import { ok } from '../../src/socketmap/protocol.ts';
import { createSocketmapServer } from '../../src/socketmap/server.ts';
import { ANY_PORT } from '../support/socketmap/socketmap.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';

const CLIENTS = 20;
const QUESTIONS = 100;
const TAKEOVERS = 5;

let directory: TemporaryDirectory;

beforeEach(async () => {
  directory = await makeTemporaryDirectory('idpmap-takeover');
});

afterEach(() => directory.remove());

/** As Postfix asks: once more where an open connection broke, never where none could be opened. */
async function askTwice(client: SocketmapClient, key: string): Promise<Answer> {
  try {
    return await client.ask('m', key);
  } catch (error) {
    if (String(error).includes('failed (connect')) throw error;
    return client.ask('m', key);
  }
}

async function askMany(client: SocketmapClient): Promise<void> {
  for (let i = 0; i < QUESTIONS; i++) expect(await askTwice(client, `k${i}`)).toEqual(ok(`k${i}`));
}

const createServer = () =>
  createSocketmapServer({
    // Some at once, some late: both kinds are in flight when the take-over comes.
    route: (_, key) =>
      key.endsWith('7')
        ? new Promise((resolve) => {
            setTimeout(resolve, 2, ok(key));
          })
        : ok(key),
  });

test.each(['tcp', 'unix'] as const)('no question fails through take-overs on %s', async (kind) => {
  const first = createServer();
  let server = first;
  const where: Endpoint =
    kind === 'tcp' ? ANY_PORT : { kind: 'unix', path: join(directory.path, 's') };
  const { endpoint } = await server.listen({ endpoint: where });
  const clients = Array.from({ length: CLIENTS }, () =>
    createSocketmapClient({ endpoint, timeoutMs: 10_000 }),
  );
  for (let i = 0; i < TAKEOVERS; i++) {
    const load = Promise.all(clients.map(askMany));
    const next = createServer();
    await next.listen({ endpoint, takeover: 'yes' });
    await server.drain(10_000);
    server = next;
    await load;
  }
  expect(server.figures.requests).toBeGreaterThan(0);
  expect(first.figures.listeners).toMatchObject([{ open: 0 }]);
  for (const client of clients) client.close();
  await server.drain(1000);
});
