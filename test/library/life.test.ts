import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createServer, ok } from '../../src/index.ts';
import { ANY_PORT, connectRaw, frames } from '../support/socketmap/socketmap.ts';
import { ask, connectTo, serve } from './fixture.ts';

const LATE = 'TEMP idpmap deadline';

const untilFired = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    signal.addEventListener('abort', () => resolve(signal.reason), { once: true });
  });

test('answers a slow handler TEMP once, and never twice', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const server = serve({ deadlineMs: 50 })
    .registerMap('slow', async () => ok(await promise))
    .registerMap('quick', ok);
  const client = await connectTo(server);
  expect(await ask(client, 'slow k', LATE)).toBe(frames(LATE));
  resolve('too late');
  await promise;
  const all = frames(LATE, 'OK next');
  client.socket.write(frames('quick next'));
  expect(await client.reads(all)).toBe(all);
});

test('fires the signal at the deadline', async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const server = serve({ deadlineMs: 50 }).registerMap('m', async (_, { signal }) => {
    resolve(untilFired(signal));
    return new Promise(() => {});
  });
  const client = await connectTo(server);
  client.socket.write(frames('m k'));
  expect(await promise).toMatchObject({ name: 'TimeoutError' });
});

test.each(['end', 'destroy', 'resetAndDestroy'] as const)(
  'fires the signal when the client leaves by %s',
  async (how) => {
    const asked = Promise.withResolvers<AbortSignal>();
    const server = serve().registerMap('m', async (_, { signal }) => {
      asked.resolve(signal);
      return new Promise(() => {});
    });
    const client = await connectTo(server);
    client.socket.write(frames('m k'));
    const signal = await asked.promise;
    expect(signal.aborted).toBe(false);
    client.socket[how]();
    expect(await untilFired(signal)).toMatchObject({ name: 'AbortError' });
  },
);

test('waits for a person at nc, who ends first', async () => {
  const asked = Promise.withResolvers<AbortSignal>();
  const server = serve().registerMap('m', async (_, { signal }) => {
    asked.resolve(signal);
    await delay(20);
    return ok(String(signal.aborted));
  });
  const client = await connectTo(server);
  client.socket.end('m k');
  await client.closed;
  expect(client.received()).toBe('OK false\n');
});

test('does not fire the signal of a request that is answered', async () => {
  const signals: AbortSignal[] = [];
  const server = serve({ deadlineMs: 40 }).registerMap('m', (key, { signal }) => {
    signals.push(signal);
    return key === 'now' ? ok(key) : Promise.resolve(ok(key));
  });
  const client = await connectTo(server);
  client.socket.write(frames('m now', 'm later'));
  await client.reads(frames('OK now', 'OK later'));
  client.socket.destroy();
  await server.shutdown();
  await delay(50);
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
});

test('a signal that is read after the deadline has fired', async () => {
  const fired = Promise.withResolvers<boolean>();
  const server = serve({ deadlineMs: 20 }).registerMap('m', async (key, context) => {
    await delay(60);
    fired.resolve(context.signal.aborted);
    return ok(key);
  });
  const client = await connectTo(server);
  client.socket.write(frames('m k'));
  expect(await fired.promise).toBe(true);
});

test('shutdown answers what is in flight, and does not wait for idle clients', async () => {
  const asked = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const server = serve({ deadlineMs: 60_000 }).registerMap('m', async (key) => {
    asked.resolve();
    await go.promise;
    return ok(key);
  });
  const busy = await connectTo(server);
  const idle = await connectTo(server);
  busy.socket.write(frames('m k'));
  await asked.promise;
  const isDown = server.shutdown();
  await idle.closed;
  go.resolve();
  await Promise.all([isDown, busy.closed]);
  expect(busy.received()).toBe(frames('OK k'));
  await expect(server.listen(ANY_PORT)).rejects.toThrow('the server is shut down');
});

test('shutdown cuts what is left after its time', async () => {
  const asked = Promise.withResolvers<void>();
  const server = serve({ deadlineMs: 60_000 }).registerMap('m', () => {
    asked.resolve();
    return new Promise(() => {});
  });
  const client = await connectTo(server);
  client.socket.write(frames('m k'));
  await asked.promise;
  await server.shutdown(10);
  await client.closed;
  expect(client.received()).toBe('');
});

test('close ends all at once, while it is shut down too, and signals fire', async () => {
  const asked = Promise.withResolvers<AbortSignal>();
  const server = serve({ deadlineMs: 60_000 }).registerMap('m', (_, { signal }) => {
    asked.resolve(signal);
    return new Promise(() => {});
  });
  const client = await connectTo(server);
  client.socket.write(frames('m k'));
  const signal = await asked.promise;
  const isDown = server.shutdown(60_000);
  await server.close();
  await Promise.all([isDown, client.closed]);
  expect(signal.aborted).toBe(true);
});

test('ends with the scope that it was made for', async () => {
  const { endpoint } = await (async () => {
    await using server = createServer({ maps: { m: ok } });
    return await server.listen(ANY_PORT);
  })();
  await expect(connectRaw(endpoint)).rejects.toThrow(/ECONNREFUSED/);
});

test('ends a listener when its signal fires, and serves on at the others', async () => {
  const over = new AbortController();
  const server = serve().registerMap('m', ok);
  const { endpoint } = await server.listen(ANY_PORT, { signal: over.signal });
  const ended = await connectRaw(endpoint);
  const other = await connectTo(server);
  over.abort();
  await ended.closed;
  await expect(connectRaw(endpoint)).rejects.toThrow(/ECONNREFUSED/);
  expect(await ask(other, 'm k', 'OK k')).toBe(frames('OK k'));
  await expect(server.listen(ANY_PORT, { signal: over.signal })).rejects.toThrow(/abort/);
});
