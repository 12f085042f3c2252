import { afterEach, expect, test } from 'vitest';
import { preciseClock } from '../../src/clock.ts';
import { silentLog } from '../../src/log.ts';
import { createTraffic } from '../../src/net/figures.ts';
import { LIMITS } from '../../src/net/limits.ts';
import type { Decoder, Protocol } from '../../src/net/protocol.ts';
import { createNetServer, type NetServer } from '../../src/net/server.ts';
import { createCounters } from '../../src/socketmap/figures.ts';
import { ok } from '../../src/socketmap/protocol.ts';
import { createSocketmap } from '../../src/socketmap/server.ts';
import { ANY_PORT, connectRaw, frames } from '../support/socketmap/socketmap.ts';

/** Blocks of `name=value` lines, each ended by an empty one: what Postfix's policy delegation speaks. */
function createBlocks(): Decoder<'control'> {
  let text = '';
  let fault: 'control' | undefined;
  return {
    get fault() {
      return fault;
    },
    get isBegun() {
      return text !== '';
    },
    feed: (chunk: Buffer, end = chunk.length) => {
      text += chunk.toString('utf8', 0, end);
      if (text.includes('\0')) fault = 'control';
    },
    next: () => {
      const end = text.indexOf('\n\n');
      if (end === -1 || fault !== undefined) return undefined;
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      return block;
    },
    keep: () => {},
  };
}

/** Answers `recipient=NAME` with that name; `later=NAME` in the next turn, `never=` not at all. */
const policy: Protocol<'control'> = {
  open: () => ({ decoder: createBlocks(), encode: (reply) => `action=${reply}\n\n` }),
  respond: (request, _, encode) => {
    const [, name, value = ''] = /^(\w+)=(.*)$/m.exec(request) ?? [];
    const frame = encode(value);
    if (name === 'recipient') return frame;
    if (name === 'later') return new Promise((resolve) => setImmediate(() => resolve(frame)));
    return name === 'never' ? new Promise(() => {}) : undefined;
  },
  giveUp: 'DEFER too late',
};

const servers: { drain(withinMs: number): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.drain(1000)));
});

const base = { clock: preciseClock, log: silentLog, reads: 'shared' } as const;

function createServer() {
  const counters = createTraffic<'control'>({ control: 0 });
  const server = createNetServer({ ...base, deadlineMs: () => 50, limits: LIMITS, counters });
  servers.push(server);
  return { server, counters };
}

/** Connects to a new listener that speaks it. */
async function connectTo(server: NetServer<'control'>) {
  const { endpoint } = await server.listen({ endpoint: ANY_PORT }, policy);
  return connectRaw(endpoint);
}

test('a listener speaks the protocol that it is given, in order', async () => {
  const { server, counters } = createServer();
  const client = await connectTo(server);
  client.socket.write('later=a\nsize=1\n\nrecipient=b\n\nrecipient=c\n\n');
  const all = 'action=a\n\naction=b\n\naction=c\n\n';
  expect(await client.reads(all)).toBe(all);
  expect(counters.requests).toBe(3);
});

test('who closes his half gets his replies, and what he left unfinished is counted', async () => {
  const { server, counters } = createServer();
  const client = await connectTo(server);
  client.socket.end('later=a\n\nrecipient=b');
  await client.closed;
  expect(client.received()).toBe('action=a\n\n');
  expect(counters.violations.truncated).toBe(1);
});

test('a request that nothing answers is given up in the protocol’s own words', async () => {
  const { server, counters } = createServer();
  const client = await connectTo(server);
  client.socket.write('never=x\n\nrecipient=b\n\n');
  const all = 'action=DEFER too late\n\naction=b\n\n';
  expect(await client.reads(all)).toBe(all);
  expect(counters.overdue).toBe(1);
});

test('where the protocol has no reply to a request that cannot be read, the connection ends without one', async () => {
  const { server, counters } = createServer();
  const client = await connectTo(server);
  client.socket.write('later=a\n\nnonsense\n\nrecipient=c\n\n');
  await client.closed;
  expect(client.received()).toBe('action=a\n\n');
  expect(counters.violations.unreadable).toBe(1);
});

test('bytes that cannot be read are counted by the name of the protocol’s fault', async () => {
  const { server, counters } = createServer();
  const client = await connectTo(server);
  client.socket.write('recipient=a\n\n');
  await client.reads('action=a\n\n');
  client.socket.write('recipient=\0\n\n');
  await client.closed;
  expect(counters.violations.control).toBe(1);
});

test('listeners of two protocols share one limit of connections, and count together', async () => {
  const counters = createCounters();
  const socketmap = createSocketmap({
    route: (_, key) => ok(key),
    hasMap: () => false,
    log: silentLog,
    counters,
  });
  const all = { ...counters, violations: { ...counters.violations, control: 0 } };
  const limits = { ...LIMITS, maxConnections: 2 };
  const server = createNetServer<'control' | 'netstring' | 'oversize'>({
    ...base,
    deadlineMs: () => 200,
    limits,
    counters: all,
  });
  servers.push(server);
  const [first, second] = [
    await server.listen({ endpoint: ANY_PORT }, policy),
    await server.listen({ endpoint: ANY_PORT }, socketmap),
  ];
  const [one, two] = [await connectRaw(first.endpoint), await connectRaw(second.endpoint)];
  one.socket.write('recipient=a\n\n');
  two.socket.write(frames('m b'));
  expect(await one.reads('action=a\n\n')).toBe('action=a\n\n');
  expect(await two.reads(frames('OK b'))).toBe(frames('OK b'));
  await (await connectRaw(first.endpoint)).closed;
  expect([all.requests, all.rejected['too-many']]).toEqual([2, 1]);
});
