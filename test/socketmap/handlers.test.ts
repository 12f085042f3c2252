import { expect, onTestFinished, test } from 'vitest';
import type { Answer, MapHandler } from '../../src/maps/answer.ts';
import { createSocketmapClient } from '../../src/socketmap/client.ts';
import { type MapHandlers, routeHandlers } from '../../src/socketmap/handlers.ts';
import { notFound, ok, perm, temp, timeout } from '../../src/socketmap/protocol.ts';
import { createSocketmapServer } from '../../src/socketmap/server.ts';
import { createNotes } from '../support/notes.ts';
import { ANY_PORT } from '../support/socketmap/socketmap.ts';

async function serve(handlers: MapHandlers) {
  const notes = createNotes();
  const server = createSocketmapServer({ ...routeHandlers(handlers), log: notes.log });
  const { endpoint } = await server.listen({ endpoint: ANY_PORT });
  const client = createSocketmapClient({ endpoint, timeoutMs: 5000 });
  onTestFinished(async () => {
    client.close();
    await server.drain(1000);
  });
  return {
    ask: (map: string, key: string) => client.ask(map, key),
    notes,
    figures: server.figures,
  };
}

test.each<Answer>([ok('data'), notFound(), temp('later'), perm('wrong'), timeout('late')])(
  '$status leaves as the handler gives it, at once or promised',
  async (answer) => {
    const { ask } = await serve({ now: () => answer, soon: async () => answer });
    expect([await ask('now', 'k'), await ask('soon', 'k')]).toEqual([answer, answer]);
  },
);

test('a handler gets the key as it was sent', async () => {
  const { ask } = await serve({ echo: (key) => ok(key) });
  expect(await ask('echo', 'Ann Smith@Example.ORG ')).toEqual(ok('Ann Smith@Example.ORG '));
});

test('a handler gets the instants of its request', async () => {
  const { ask } = await serve({
    time: (_, { arrivedAt, deadline }) => ok(String(deadline - arrivedAt)),
  });
  expect(await ask('time', 'k')).toEqual(ok('200'));
});

test.each<[string, MapHandler]>([
  [
    'throws',
    () => {
      throw new Error('a bug');
    },
  ],
  ['rejects', async () => Promise.reject(new Error('a bug'))],
])(
  'a handler that %s is TEMP, logged and counted, and the connection lives on',
  async (_, broken) => {
    const { ask, notes, figures } = await serve({ broken, whole: (key) => ok(key) });
    expect(await ask('broken', 'k')).toEqual(temp('idpmap bug'));
    expect(notes.all).toMatchObject([{ level: 'error', fields: { err: { message: 'a bug' } } }]);
    expect(figures.bugs).toBe(1);
    expect(await ask('whole', 'k')).toEqual(ok('k'));
  },
);

test.each(['unknown', 'constructor', 'toString', '__proto__'])(
  'a map %s that has no handler is PERM',
  async (map) => {
    const { ask } = await serve({ whole: (key) => ok(key) });
    expect(await ask(map, 'k')).toEqual(perm(`map ${map} is not configured`));
  },
);

test('a map may be called get', async () => {
  const { ask } = await serve({ get: (key) => ok(`got ${key}`) });
  expect(await ask('get', 'whole k')).toEqual(ok('got whole k'));
});

test('without a map of that name, a leading get is dropped', async () => {
  const { ask } = await serve({ whole: (key) => ok(key) });
  expect(await ask('get', 'whole k')).toEqual(ok('k'));
});
