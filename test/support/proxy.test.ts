import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSocketmapClient } from '../../src/socketmap/client.ts';
import { ok } from '../../src/socketmap/protocol.ts';
import { createSocketmapServer, type SocketmapServer } from '../../src/socketmap/server.ts';
import { type FaultMode, type FaultProxy, startFaultProxy } from './proxy.ts';

let server: SocketmapServer;
let proxy: FaultProxy;

beforeAll(async () => {
  server = createSocketmapServer({ route: (map, key) => ok(`${map} of ${key}`) });
  const { endpoint } = await server.listen({
    endpoint: { kind: 'tcp', host: '127.0.0.1', port: 0 },
  });
  proxy = await startFaultProxy(endpoint.kind === 'tcp' ? endpoint.port : endpoint.path);
});
afterAll(async () => {
  await proxy.stop();
  await server.drain(100);
});

async function ask(): Promise<string> {
  const endpoint = { kind: 'tcp', host: '127.0.0.1', port: proxy.port } as const;
  const client = createSocketmapClient({ endpoint, timeoutMs: 500 });
  try {
    const answer = await client.ask('map', 'key');
    return answer.status;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    client.close();
  }
}

const MODES: readonly (readonly [FaultMode, RegExp])[] = [
  ['refuse', /ECONNREFUSED/],
  ['reset', /closed by the server|ECONNRESET/],
  ['blackhole', /no reply within 500 ms/],
  ['drip', /^OK$/],
  ['cut', /closed by the server/],
  ['tear', /closed by the server|ECONNRESET/],
];

test.each(MODES)('a proxy that is told to %s does so, and heals', async (mode, seen) => {
  expect(await ask()).toBe('OK');
  await proxy.set(mode);
  expect(await ask()).toMatch(seen);
  await proxy.set('well');
  expect(await ask()).toBe('OK');
});

test.each(['refuse', 'reset', 'blackhole'] as const)(
  'a proxy that is told to %s does so to connections that are open',
  async (mode) => {
    const endpoint = { kind: 'tcp', host: '127.0.0.1', port: proxy.port } as const;
    const client = createSocketmapClient({ endpoint, timeoutMs: 500 });
    await client.ask('map', 'key');
    await proxy.set(mode);
    await expect(client.ask('map', 'key')).rejects.toThrow(/connection/);
    client.close();
    await proxy.set('well');
  },
);

test('a proxy tells what each client has sent', async () => {
  const before = proxy.heard.length;
  await ask();
  const sent = proxy.heard.slice(before).map(({ chunks }) => Buffer.concat(chunks).toString());
  expect(sent).toEqual(['7:map key,']);
});
