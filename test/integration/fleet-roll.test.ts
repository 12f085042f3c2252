import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { KEY } from '../support/fleet/daemons.ts';
import { startEngine, type TestEngine } from '../support/fleet/engine.ts';
import { startMember } from '../support/fleet/member.ts';
import { nextVersion } from '../support/fleet/nextversion.ts';
import { type FleetProcess, startFleetProcess } from '../support/fleet/processes.ts';
import { startTraffic } from '../support/fleet/traffic.ts';
import type { Instance } from '../support/instance.ts';
import { type ScriptedKeycloak, startScripted, user } from '../support/keycloak/script.ts';
import { describeWith } from '../support/requirement.ts';
import { makeTemporaryDirectory, type TemporaryDirectory } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const DAEMONS = 10;
const PATIENCE_MS = 30_000;
/** How long two versions stand beside each other beside the time that the roll-out takes: MIXED_MS=60000 for a minute. */
const MIXED_MS = Number(process.env['MIXED_MS'] ?? 0);
const names = Array.from({ length: 200 }, (_, i) => `p${i}`);
const LEAVER = 'leaver@example.org';
const CROWD = {
  people: names.map((name) => `${name}@example.org`),
  strangers: names.map((name) => `nobody-${name}@example.org`),
};

describeWith(['redis'], 'a fleet under load', () => {
  let place: TemporaryDirectory;
  let program: readonly [string, string];
  let engine: TestEngine;
  let keycloak: ScriptedKeycloak;
  beforeAll(async () => {
    place = await makeTemporaryDirectory('fleet-roll');
    program = await nextVersion(place.path);
    engine = await startEngine();
    keycloak = await startScripted();
    keycloak.users.push(...[...names, 'leaver'].map((name) => user(name)));
  });
  afterAll(async () => {
    await keycloak?.stop();
    await engine?.stop();
    await place?.remove();
  });

  /** A busy machine of the tests is no fault of anybody's. */
  const settingsOf = (keys: readonly string[], fresh: string): object => ({
    deadline: '5s',
    fleet: {
      url: engine.url,
      key: keys[0],
      ...(keys[1] !== undefined && { otherKey: keys[1] }),
      timeout: '1s',
    },
    cache: { fresh, freshNone: '1s' },
    domains: { 'example.org': { directory: 'staff' } },
    directories: {
      staff: {
        type: 'keycloak',
        url: keycloak.url,
        realm: 'mail',
        clientId: 'idpmap',
        clientSecret: 'hush',
        timeout: '5s',
        limit: { perSecond: 5000, queueWait: '5s' },
      },
    },
  });
  const leave = (): void => void keycloak.users.splice(keycloak.users.findIndex(isLeaver), 1);
  /** How many daemons have asked for somebody: each has a token of its own. */
  const askersFor = (address: string): number =>
    new Set(
      keycloak
        .to('/users')
        .filter(({ query }) => query['email'] === address)
        .map(({ headers }) => headers.authorization),
    ).size;
  const traffic = (askers: number) => {
    const seed = Math.trunc(Math.random() * 1e9);
    console.log(`seed ${seed}`);
    const started = startTraffic({ ...CROWD, askers, pauseMs: 20, seed });
    onTestFinished(() => started.end());
    return started;
  };

  test('of ten daemons goes over to a version that shares nothing with the one before, and nobody is deferred or told wrongly', {
    timeout: 180_000 + 2 * MIXED_MS,
  }, async () => {
    const settings = settingsOf([KEY], '3s');
    const start = (which?: readonly [string, string]): Promise<FleetProcess> =>
      startFleetProcess({ place: place.path, settings, ...(which && { program: which }) });
    const former = await Promise.all(Array.from({ length: DAEMONS }, () => start()));
    onTestFinished(async () => {
      await Promise.all(former.map((each) => each.stop()));
    });
    const load = traffic(4);
    const { inService, figures, faults } = load;
    for (const daemon of former) inService.add(daemon);
    const moved: FleetProcess[] = [];
    const move = async (some: readonly FleetProcess[]): Promise<void> => {
      for (const daemon of some) {
        const next = await start(program);
        onTestFinished(() => next.stop());
        moved.push(next);
        inService.add(next);
        inService.delete(daemon);
        await daemon.stop();
      }
    };
    await move(former.slice(0, DAEMONS / 2));
    await sleep(MIXED_MS);

    // News are no entries: those of one version count in the other.
    const [old, next] = [former.at(-1), moved[0]];
    for (const daemon of [old, next]) expect(await daemon?.ask(LEAVER)).toBe(`OK ${LEAVER}`);
    expect(askersFor(LEAVER)).toBe(2);
    leave();
    await old?.command('purge', { what: { address: LEAVER } });
    const isGone = async () => (await next?.ask(LEAVER)) === 'NOTFOUND';
    expect(await until(isGone, PATIENCE_MS)).toBe(true);

    await move(former.slice(DAEMONS / 2));
    await load.end();
    expect(faults).toEqual([]);
    expect(figures.answers).toBeGreaterThan(DAEMONS * 20);
    console.log(`${figures.answers} answers while ten daemons changed their version`);
  });

  test('changes its key in three steps, and nobody is deferred, told wrongly, or asked for again before the last one', async () => {
    const next = Buffer.from(Buffer.from(KEY, 'base64').toReversed()).toString('base64');
    const start = async (keys: readonly string[]) => {
      const instance = await startMember({ config: stringify(settingsOf(keys, '1h')) });
      return { instance, ask: (address: string) => instance.ask('user-exists', address) };
    };
    let daemons = await Promise.all([KEY, KEY, KEY, KEY].map((key) => start([key])));
    const load = traffic(4);
    const { inService, faults } = load;
    const questions = (): number =>
      keycloak.to('/users').filter(({ query }) => CROWD.people.includes(query['email'] ?? ''))
        .length;
    for (const person of CROWD.people) await daemons[0]?.ask(person);
    for (const daemon of daemons) inService.add(daemon);
    const before = questions();
    for (const keys of [[KEY, next], [next, KEY], [next]]) {
      const former = daemons;
      daemons = [];
      for (const each of former) {
        const daemon = await start(keys);
        const isUp = async () => (await daemon.instance.command('fleet', {})).fleet?.isUp === true;
        expect(await until(isUp, PATIENCE_MS)).toBe(true);
        daemons.push(daemon);
        inService.add(daemon);
        if (daemons.length === 1) await hearEachOther(each.instance, daemon.instance);
        inService.delete(each);
        await each.instance.daemon.stop();
      }
      if (keys.length === 1) break;
      for (const person of CROWD.people) expect(await daemons[0]?.ask(person)).toBe(`OK ${person}`);
      // Whoever could not open what the others laid down would ask for all; one whom the engine kept waiting asks for a few.
      expect(questions() - before).toBeLessThan(CROWD.people.length / 4);
    }
    await load.end();
    expect(faults).toEqual([]);
  });

  /** What either of them tells counts at the other. */
  const hearEachOther = async (one: Instance, other: Instance): Promise<void> => {
    const ask = (instance: Instance) => instance.ask('user-exists', LEAVER);
    for (const [teller, hearer] of [
      [one, other],
      [other, one],
    ] as const) {
      if (!keycloak.users.some(isLeaver)) keycloak.users.push(user('leaver'));
      for (const each of [teller, hearer]) {
        const isThere = async () => (await ask(each)) === `OK ${LEAVER}`;
        expect(await until(isThere, PATIENCE_MS)).toBe(true);
      }
      leave();
      await teller.command('purge', { what: { address: LEAVER } });
      const isGone = async () => (await ask(hearer)) === 'NOTFOUND';
      expect(await until(isGone, PATIENCE_MS)).toBe(true);
    }
  };
});

const isLeaver = ({ username }: Record<string, unknown>): boolean => username === 'leaver';
