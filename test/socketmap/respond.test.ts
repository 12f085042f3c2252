import { expect, test } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { createCounters } from '../../src/socketmap/figures.ts';
import { encodeNetstring } from '../../src/socketmap/netstring.ts';
import { ok } from '../../src/socketmap/protocol.ts';
import { createRespond } from '../../src/socketmap/respond.ts';
import { contextNow } from '../support/world.ts';

test('tells once of each map whose answers can’t be sent, and what to do', async () => {
  const told: object[] = [];
  const counters = createCounters();
  const respond = createRespond({
    route: (map, key) => ok(map === 'lines' ? 'a\nb' : key.repeat(200_000)),
    hasMap: () => true,
    log: { ...silentLog, warn: (fields) => void told.push(fields) },
    counters,
  });
  for (const request of ['large a', 'large b', 'lines a', 'large a', 'other a'])
    await respond(request, contextNow(), encodeNetstring);
  expect(told).toEqual([
    { map: 'large', reason: expect.stringContaining('set result: OK') },
    { map: 'lines', reason: expect.stringContaining('a line break') },
    { map: 'other', reason: expect.stringContaining('more than 100000 bytes') },
  ]);
  expect(counters.refused.size).toBe(4);
});

test('tells of each address whose answer can’t be sent, as the log shows addresses, once an hour', async () => {
  const told: object[] = [];
  let now = 0;
  const respond = createRespond({
    route: () => ok('x'.repeat(200_000)),
    hasMap: () => true,
    log: { ...silentLog, warn: (fields) => void told.push(fields) },
    counters: createCounters(),
    clock: { now: () => now },
    showAddress: (address) => `hash of ${address}`,
  });
  const ask = (key: string) => respond(`aliases ${key}`, contextNow(), encodeNetstring);
  for (const key of ['all@x.org', 'all@x.org', 'crew@x.org']) await ask(key);
  expect(told).toMatchObject([{ address: 'hash of all@x.org' }, { address: 'hash of crew@x.org' }]);
  now = 3_600_000;
  await ask('all@x.org');
  expect(told).toHaveLength(3);
});
