import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { inspectFleet } from '../../src/fleet/inspect.ts';
import { fleetSettings, KEY } from '../support/fleet/daemons.ts';
import { startEngine, type TestEngine } from '../support/fleet/engine.ts';
import { startMember } from '../support/fleet/member.ts';
import { type Instance, startInstance } from '../support/instance.ts';
import { type ScriptedKeycloak, startScripted, user } from '../support/keycloak/script.ts';
import { describeWith } from '../support/requirement.ts';
import { until } from '../support/until.ts';

const PATIENCE_MS = 20_000;
const ID = '465a9dc1-e376-4b77-baca-9df654a8bd2f';
const ANN = 'ann@example.org';

describeWith(['redis'], 'daemons of a fleet over a real Redis and a scripted Keycloak', () => {
  let engine: TestEngine;
  let keycloak: ScriptedKeycloak;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.stop());
  beforeEach(async () => {
    await engine.client.flushall();
    keycloak = await startScripted();
    onTestFinished(() => keycloak.stop());
  });

  const start = (more = ''): Promise<Instance> =>
    startMember({
      config: `
deadline: 40s
cache: { fresh: 1h, freshNone: 1h }
fleet: { url: "${engine.url}", key: "${KEY}", timeout: 10s }
domains: { example.org: { directory: staff } }
directories:
  staff:
    type: keycloak
    url: ${keycloak.url}
    realm: mail
    clientId: idpmap
    clientSecret: hush
    ${more}`,
    });
  const ask = (instance: Instance, name: string): Promise<string> =>
    instance.ask('user-exists', `${name}@example.org`);
  const questions = (): number =>
    keycloak.to('/users').filter(({ query }) => 'email' in query || 'username' in query).length;

  test('what one was told, another says without asking, and explain tells who was told it', async () => {
    const [one, two] = [await start(), await start()];
    expect(await ask(one, 'ann')).toBe(`OK ${ANN}`);
    expect(await ask(one, 'bob')).toBe('NOTFOUND');
    const before = questions();
    expect(await ask(two, 'bob')).toBe('NOTFOUND');
    const explained = await two.command('explain', { address: ANN });
    const steps = explained.maps.flatMap((map) => map.steps);
    expect(steps).toContainEqual(
      expect.objectContaining({ step: 'memory', state: 'fleet', by: expect.any(String) }),
    );
    expect(questions()).toBe(before);
  });

  test('a purge counts at all of them, and says how many were told; one that is told here does not', async () => {
    const [one, two] = [await start(), await start()];
    keycloak.users.push(user('zoe'));
    for (const each of [one, two]) for (const name of ['ann', 'zoe']) await ask(each, name);
    keycloak.users.splice(0, 1);
    await one.command('purge', { what: { address: ANN }, here: true });
    await expect(ask(one, 'ann')).resolves.toBe('NOTFOUND');
    expect(await ask(two, 'ann')).toBe(`OK ${ANN}`);
    const sees = async () => (await one.command('fleet', {})).fleet?.size === 2;
    expect(await until(sees, PATIENCE_MS)).toBe(true);
    expect(await one.command('purge', { what: { address: 'Ann@Example.org' } })).toMatchObject({
      told: 1,
    });
    expect(await until(async () => (await ask(two, 'ann')) === 'NOTFOUND', PATIENCE_MS)).toBe(true);
  });

  test('one of them reads admin events, and what they tell counts at all', async () => {
    keycloak.events.push({ id: '0', time: 1, operationType: 'UPDATE', resourcePath: 'clients/x' });
    const all = [await start('events: 1s'), await start('events: 1s'), await start('events: 1s')];
    const reads = () => keycloak.to('/admin-events').length > 1;
    expect(await until(reads, PATIENCE_MS)).toBe(true);
    for (const each of all) expect(await ask(each, 'bob')).toBe('NOTFOUND');
    keycloak.users.push(user('bob', { id: ID }));
    keycloak.events.push({
      id: '1',
      time: 2,
      operationType: 'CREATE',
      resourcePath: `users/${ID}`,
    });
    for (const each of all) {
      const isThere = async () => (await ask(each, 'bob')) === 'OK bob@example.org';
      expect(await until(isThere, PATIENCE_MS)).toBe(true);
    }
    // Each has a token of its own.
    const readers = new Set(
      keycloak.to('/admin-events').map(({ headers }) => headers.authorization),
    );
    expect(readers.size).toBe(1);
  });

  test('another reads admin events once their reader has left', async () => {
    const one = await start('events: 1s');
    const reads = () => keycloak.to('/admin-events').length > 0;
    expect(await until(reads, PATIENCE_MS)).toBe(true);
    await start('events: 1s');
    await one.daemon.stop();
    const before = keycloak.to('/admin-events').length;
    const goOn = () => keycloak.to('/admin-events').length > before;
    expect(await until(goOn, PATIENCE_MS)).toBe(true);
  });

  test('the status names the members, and a check finds all well', async () => {
    const one = await start();
    await start();
    const sees = async () => (await one.command('fleet', {})).fleet?.members.length === 2;
    expect(await until(sees, PATIENCE_MS)).toBe(true);
    expect((await one.command('fleet', {})).fleet).toMatchObject({ name: 'default', isUp: true });
    const remarks = await inspectFleet(fleetSettings(engine.url, [KEY], { name: 'default' }));
    expect(remarks).toMatchObject([{ level: 'ok' }]);
    const other = Buffer.from(Buffer.from(KEY, 'base64').toReversed()).toString('base64');
    const strange = await inspectFleet(fleetSettings(engine.url, [other], { name: 'default' }));
    expect(strange).toContainEqual({
      level: 'warning',
      text: expect.stringContaining('another key is used under this name'),
    });
  });

  test('a key that can be guessed keeps a daemon from its start, and says how one is made', async () => {
    const config = `
fleet: { url: "${engine.url}", key: short }
domains: { example.org: { directory: people } }
directories: { people: { type: demo } }`;
    await expect(startInstance({ config })).rejects.toThrow(
      'fleet.key: is shorter than 32 bytes, make one: openssl rand -base64 32',
    );
  });
});
