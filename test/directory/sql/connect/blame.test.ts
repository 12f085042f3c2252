import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Fault } from '../../../../src/directory/directory.ts';
import { withBreaker } from '../../../../src/lookup/breaker.ts';
import { consult } from '../../../../src/lookup/consult.ts';
import { createTripwire } from '../../../support/tripwire.ts';
import { cut, hang, openScripted, raise, type Way } from '../causes/scripted.ts';

const { signal } = new AbortController();

/** A directory behind a circuit that one failure opens, to which Ann is known. */
async function open() {
  const { directory, world } = openScripted({});
  const breaker = createTripwire();
  const flight = withBreaker<unknown>(breaker, 'staff')(consult(directory.find, 'staff'));
  const ask = (key: string) => flight(key, signal);
  await ask('ann@example.org');
  return { ask, world, breaker };
}

test.each<[string, Way]>([
  ['end their connection', cut],
  ['are not answered', hang],
  ['take too long', raise({ code: '57014' })],
])('a flood of keys that %s opens no circuit for others', async (_, way) => {
  const { ask, world, breaker } = await open();
  world.evil = way;
  const each = Array.from({ length: 40 }, (_each, i) => i);
  await Promise.all(
    each
      .flatMap((i) => [`evil${i}@example.org`, 'ann@example.org', `bob${i}@example.org`])
      .map(async (key) => ask(key)),
  );
  expect(breaker.isOpen()).toBe(false);
  expect(await ask('bob@example.org')).toMatchObject({ status: 'none' });
  expect(await ask('ann@example.org')).toMatchObject({ status: 'found' });
});

test('who waits for a database that answers nobody asks it for nobody’s key once', async () => {
  const { ask, world } = await open();
  let asked = 0;
  world.all = async (end, values) => {
    if (values[0]?.startsWith('idpmap-asks-for-nobody') === true) asked += 1;
    return raise({ code: '57014' })(end, values);
  };
  await Promise.all([1, 2, 3, 4, 5].map(async (i) => ask(`bob${i}@example.org`)));
  expect(asked).toBe(1);
});

test('what the database said of the key is told', async () => {
  const { ask, world } = await open();
  world.evil = raise({ code: '57014' });
  const outcome = await ask('evil@example.org');
  expect(outcome).toMatchObject({
    status: 'unknown',
    reason: expect.stringMatching(/57014.*\(others are answered\)/),
  });
});

test('a question that is given up meanwhile is no key’s fault', async () => {
  const { directory, world } = openScripted({});
  const { promise, resolve } = Promise.withResolvers<void>();
  const over = new AbortController();
  world.all = async (end, values) => {
    if (values[0]?.startsWith('idpmap-asks-for-nobody') === true) {
      resolve();
      return hang(end, values);
    }
    return raise({ code: '57014' })(end, values);
  };
  const asking = Promise.resolve(directory.find('eve@example.org', { signal: over.signal }));
  const refused = asking.catch((error: unknown) => error);
  await promise;
  over.abort();
  const fault = await refused;
  expect(fault).toBeInstanceOf(Fault);
  expect(fault).toMatchObject({ kind: 'timeout' });
});

// Strangers choose letters that are stored in many ways: each is a statement, and all together take long.
test.each(['evilßßσσ', 'evilßßσ', 'evilßfiσ', 'evilßß'])(
  'a key whose spellings together take too long, while others are answered, is to blame: %s',
  async (local) => {
    const { ask, world, breaker } = await open();
    world.evil = async () => {
      await setTimeout(90);
      return [];
    };
    expect(await ask(`${local}@example.org`)).toMatchObject({ status: 'unknown', cause: 'entry' });
    expect(breaker.isOpen()).toBe(false);
  },
);
