import { afterEach, expect, test } from 'vitest';
import type { Client } from '../../src/socketmap/clients.ts';
import { notFound, ok, perm, temp } from '../../src/socketmap/protocol.ts';
import { createSocketmapServer, type SocketmapServer } from '../../src/socketmap/server.ts';
import { ANY_PORT, connectRaw, frames } from '../support/socketmap/socketmap.ts';

const SAID = {
  'm ann': ok('ann@example.org'),
  'm share': ok('100%0@example.org,%%@example.org'),
  'm nobody': notFound(),
  'm later': temp('idpmap timeout people'),
  'users ann': perm('map users is not configured'),
} as const;

let server: SocketmapServer;

afterEach(() => server.drain(1000));

/** What a client that says who it is reads to each question, and to bytes that are none. */
async function ask(options: { readonly client?: Client }): Promise<string> {
  server = createSocketmapServer({
    route: (map, key) =>
      Object.entries(SAID).find(([said]) => said === `${map} ${key}`)?.[1] ?? perm('?'),
  });
  const { endpoint } = await server.listen({ endpoint: ANY_PORT, ...options });
  const client = await connectRaw(endpoint);
  client.socket.end(frames(...Object.keys(SAID), 'nospace'));
  await client.closed;
  return client.received();
}

const COMMON = ['NOTFOUND ', 'TEMP idpmap timeout people'];

test.each([{}, { client: 'postfix' }] as const)(
  'Postfix is told everything as it is: %j',
  async (options) => {
    expect(await ask(options)).toBe(
      frames(
        'OK ann@example.org',
        'OK 100%0@example.org,%%@example.org',
        ...COMMON,
        'PERM map users is not configured',
        'PERM invalid request',
      ),
    );
  },
);

test('sendmail, to which PERM means that there is nobody, is never told it', async () => {
  const said = await ask({ client: 'sendmail' });
  expect(said).not.toContain('PERM');
  expect(said).toContain(frames('TEMP map users is not configured', 'TEMP invalid request'));
});

test('sendmail, which puts its key in the place of %0, is told of each percent sign twice', async () => {
  expect(await ask({ client: 'sendmail' })).toContain(
    frames('OK ann@example.org', 'OK 100%%0@example.org,%%%%@example.org', ...COMMON),
  );
});
